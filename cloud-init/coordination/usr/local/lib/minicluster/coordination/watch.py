"""Changes as lines, without a gap between what is there and what comes."""

import json
import os
import signal
import sys

from .etcd import Entry
from .failure import UNAVAILABLE, Failure


def watch(etcd, who, key, folder):
    """Prints what is there, then each change: `put NAME VALUE` or `del NAME`. It goes on until it is ended."""
    below = ["--prefix"] if folder else []
    answer = etcd.json("get", *below, "--", key)
    for kv in answer.get("kvs", []):
        show(who, "put", Entry(kv))
    revision = answer["header"]["revision"] + 1
    process = etcd.start("--write-out=json", "watch", *below, f"--rev={revision}", key)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: end(process))
    for line in process.stdout:
        for event in json.loads(line).get("Events") or []:
            show(who, "del" if event.get("type") == 1 else "put", Entry(event["kv"]))
    raise Failure(UNAVAILABLE, f"the watch of {key} has ended: {process.stderr.read().decode('utf-8', 'replace').strip()}")


def end(process):
    process.kill()
    os._exit(0)


def show(who, what, entry):
    words = [what, who.name(entry.key)]
    if what == "put":
        words.append(printable(entry.value))
    try:
        print(*words, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def printable(value):
    """One line, as it is where it is plain text; a backslash and what is no text as \\\\ and \\xNN."""
    text = value.decode("utf-8", "surrogateescape")
    return "".join(escaped(char) if char == "\\" or not char.isprintable() else char for char in text)


def escaped(char):
    if char == "\\":
        return "\\\\"
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
