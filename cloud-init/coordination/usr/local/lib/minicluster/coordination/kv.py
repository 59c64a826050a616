"""minicluster-kv: small data in etcd, below the service's own prefix."""

import sys

from . import identity
from .etcd import Etcd
from .etcd import delete as etcd_delete
from .etcd import put as etcd_put
from .failure import NOT_SO, REFUSED, UNAVAILABLE, WRONG_CALL, Failure, ending
from .watch import watch

PROGRAM = "minicluster-kv"
LARGEST = 1024 * 1024


class WrongWords(Exception):
    """Too many or too few of them."""


def main():
    ending(PROGRAM, run)


def run():
    words = sys.argv[1:]
    if words in (["-h"], ["--help"]):
        print(usage(*COMMANDS), "A VALUE or NEW that is absent or - is read from the standard input.", sep="\n")
        return 0
    name = words[0] if words else ""
    if name not in COMMANDS:
        said = f"{name!r} is no command" if words else "no command"
        raise Failure(WRONG_CALL, f"{said}\n{usage(*COMMANDS)}")
    who = identity.find()
    do, _ = COMMANDS[name]
    try:
        do(Etcd(who), who, words[1:])
    except WrongWords:
        raise Failure(WRONG_CALL, usage(name)) from None
    return 0


def usage(*names):
    calls = [f"{PROGRAM} {name} {words}" for name in names for words in COMMANDS[name][1]]
    return "usage: " + "\n       ".join(calls)


def get(etcd, who, words):
    (name,) = exactly(words, 1)
    entry, _ = etcd.get(who.key(name))
    refuse_missing(who.key(name), entry)
    sys.stdout.buffer.write(entry.value)
    if sys.stdout.isatty():
        sys.stdout.buffer.write(b"\n")


def put(etcd, who, words):
    name, value = with_input(words, 2)
    change(etcd, who.key(name), lambda key: etcd_put(key, value), lambda key, entry: None)


def delete(etcd, who, words):
    (name,) = exactly(words, 1)
    change(etcd, who.key(name), etcd_delete, refuse_missing)


def cas(etcd, who, words):
    absent = words[:1] == ["--absent"]
    name, *old, new = with_input(words[1:], 2) if absent else with_input(words, 3)
    change(etcd, who.key(name), lambda key: etcd_put(key, new), refuse_present if absent else refuse_other(argument(old[0])))


def change(etcd, key, request, check):
    """Changes what `check` has looked at, and nothing that came meanwhile."""
    done = None
    while done is None:
        entry, _ = etcd.get(key)
        if entry is not None and entry.lease != 0:
            raise Failure(REFUSED, f"{key} is held as a lock by {entry.value.decode('utf-8', 'replace')}; use another name for data")
        check(key, entry)
        try:
            done = etcd.swap(key, 0 if entry is None else entry.changed, request(key))
        except Failure as failure:
            raise Failure(failure.code, f"{failure}; whether {key} was changed is not known") if failure.code == UNAVAILABLE else failure


def refuse_missing(key, entry):
    if entry is None:
        raise Failure(NOT_SO, f"{key} is not there")


def refuse_present(key, entry):
    if entry is not None:
        raise Failure(NOT_SO, f"{key} is there already")


def refuse_other(old):
    def refuse(key, entry):
        refuse_missing(key, entry)
        if entry.value != old:
            raise Failure(NOT_SO, f"{key} has another value than OLD")

    return refuse


def exactly(words, count):
    if len(words) != count:
        raise WrongWords
    return words


def with_input(words, count):
    """The last word may stand in the standard input: what is on a command line can be read by everyone on the machine."""
    if len(words) == count and words[-1] != "-":
        *first, value = words
        value = argument(value)
    else:
        first = words[:-1] if len(words) == count else exactly(words, count - 1)
        value = sys.stdin.buffer.read(LARGEST + 1)
    if len(value) > LARGEST:
        raise Failure(WRONG_CALL, "the value has more than 1 MB; etcd is for small data")
    return [*first, value]


def argument(word):
    return word.encode("utf-8", "surrogateescape")


def follow(etcd, who, words):
    (name,) = exactly(words, 1)
    folder = name.endswith("/")
    watch(etcd, who, who.folder(name) if folder else who.key(name), folder)


COMMANDS = {
    "get": (get, ["NAME"]),
    "put": (put, ["NAME [VALUE]"]),
    "cas": (cas, ["NAME OLD NEW", "--absent NAME NEW"]),
    "del": (delete, ["NAME"]),
    "watch": (follow, ["NAME | NAME/"]),
}
