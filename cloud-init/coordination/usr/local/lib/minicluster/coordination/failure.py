"""Why a command ends without having done what was asked. The codes are a contract: docs/coordination.md."""

import sys

NOT_FOUND = 1
CHANGED = 2
WRONG_CALL = 64
UNAVAILABLE = 69
TAKEN = 75
LOST = 76
REFUSED = 77


class Failure(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def ending(program, do):
    """Ends the process with what `do` returns, or with one line that says why not."""
    try:
        sys.exit(do())
    except Failure as failure:
        say(program, str(failure))
        sys.exit(failure.code)


def say(program, text):
    print(f"{program}: {text}", file=sys.stderr, flush=True)
