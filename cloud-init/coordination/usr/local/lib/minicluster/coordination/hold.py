"""minicluster-lock and minicluster-elect: one command at a time in the whole cluster, killed before its lease ends."""

import argparse
import os
import select
import signal
import sys

from . import failure, identity
from .etcd import Etcd
from .failure import Failure, Interrupted, ending, say
from .guarded import Guarded
from .lease import Lease, now
from .turn import await_turn

FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
TICK = 0.1
LOST = {"late": "its lease could not be renewed in time", "gone": "its guard ended, see journalctl -u 'coordination-guard@*'"}


def main(kind):
    program = f"minicluster-{kind}"
    ending(program, lambda: hold(program, arguments(program)))


def arguments(program):
    usage = f"{program} [--wait SECONDS] [--ttl SECONDS] NAME -- COMMAND..."
    parser = Parser(usage=usage, description="Runs a command while no other one runs under this name in the whole cluster.", allow_abbrev=False)
    parser.add_argument("name", metavar="NAME", help="below the service's etcd_prefixes, e.g. jobs/nightly")
    parser.add_argument("--wait", type=float, metavar="SECONDS", help="give up after this time; 0: try once (default: wait for ever)")
    parser.add_argument("--ttl", type=int, default=7, metavar="SECONDS", help="how long a lease lasts that nobody renews (default: 7)")
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    given = parser.parse_args(words[:end])
    given.command = words[end + 1 :]
    if not given.command:
        parser.error("no command; write it after --")
    if given.wait is not None and not given.wait >= 0:
        parser.error("--wait takes 0 or more seconds")
    if not 6 <= given.ttl <= 300:
        parser.error("--ttl takes 6 to 300 seconds")
    return given


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Failure(failure.WRONG_CALL, f"{message}\nusage: {self.usage}")


def hold(program, given):
    who = identity.find()
    etcd = Etcd(who)
    key = who.key(given.name)
    limit = None if given.wait is None else now() + given.wait
    for number in FORWARDED:
        signal.signal(number, leave)
    lease, token = await_turn(etcd, key, given.ttl, limit, lambda text: say(program, text))
    signals = note_signals()
    environment = {**os.environ, "MINICLUSTER_FENCING_TOKEN": str(token), "MINICLUSTER_LOCK_KEY": key}
    try:
        guarded = Guarded(given.command, environment, lease.deadline)
        broken = guarded.begin()
    except Failure:
        lease.revoke()
        raise
    say(program, f"{key} is ours, fencing token {token}")
    gone = accompany(guarded, lease, signals)
    verdict, code = farewell(guarded, lease)
    if broken:
        number, _, text = broken.decode().partition(" ")
        raise Failure(int(number), text)
    if gone or verdict in LOST:
        raise Failure(failure.LOST, f"{key} is lost: {LOST.get(verdict, 'its lease has ended in etcd')}; the command was killed")
    if -code in FORWARDED:
        raise Interrupted(-code)
    return code if code >= 0 else 128 - code


def leave(number, _):
    """Nothing runs yet that the signal could be passed on to."""
    raise Interrupted(number)


def note_signals():
    """From now on signals are for the command. @return a descriptor on which their numbers come"""
    signals, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    for number in (*FORWARDED, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return signals


def accompany(guarded, lease, signals):
    """Renews the lease until the command or its guard ends. @return did etcd say that the lease is gone?"""
    while True:
        select.select([signals, guarded.socket], [], [], TICK if lease.renewals else max(0.0, min(1.0, lease.due - now())))
        for number in received(signals):
            if number in FORWARDED:
                guarded.signal(number)
        guarded.listen()
        if guarded.reap() is not None or guarded.verdict:
            return False
        state = lease.tend()
        if state is False:
            return True
        if state is not None:
            guarded.extend(state)


def received(signals):
    try:
        return os.read(signals, 4096)
    except BlockingIOError:
        return b""


def farewell(guarded, lease):
    """Gives the lease back when nothing of the command is left. @return the guard's last word, and the command's exit code"""
    guarded.end()
    while not guarded.verdict:
        select.select([guarded.socket], [], [], TICK)
        guarded.listen()
        # What does not die at once, being busy in the kernel, keeps its turn.
        lease.tend()
    if guarded.verdict == "gone":
        # systemd is killing the command; nobody says when that is done. The lease ends by itself.
        return guarded.verdict, guarded.reap()
    while guarded.reap() is None:
        select.select([], [], [], 0.01)
    lease.revoke()
    return guarded.verdict, guarded.reap()
