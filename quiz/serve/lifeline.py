"""A pipe from the parent: when it closes, the parent is gone, by whatever signal, and the child ends too.

Run as a program it does this for a server that is not ours: `python lifeline.py valkey-server …` waits for
the end of its standard input (or of the guard's pipe) or for SIGTERM, and then stops the server.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

PIPE = "QUIZ_LIFELINE"  # two inherited file descriptors: one that ends with the parent, one to report on
STOPS_WITHIN_S = 5  # then a server that was asked to stop is killed


def hold() -> None:
    """End this process when its guard is gone; does nothing where no guard has started it."""
    if PIPE in os.environ:
        parent = int(os.environ[PIPE].split(",")[0])
        threading.Thread(target=_end_with, args=(parent,), name="lifeline", daemon=True).start()


def report_ready() -> None:
    """Tell the guard that this process serves."""
    if PIPE in os.environ:
        with contextlib.suppress(OSError):  # the guard is gone: `hold` ends this process
            os.write(int(os.environ[PIPE].split(",")[1]), b"+")


def _end_with(parent: int) -> None:
    while os.read(parent, 1):
        pass
    os._exit(0)


def main(command: Sequence[str]) -> int:
    """Run `command` until the parent is gone or says stop, or it ends by itself; returns its exit code."""
    for each in (signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # from the terminal, for everybody: the parent decides
    parent = int(os.environ.get(PIPE, "0").split(",")[0])
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    threading.Thread(target=_end_after, args=(server,), daemon=True).start()
    while os.read(parent, 4096):
        pass
    server.terminate()
    try:
        return abs(server.wait(STOPS_WITHIN_S))
    except subprocess.TimeoutExpired:
        server.kill()
        return abs(server.wait())


def _end_after(server: subprocess.Popen[bytes]) -> None:
    os._exit(abs(server.wait()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
