"""Which service asks, and which keys are its own."""

import json
import os
import pwd
import re

from .failure import REFUSED, WRONG_CALL, Failure

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
        """The key in etcd that a name means: below the service's first prefix, or the whole key if it begins with a slash."""
        prefix, rest = self.prefixes[0], name
        if name.startswith("/"):
            prefix = next((each for each in self.prefixes if name.startswith(each)), None)
            if prefix is None:
                raise Failure(REFUSED, f"{name} is not below the etcd_prefixes of {self.service}: {' '.join(self.prefixes)}")
            rest = name.removeprefix(prefix)
        if not NAME.fullmatch(rest):
            raise Failure(WRONG_CALL, f"{name!r} is no name: use letters, digits and . _ @ : - in parts between slashes, e.g. jobs/nightly")
        return prefix + rest

    def folder(self, name):
        """What every key in a folder begins with; `name` ends in a slash."""
        return self.key(f"{name}any").removesuffix("any")

    def name(self, key):
        """The shortest name that means a key."""
        return key.removeprefix(self.prefixes[0])


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
