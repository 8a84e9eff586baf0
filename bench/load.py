"""Load: keep-alive connections as bare sockets, and many of them at once."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

TIMEOUT_S = 15


class Connection:
    """One keep-alive connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None
        self.rest = b""

    def post(self, path: str, body: object, **headers: str) -> tuple[int, bytes]:
        """Send a JSON body and return status and reply; raises OSError when the connection breaks."""
        return self.send(request("POST", path, json.dumps(body).encode(), **headers))

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Return status and reply; raises OSError when the connection breaks."""
        return self.send(request("GET", path, b"", **headers))

    def send(self, whole: bytes) -> tuple[int, bytes]:
        """Send a prepared request and return status and reply; raises OSError when the connection breaks."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), TIMEOUT_S)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.rest = b""
            self.socket.sendall(whole)
            return self._reply()
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def _reply(self) -> tuple[int, bytes]:
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            self._more()
        head, self.rest = self.rest[:end].lower(), self.rest[end + 4 :]
        start = head.find(b"content-length:")
        length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        while len(self.rest) < length:
            self._more()
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(head[9:12]), body

    def _more(self) -> None:
        assert self.socket is not None
        received = self.socket.recv(65536)
        if not received:
            raise ConnectionResetError("the server closed the connection")
        self.rest += received


def request(method: str, path: str, body: bytes, **headers: str) -> bytes:
    """Return a whole HTTP request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


@dataclass
class Measured:
    """What a number of requests came to."""

    times_ms: list[float] = field(default_factory=list)
    failed: int = 0

    def percentile(self, percent: int) -> float:
        """Return the time within which so many requests were answered."""
        ordered = sorted(self.times_ms)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def together(
    port: int, clients: int, seconds: float, next_request: Callable[[int, int], bytes | None]
) -> Measured:
    """Let clients send for some seconds; `next_request(client, count)` is what each sends, None ends it."""
    measured = [Measured() for _ in range(clients)]
    ends = time.monotonic() + seconds

    def run(client: int) -> None:
        connection, count, mine = Connection(port), 0, measured[client]
        while time.monotonic() < ends and (whole := next_request(client, count)) is not None:
            begun = time.perf_counter()
            status, _ = connection.send(whole)
            mine.times_ms.append((time.perf_counter() - begun) * 1000)
            mine.failed += status >= 300
            count += 1
        connection.close()

    _run_all([threading.Thread(target=run, args=(client,)) for client in range(clients)])
    return Measured([t for m in measured for t in m.times_ms], sum(m.failed for m in measured))


def _run_all(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
