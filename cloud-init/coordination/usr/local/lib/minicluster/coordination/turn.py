"""Whose turn it is: one key in etcd, under a lease, made by whoever finds none."""

import os
import random
import subprocess
import time

from .etcd import put
from .failure import REFUSED, TAKEN, UNAVAILABLE, Failure
from .lease import Lease, now

# A watch may be connected to a member that has died meanwhile.
LOOK_AGAIN = 10.0


def await_turn(etcd, key, ttl, limit, say):
    """@return the lease, and the revision at which the key was made: the fencing token"""
    lease = None
    told = None
    while True:
        try:
            entry, revision = etcd.get(key)
            if entry is None:
                lease = lease or Lease(etcd, ttl)
                token = etcd.swap(key, 0, put(key, etcd.identity.host, lease.id))
                if token is not None:
                    return lease, token
            elif lease is not None and entry.lease == int(lease.id, 16):
                # Asked for without an answer, and granted nevertheless.
                if now() < lease.deadline:
                    return lease, entry.created
            if lease is not None:
                lease.revoke()
                lease = None
            if entry is None:
                continue
            if entry.lease == 0:
                raise Failure(REFUSED, f"{key} holds data (see minicluster-kv get); choose another name for a lock")
            told = tell(told, f"{key} is held by {entry.value.decode('utf-8', 'replace')}; waiting", say)
            if limit is not None and now() >= limit:
                raise Failure(TAKEN, f"{key} is held by {entry.value.decode('utf-8', 'replace')}")
            await_change(etcd, key, revision, LOOK_AGAIN if limit is None else min(LOOK_AGAIN, max(0.0, limit - now())))
        except Failure as failure:
            if failure.code != UNAVAILABLE or (limit is not None and now() >= limit):
                raise
            told = tell(told, str(failure), say)
            time.sleep(random.uniform(0.5, 1.5))


def tell(told, text, say):
    """Once for each state, so that a month of waiting is one line."""
    if text != told:
        say(text)
    return text


def await_change(etcd, key, revision, seconds):
    """Returns when the key changes after a revision, or after some time. It costs nothing while nothing happens."""
    # `timeout` ends it even if this process is killed.
    begun = now()
    watch = subprocess.Popen(
        ["timeout", "--kill-after=1", f"{seconds:.2f}", "etcdctl", "--write-out=json", "watch", f"--rev={revision + 1}", key],
        env={**etcd.environment(etcd.endpoints), "GOGC": "20"},
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
