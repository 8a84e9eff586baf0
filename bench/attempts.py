"""Open attempts and the requests that answer them, for servers whose secret is known."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass

from bench.load import request
from quiz.services import play
from quiz.services.platform import Platform
from quiz.services.play import Start
from quiz.web.tokens import AttemptToken, sign


@dataclass(frozen=True)
class OpenAttempt:
    """An attempt that somebody is answering."""

    attempt_id: int
    token: str
    options: tuple[tuple[str, ...], ...]  # by question

    def answers(self, numbers: range, seq: int) -> bytes:
        """Return the request that saves answers to these questions."""
        answers = [
            {"n": n, "response": [self.options[n - 1][seq % len(self.options[n - 1])]], "seq": seq}
            for n in numbers
        ]
        body = json.dumps({"device": f"bench{self.attempt_id}", "answers": answers}, separators=(",", ":"))
        bearer = {"Authorization": f"Bearer {self.token}"}
        return request("POST", f"/api/v1/attempts/{self.attempt_id}/answers", body.encode(), **bearer)


def open_attempts(platform: Platform, contest_id: int, people: list[int]) -> list[OpenAttempt]:
    """Start an attempt for each of these people."""
    opened = []
    for person in people:
        now_ms = platform.clock.now_ms()
        attempt_id = play.start(platform, person, Start(contest_id, 0), now_ms)
        sheet = play.sheet_of(platform, attempt_id, person, now_ms)
        token = sign(platform.secret, AttemptToken(person, attempt_id, sheet.row.epoch))
        opened.append(OpenAttempt(attempt_id, token, sheet.paper.option_ids))
    return opened


def singles(opened: list[OpenAttempt]) -> Callable[[int, int], bytes]:
    """Return what makes each client's next request: one answer."""
    counter = itertools.count(1)

    def following(client: int, count: int) -> bytes:
        seq = next(counter)
        one = opened[seq % len(opened)]
        return one.answers(range(1 + seq % len(one.options), 2 + seq % len(one.options)), seq)

    return following


def batches(opened: list[OpenAttempt]) -> Callable[[int, int], bytes]:
    """Return what makes each client's next request: an answer to every question of a paper."""
    counter = itertools.count(1_000_000)

    def following(client: int, count: int) -> bytes:
        seq = next(counter)
        one = opened[seq % len(opened)]
        return one.answers(range(1, len(one.options) + 1), seq)

    return following
