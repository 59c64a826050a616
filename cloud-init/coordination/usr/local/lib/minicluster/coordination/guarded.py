"""A command that the guard of this node holds: in a control group of its own, dead by a deadline."""

import os
import signal
import socket

from .failure import LOST, UNAVAILABLE, Failure

GUARD = "/run/coordination-guard.sock"
ANSWER_WITHIN = 10
# What Python ignores for itself; the command is not Python.
IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


class Guarded:
    """
    The command is our child, with our user, sandbox, environment and streams. The guard, root's, is told a deadline and moves
    it; when that passes, or when this process ends, the guard kills all that the command has started.
    """

    def __init__(self, command, environment, deadline):
        self.socket = connect()
        wait, self.release = os.pipe()
        failed, report = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.release)
            become(command, environment, self.socket, deadline, wait, report)
        os.close(wait)
        os.close(report)
        self.failed = failed
        self.status = None
        self.verdict = None

    def begin(self):
        """Lets the command begin, once it is in its control group. @return what kept it from being executed, or nothing"""
        try:
            answer = self.socket.recv(1024).decode()
        except OSError as error:
            answer = f"no answer: {error}"
        if answer != "guarded":
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            if answer == "late":
                raise Failure(LOST, "the lease was over before the command could begin")
            raise Failure(UNAVAILABLE, f"the command cannot be guarded: {answer or 'the guard went away; see journalctl -u coordination-guard@*'}")
        self.socket.setblocking(False)
        os.write(self.release, b".")
        os.close(self.release)
        with open(self.failed, "rb") as failed:
            return failed.read()

    def extend(self, deadline):
        self.send(f"until {deadline:.3f}")

    def end(self):
        """Kills what is left of it."""
        self.send("end")

    def send(self, text):
        try:
            self.socket.send(text.encode())
        except OSError:
            pass  # the guard is gone, which `listen` finds

    def listen(self):
        """Notes the guard's last word, when nothing of the command is left: `empty`, or `late`; `gone` when it ended without."""
        try:
            message = self.socket.recv(1024)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        self.verdict = self.verdict or message.decode() or "gone"

    def reap(self):
        """@return the exit code of the command, less than 0 for a signal that ended it, or None while it runs"""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def signal(self, number):
        if self.reap() is None:
            os.kill(self.pid, number)


def connect():
    try:
        # A unit may be kept from having such a socket, by RestrictAddressFamilies=.
        guard = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        guard.settimeout(ANSWER_WITHIN)
        guard.connect(GUARD)
    except OSError as error:
        raise Failure(UNAVAILABLE, f"the guard of this node cannot be reached at {GUARD} ({error.strerror}): see systemctl status coordination-guard.socket") from None
    return guard


def become(command, environment, guard, deadline, wait, report):
    """In the child: is put into its control group, then becomes the command."""
    try:
        # The kernel tells the guard which process said so.
        guard.send(f"guard {deadline:.3f}".encode())
        if os.read(wait, 1) == b"":
            os._exit(1)
        for number in IGNORED_BY_PYTHON:
            signal.signal(number, signal.SIG_DFL)
        os.execvpe(command[0], command, environment)
    except OSError as error:
        os.write(report, f"{127 if isinstance(error, FileNotFoundError) else 126} {command[0]}: {error.strerror}".encode())
    finally:
        os._exit(1)
