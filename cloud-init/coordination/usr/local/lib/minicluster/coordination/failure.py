"""Why a command ends without having done what was asked. The codes are a contract: docs/coordination.md."""

import os
import signal
import sys

NOT_SO = 1
WRONG_CALL = 2
UNAVAILABLE = 69
TAKEN = 75
LOST = 76
REFUSED = 77


class Failure(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Interrupted(BaseException):
    """A signal has ended it, or the command that it stands for."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


def ending(program, do):
    """Ends the process with what `do` returns, or with one line that says why not."""
    try:
        sys.exit(do())
    except Failure as failure:
        say(program, str(failure))
        sys.exit(failure.code)
    except Interrupted as interrupted:
        # By the signal itself: systemd takes SIGTERM for a clean end, and exit code 143 for a failure.
        signal.signal(interrupted.number, signal.SIG_DFL)
        os.kill(os.getpid(), interrupted.number)


def say(program, text):
    print(f"{program}: {text}", file=sys.stderr, flush=True)
