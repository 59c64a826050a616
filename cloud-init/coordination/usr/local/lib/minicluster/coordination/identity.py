"""Which service asks, and which keys are its own."""

import json
import os
import pwd
import re

from .failure import WRONG_CALL, REFUSED, Failure

# One file for each service of this node that has etcd_prefixes. Names and addresses only: everyone may read them.
FOLDER = "/etc/minicluster/coordination"
PART = "[A-Za-z0-9][A-Za-z0-9._@:-]*"
NAME = re.compile(f"{PART}(/{PART})*")


class Identity:
    def __init__(self, description):
        self.service = description["service"]
        self.host = description["host"]
        self.endpoints = description["endpoints"]
        self.prefixes = description["prefixes"]
        self.credentials = description["credentials"]

    def readable(self):
        """The key is readable by the service's user alone, so it tells who runs this."""
        return os.access(f"{self.credentials}/private_key.pem", os.R_OK)

    def key(self, name):
        """The key in etcd: `name` below one of the service's prefixes, and nothing else."""
        if not NAME.fullmatch(name):
            raise Failure(WRONG_CALL, f"{name!r} is no name: use letters, digits and . _ @ : - in parts between slashes, e.g. jobs/nightly")
        return self.prefix() + name

    def prefix(self):
        wanted = os.environ.get("MINICLUSTER_PREFIX")
        if wanted is None:
            return self.prefixes[0]
        if wanted not in self.prefixes:
            raise Failure(REFUSED, f"MINICLUSTER_PREFIX is {wanted!r}, which is none of the etcd_prefixes of {self.service}: {' '.join(self.prefixes)}")
        return wanted


def find():
    """The service that MINICLUSTER_SERVICE names, else the only one whose credential this user can read."""
    known = {identity.service: identity for identity in map(Identity, descriptions())}
    user = user_name()
    wanted = os.environ.get("MINICLUSTER_SERVICE")
    if wanted is not None:
        if wanted not in known:
            raise Failure(REFUSED, f"{wanted} has no access to etcd on this node: give it etcd_prefixes in services.yml, and deploy")
        if not known[wanted].readable():
            raise Failure(REFUSED, f"{user} cannot read the credential of {wanted}: run this as the user of {wanted}")
        return known[wanted]
    mine = sorted(name for name, identity in known.items() if identity.readable())
    if not mine:
        raise Failure(REFUSED, f"no service of the user {user} has access to etcd on this node: give it etcd_prefixes in services.yml, and deploy")
    if len(mine) > 1:
        raise Failure(REFUSED, f"{user} can read the credentials of {', '.join(mine)}: say which one, e.g. MINICLUSTER_SERVICE={mine[0]}")
    return known[mine[0]]


def descriptions():
    try:
        names = sorted(name for name in os.listdir(FOLDER) if name.endswith(".json"))
    except FileNotFoundError:
        return
    for name in names:
        with open(f"{FOLDER}/{name}", encoding="utf-8") as file:
            yield json.load(file)


def user_name():
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
