"""Which paper an attempt gets, so that anybody can draw it again: committed seeds and the frozen pool.

The master seed of a published version is chosen by chance at publication. Its SHA-256 is shown from then on,
the seed itself once the last stage has closed. Every attempt's seed follows from the master seed, the stage,
the person's number and the attempt's number, so that nobody can choose a paper and nobody can guess one.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from typing import Any

from question_bank.drawing import Candidate, Drawn, Pool, draw
from quiz.errors import N_, InvalidInput
from quiz.rules.document import load
from quiz.rules.parts import Document, Stage

FORMAT = 1
SEED_CHARACTERS = 32  # of an attempt's seed, hexadecimal: 128 bits


@dataclass(frozen=True)
class Turn:
    """One attempt as far as its paper depends on it."""

    stage: int  # position in the document
    person: int
    number: int  # of this person in this stage, from 1
    day: str = ""  # ISO, the day of the rules on which it started: papers of the day depend on it


def commitment(text: str) -> str:
    """Return the SHA-256 by which a seed or a pool is known before it is shown."""
    return sha256(text.encode()).hexdigest()


def attempt_seed(master: str, turn: Turn) -> str:
    """Return the seed of one attempt: HMAC-SHA256 of stage, person and number under the master seed."""
    return _derived(master, f"attempt/{turn.stage}/{turn.person}/{turn.number}")


def questions_seed(master: str, stage: Stage, turn: Turn) -> str:
    """Return the seed that chooses the questions: everybody's, everybody's of a day, or one's own."""
    match stage.paper.draw:
        case "fixed":
            return _derived(master, f"fixed/{turn.stage}")
        case "daily":
            return _derived(master, f"daily/{turn.stage}/{turn.day}")
    return attempt_seed(master, turn)


def drawn(master: str, document: Document, pool: Pool, turn: Turn, seen: Iterable[int] = ()) -> list[Drawn]:
    """Return the paper of one attempt; `seen`: the questions of this person's earlier papers of the stage."""
    stage = document.stages[turn.stage]
    order_seed = attempt_seed(master, turn)
    return draw(stage.paper, pool, questions_seed(master, stage, turn), order_seed=order_seed, seen=seen)


@dataclass(frozen=True)
class Frozen:
    """All that a paper follows from, as it is published after the close."""

    title: str
    version: int
    rules: str  # the document as text
    questions: tuple[Mapping[str, Any], ...]  # Any: JSON data, see `question_line`
    seed_sha256: str
    seed: str | None  # None until the last stage has closed

    @cached_property
    def pool_sha256(self) -> str:
        """The hash of the questions, written as one text."""
        return commitment(_canonical(list(self.questions)))

    @property
    def promised(self) -> dict[str, Any]:  # Any: JSON data
        """What is shown before the opening: hashes of all that papers follow from; later the seed."""
        return {
            "version": self.version,
            "rules_sha256": commitment(self.rules),
            "pool_sha256": self.pool_sha256,
            "seed_sha256": self.seed_sha256,
            "seed": self.seed,
        }

    @property
    def text(self) -> str:
        """The file that is published."""
        whole = {
            "format": FORMAT,
            "title": self.title,
            "rules": self.rules,
            "questions": list(self.questions),
        }
        return _canonical({**whole, **self.promised})

    @classmethod
    def parse(cls, text: str) -> Frozen:
        """Read the published file; raises InvalidInput where it is not one, or its hashes do not agree."""
        try:
            raw = json.loads(text)
            found = cls(
                str(raw["title"]),
                int(raw["version"]),
                str(raw["rules"]),
                tuple(dict(each) for each in raw["questions"]),
                str(raw["seed_sha256"]),
                raw["seed"],
            )
            stated = (raw["rules_sha256"], raw["pool_sha256"])
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInput(N_("这不是比赛公布的抽题文件。")) from error
        if stated != (commitment(found.rules), found.pool_sha256):
            raise InvalidInput(N_("抽题文件被改动过：内容与其中的校验值不一致。"))
        if found.seed is not None and commitment(found.seed) != found.seed_sha256:
            raise InvalidInput(N_("种子与开赛前公布的校验值不一致。"))
        return found

    @cached_property
    def document(self) -> Document:
        """The rules, read."""
        return load(self.rules)

    @cached_property
    def pool(self) -> Pool:
        """The questions, ready to be drawn."""
        return Pool([_candidate(each) for each in self.questions])

    def again(self, turn: Turn) -> list[Drawn]:
        """Return the paper of an attempt, drawn again; for unseen questions also those before it.

        Raises InvalidInput while the seed is not published, and for a stage that does not exist.
        """
        if self.seed is None:
            raise InvalidInput(N_("种子要到比赛结束以后才公布，现在还不能验证。"))
        if not 0 <= turn.stage < len(self.document.stages) or turn.number < 1:
            raise InvalidInput(N_("这场比赛没有这个阶段，或没有这一次答题。"))
        paper = self.document.stages[turn.stage].paper
        if paper.draw == "daily" and not turn.day:
            raise InvalidInput(N_("每天一套题的比赛，请写明是哪一天。"))
        seen: list[int] = []
        if paper.draw == "unseen":
            for number in range(1, turn.number):
                before = Turn(turn.stage, turn.person, number, turn.day)
                seen += [each.candidate_id for each in self._drawn(before, seen)]
        return self._drawn(turn, seen)

    def _drawn(self, turn: Turn, seen: Iterable[int]) -> list[Drawn]:
        return drawn(self.seed or "", self.document, self.pool, turn, seen)


def question_line(candidate: Candidate, digest: str) -> dict[str, Any]:  # Any: JSON data
    """Return a question as the published file has it; `digest`: of its wording, which stays unpublished."""
    together = {"material": candidate.material, "turn": candidate.turn} if candidate.material else {}
    return {
        "id": candidate.id,
        "kind": candidate.kind,
        "tags": {facet: list(values) for facet, values in sorted(candidate.tags.items())},
        "difficulty": candidate.difficulty,
        "calibrated": None if candidate.calibrated is None else str(candidate.calibrated),
        "options": candidate.option_count,
        "keeps_order": candidate.keeps_order,
        "wording_sha256": digest,
        **together,
    }


def _candidate(line: Mapping[str, Any]) -> Candidate:  # Any: JSON data
    return Candidate(
        line["id"],
        line["kind"],
        {facet: tuple(values) for facet, values in line["tags"].items()},
        line["difficulty"],
        line["options"],
        line["keeps_order"],
        None if line["calibrated"] is None else Fraction(line["calibrated"]),
        line.get("material", ""),
        line.get("turn", 0),
    )


def _derived(master: str, name: str) -> str:
    return hmac.new(master.encode(), name.encode(), sha256).hexdigest()[:SEED_CHARACTERS]


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
