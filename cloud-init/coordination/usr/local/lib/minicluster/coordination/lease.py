"""A lease of etcd, and until when it is certain to last."""

import re
import time

from .failure import UNAVAILABLE, Failure

# What a command has left to die in, after the moment at which it must be killed.
MARGIN = 2.0
# Then another member is asked as well, since this one may be dead, cut off, or choosing a leader.
PATIENCE = 1.0
# By then it has died.
GIVE_UP = 4.0


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
        # The member that answered last comes first.
        self.endpoints = list(etcd.endpoints)
        self.renewals = []
        self.last(asked, int(granted[2]))

    def last(self, asked, seconds):
        self.deadline = asked + seconds - MARGIN
        self.due = asked + (seconds - MARGIN) / 4

    def tend(self):
        """
        Called again and again: begins a renewal when one is due, and reads results.
        @return the new deadline where there is one, False where the lease is gone, else None
        """
        for renewal in list(self.renewals):
            answer = renewal.answer()
            if answer is None:
                continue
            self.renewals.remove(renewal)
            if answer is False:
                return False
            if answer > 0:
                self.drop_renewals()
                self.endpoints.remove(renewal.endpoint)
                self.endpoints.insert(0, renewal.endpoint)
                self.last(renewal.asked, answer)
                return self.deadline
        if now() >= self.due:
            self.due = now() + PATIENCE
            if len(self.renewals) < len(self.endpoints):
                endpoint = self.endpoints.pop(0)
                self.endpoints.append(endpoint)
                self.renewals.append(Renewal(self, endpoint))
        return None

    def drop_renewals(self):
        for renewal in self.renewals:
            renewal.end()
        self.renewals = []

    def revoke(self):
        """Best effort: without it the lease ends by itself."""
        self.drop_renewals()
        try:
            self.etcd.call("lease", "revoke", self.id, within=3)
        except Failure:
            pass


class Renewal:
    """One member, asked once."""

    def __init__(self, lease, endpoint):
        self.asked = now()
        self.endpoint = endpoint
        self.process = lease.etcd.start("lease", "keep-alive", "--once", lease.id, endpoints=[endpoint])

    def answer(self):
        """@return the seconds that the lease lasts from now on, 0 where nobody answered, False where it is gone, None until then"""
        if self.process.poll() is None:
            if now() < self.asked + GIVE_UP:
                return None
            self.process.kill()
        output, errors = self.process.communicate()
        renewed = re.search(rb"keepalived with TTL\((\d+)\)", output)
        if renewed is not None:
            return int(renewed[1])
        return False if b"lease not found" in errors or b"expired or revoked" in output else 0

    def end(self):
        self.process.kill()
        self.process.communicate()
