"""etcdctl, as one service: calls with an end, and answers as data."""

import base64
import json
import random
import subprocess

from .failure import REFUSED, UNAVAILABLE, Failure

PATH = "/usr/local/bin:/usr/bin:/bin"


class LeaseGone(Exception):
    """The lease has ended, whatever we thought."""


class Entry:
    """A key as etcd holds it."""

    def __init__(self, kv):
        self.key = base64.b64decode(kv["key"]).decode("utf-8", "replace")
        self.value = base64.b64decode(kv.get("value", ""))
        self.lease = kv.get("lease", 0)
        self.created = kv.get("create_revision", 0)
        self.changed = kv.get("mod_revision", 0)


class Etcd:
    def __init__(self, identity):
        self.identity = identity
        # Not every client of the cluster at the same member.
        self.endpoints = random.sample(identity.endpoints, len(identity.endpoints))

    def command(self, *arguments):
        return ["etcdctl", "--dial-timeout=2s", "--command-timeout=5s", *arguments]

    def environment(self, endpoints):
        folder = self.identity.credentials
        return {
            "PATH": PATH,
            "ETCDCTL_ENDPOINTS": ",".join(endpoints),
            "ETCDCTL_CACERT": f"{folder}/ca.pem",
            "ETCDCTL_CERT": f"{folder}/cert.pem",
            "ETCDCTL_KEY": f"{folder}/private_key.pem",
            # A member that lost its power must be noticed well within a lease.
            "ETCDCTL_KEEPALIVE_TIME": "2s",
            "ETCDCTL_KEEPALIVE_TIMEOUT": "2s",
            # It does little, and may stay long.
            "GOMAXPROCS": "1",
            "GOGC": "20",
        }

    def start(self, *arguments, endpoints=None):
        """A call whose output is read by the caller, who ends it too."""
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment(endpoints or self.endpoints),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def call(self, *arguments, stdin=b"", within=7):
        """@return what etcdctl prints. Raises Failure with what etcd says, in one line."""
        try:
            done = subprocess.run(
                self.command(*arguments),
                env=self.environment(self.endpoints),
                input=stdin,
                capture_output=True,
                timeout=within,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failure(UNAVAILABLE, f"etcd did not answer within {within} s") from None
        if done.returncode != 0:
            raise refusal(done.stderr)
        return done.stdout

    def json(self, *arguments, **options):
        return json.loads(self.call("--write-out=json", *arguments, **options))

    def get(self, key):
        """@return the entry or None, and the revision at which it was so"""
        answer = self.json("get", "--", key)
        entries = [Entry(kv) for kv in answer.get("kvs", [])]
        return (entries[0] if entries else None), answer["header"]["revision"]

    def swap(self, key, revision, request):
        """
        Does the request if the key was last changed at this revision, 0 meaning that it is not there.
        @return the revision of the change, or None if the key is not so
        """
        # A transaction reads conditions, requests, and what to do otherwise, each ended by an empty line.
        text = f'mod({quoted(key)}) = "{revision}"\n\n{request}\n\n\n'
        answer = self.json("txn", stdin=text.encode())
        return answer["header"]["revision"] if answer.get("succeeded") else None


def quoted(data):
    """Bytes as etcdctl's transactions take them: a quoted string of Go, in which any byte can be written."""
    if isinstance(data, str):
        data = data.encode()
    plain = (chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in data)
    return '"' + "".join(plain) + '"'


def put(key, value, lease=None):
    """The request of a transaction."""
    return f"put {f'--lease={lease} ' if lease else ''}-- {quoted(key)} {quoted(value)}"


def delete(key):
    """The request of a transaction."""
    return f"del -- {quoted(key)}"


def refusal(stderr):
    """etcdctl's own log goes to the same stream; what it failed of is the last line."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines() or ["etcdctl failed"]
    text = lines[-1].removeprefix("Error: ")
    if "permission denied" in text or "is a directory" in text:
        return Failure(REFUSED, f"etcd refused: {text}")
    if "deadline exceeded" in text or "connection" in text or "no leader" in text or "timed out" in text:
        return Failure(UNAVAILABLE, f"etcd does not answer: {text}")
    return Failure(UNAVAILABLE, f"etcd: {text}")
