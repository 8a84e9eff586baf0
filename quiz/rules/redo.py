"""Questions that come again until they are right: which are asked now, which answer counts (P7 `redo`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from quiz.rules.course import Step
from quiz.rules.parts import Stage
from quiz.rules.sheet import Admission, Answer, Counted, Paper, Received, too_late

IsRight = Callable[[int, tuple[str, ...]], bool]  # whether a response to a question is wholly right


def asks_again(stage: Stage) -> bool:
    """Return whether what is not right comes again."""
    return stage.flow.redo == "until_right"


def steps(of: int, last: Mapping[int, Counted], received: Iterable[Received]) -> list[Step]:
    """Return what became of the questions of an attempt, from the answers that count."""
    late = too_late(received)
    found = []
    for n in range(1, of + 1):
        mine = last.get(n) or late.get(n)
        found.append(Step(n, mine.response, n not in last) if mine is not None else Step(n))
    return found


class Rounds:
    """An attempt round by round: first the whole paper, then what is not right yet, again and again.

    What is right stays; else the last answer counts. `received` in the order of storing. Source: R42.
    """

    def __init__(self, of: int, is_right: IsRight, received: Iterable[Received] = ()) -> None:
        self._times = dict.fromkeys(range(1, of + 1), 0)  # how often each question was answered
        self._is_right, self._right = is_right, set[int]()
        self._known: dict[tuple[str, int, int], Answer] = {}
        self.last: dict[int, Counted] = {}
        for receipt in received:
            for answer in receipt.answers if not receipt.late else ():
                self._take(answer, receipt.device, receipt.received_ms)

    @property
    def asked(self) -> list[int]:
        """The questions that may be answered now; none when everything is right."""
        left = [n for n in self._times if n not in self._right]
        return [n for n in left if self._times[n] == self._least(left)]

    @property
    def number(self) -> int:
        """Which round it is, from 1."""
        return self._least([n for n in self._times if n not in self._right]) + 1

    def admitted(
        self, paper: Paper, answers: Sequence[Answer], device: str, at_ms: int, closed: str | None
    ) -> Admission:
        """Take a batch and divide it; `closed`: why nothing can be stored that counts.

        What this device had stored before is acknowledged again: it is no second answer.
        """
        kept, late, again, refused = [], [], [], {}
        for answer in answers:
            known = self._known.get((device, answer.n, answer.seq))
            code = paper.fault(answer.n, answer.response) or closed or self._refusal(answer.n)
            if known == answer:
                again.append(answer)
            elif code is None and known is None:
                kept.append(answer)
                self._take(answer, device, at_ms)
            else:
                refused[answer.n] = code or "answered"
                if code == "too_late":
                    late.append(answer)
        return Admission(tuple(kept), tuple(late), tuple(again), refused)

    def _refusal(self, n: int) -> str | None:
        if n in self._right:
            return "already_right"
        return None if n in self.asked else "question_not_open"

    def _take(self, answer: Answer, device: str, at_ms: int) -> None:
        name = (device, answer.n, answer.seq)
        if name in self._known or answer.n in self._right:
            return
        self._known[name] = answer
        self._times[answer.n] += 1
        self.last[answer.n] = Counted(answer.response, at_ms, device, answer.seq)
        if self._is_right(answer.n, answer.response):
            self._right.add(answer.n)

    def _least(self, left: Sequence[int]) -> int:
        return min((self._times[n] for n in left), default=max(self._times.values(), default=1) - 1)
