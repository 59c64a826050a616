"""A lease of etcd, and until when it is certain to last."""

import re
import time

from .failure import UNAVAILABLE, Failure

# What a command has left to die in, after the moment at which it must be killed.
MARGIN = 2.0
# One renewal; the next one asks another member.
PATIENCE = 2.0
PAUSE_AFTER_FAILURE = 0.3


def now():
    """Seconds that no one can set, and that go on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lease:
    """
    Its life is counted from before etcd was asked, so that etcd's count, which begins later, ends later. That holds however
    long this process, the network or etcd may be held up in between.
    """

    def __init__(self, etcd, seconds):
        asked = now()
        answer = etcd.call("lease", "grant", str(seconds)).decode()
        granted = re.search(r"lease ([0-9a-f]+) granted with TTL\((\d+)s\)", answer)
        if granted is None:
            raise Failure(UNAVAILABLE, f"etcd granted no lease: {answer.strip()}")
        self.etcd = etcd
        self.id = granted[1]
        self.seconds = int(granted[2])
        self.deadline = asked + self.seconds - MARGIN
        self.interval = (self.seconds - MARGIN) / 4
        self.due = asked + self.interval
        self.renewal = None
        self.asked = asked
        self.endpoints = list(etcd.endpoints)

    def tend(self):
        """
        Called again and again: begins a renewal when one is due, and reads its result.
        @return the new deadline where there is one, False where the lease is gone, else None
        """
        if self.renewal is None:
            if now() >= self.due:
                self.asked = now()
                # One member at a time: a call to all of them may pick one that is cut off.
                self.renewal = self.etcd.start("lease", "keep-alive", "--once", self.id, endpoints=self.endpoints[:1])
            return None
        if self.renewal.poll() is None:
            if now() < self.asked + PATIENCE:
                return None
            self.renewal.kill()
        output, errors = self.renewal.communicate()
        self.renewal = None
        return self.result(output.decode(), errors.decode("utf-8", "replace"))

    def result(self, output, errors):
        renewed = re.search(r"keepalived with TTL\((\d+)\)", output)
        if renewed is not None:
            self.deadline = self.asked + int(renewed[1]) - MARGIN
            self.due = self.asked + self.interval
            return self.deadline
        if "lease not found" in errors or "expired or revoked" in output:
            return False
        self.endpoints.append(self.endpoints.pop(0))
        self.due = now() + PAUSE_AFTER_FAILURE
        return None

    def revoke(self):
        """Best effort: without it the lease ends by itself."""
        if self.renewal is not None:
            self.renewal.kill()
            self.renewal.communicate()
            self.renewal = None
        try:
            self.etcd.call("lease", "revoke", self.id, within=3)
        except Failure:
            pass
