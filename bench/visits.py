"""What people wait for at the start, at the finish and at a board, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.load import Connection, Measured
from bench.preparing import Prepared


@dataclass
class Visits:
    """How long each step of a visit took."""

    sign_in: Measured = field(default_factory=Measured)
    start: Measured = field(default_factory=Measured)
    finish: Measured = field(default_factory=Measured)
    board: Measured = field(default_factory=Measured)  # with one's own place and neighbours


def visit(port: int, prepared: Prepared, codes: Sequence[str]) -> Visits:
    """Let people come one after the other: sign in, start, finish with one batch, look at the board."""
    visits, connection = Visits(), Connection(port)
    for code in codes:
        entry = _timed(visits.sign_in, connection, "POST", "/api/v1/session", {"code": code})
        bearer = {"Authorization": f"Bearer {entry['token']}"}
        contest = f"/api/v1/contests/{prepared.contest_id}"
        sheet = _timed(visits.start, connection, "POST", f"{contest}/attempts", {}, **bearer)
        answers = [
            {"n": q["n"], "response": [q["options"][0]["id"]], "seq": q["n"]} for q in sheet["questions"]
        ]
        body = {"token": sheet["token"], "device": "visit", "answers": answers}
        _timed(visits.finish, connection, "POST", f"/api/v1/attempts/{sheet['attempt']}/finish", body)
        _timed(visits.board, connection, "GET", f"{contest}/boards/0-0?around=me", None, **bearer)
    connection.close()
    return visits


def _timed(
    into: Measured, connection: Connection, method: str, path: str, body: object, **headers: str
) -> dict[str, list[dict[str, list[dict[str, str]]]]]:
    begun = time.perf_counter()
    status, reply = (
        connection.post(path, body, **headers) if method == "POST" else connection.get(path, **headers)
    )
    into.times_ms.append((time.perf_counter() - begun) * 1000)
    if not 200 <= status < 300:
        raise RuntimeError(f"{path}: {status} {reply.decode()}")
    found: dict[str, list[dict[str, list[dict[str, str]]]]] = json.loads(reply)
    return found
