"""Whose turn it is: one key in etcd, under a lease, made by whoever finds none."""

import os
import random
import subprocess
import time

from .etcd import put
from .failure import REFUSED, TAKEN, UNAVAILABLE, Failure
from .lease import Lease, now

# etcdctl notices a member that died or lost its leader; this is for what nobody has thought of.
LOOK_AGAIN = 30.0


def await_turn(etcd, key, ttl, limit, say):
    """@return the lease, and the revision at which the key was made: the fencing token"""
    told = None
    while True:
        try:
            entry, revision = etcd.get(key)
            if entry is None:
                turn = take(etcd, key, ttl)
                if turn is not None:
                    return turn
                continue
            if entry.lease == 0:
                raise Failure(REFUSED, f"{key} holds data (see minicluster-kv get); choose another name for a lock")
            held = f"{key} is held by {entry.value.decode('utf-8', 'replace')}"
            if over(limit):
                raise Failure(TAKEN, held)
            told = tell(told, f"{held}; waiting", say)
            await_change(etcd, key, revision, LOOK_AGAIN if limit is None else min(LOOK_AGAIN, max(0.1, limit - now())))
        except Failure as failure:
            if failure.code != UNAVAILABLE or over(limit):
                raise
            told = tell(told, f"{failure}; waiting", say)
            time.sleep(random.uniform(0.5, 1.5))


def take(etcd, key, ttl):
    """@return the lease and the fencing token, or None if somebody else was faster"""
    lease = Lease(etcd, ttl)
    token = None
    try:
        token = etcd.swap(key, 0, put(key, etcd.identity.host, lease.id))
    finally:
        # Also where no answer came: the key may be there nevertheless, and goes with its lease.
        if token is None:
            lease.revoke()
    return None if token is None else (lease, token)


def over(limit):
    return limit is not None and now() >= limit


def tell(told, text, say):
    """Once for each state, so that a month of waiting is one line."""
    if text != told:
        say(text)
    return text


def await_change(etcd, key, revision, seconds):
    """Returns when the key changes after a revision, or after some time."""
    begun = now()
    # `timeout` ends it even if this process is killed.
    watch = subprocess.Popen(
        ["timeout", "--kill-after=1", f"{seconds:.2f}", *etcd.command("--write-out=json", "watch", f"--rev={revision + 1}", key)],
        env=etcd.environment(etcd.endpoints),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        if os.read(watch.stdout.fileno(), 1) == b"" and now() < begun + seconds:
            time.sleep(1)  # it failed at once, and may do so again
    finally:
        watch.terminate()
        watch.stdout.close()
        watch.wait()
