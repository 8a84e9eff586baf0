"""The answer sheet of one attempt: which paper it shows, which answers are admitted, which of them count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import NamedTuple

from question_bank.question import CHOICES, LETTERS, SEVERAL
from quiz.errors import N_

KIND_LETTERS = {
    "single": "s",
    "multiple": "m",
    "true_false": "t",
    "indefinite": "i",
    "fill": "f",
    "order": "o",
    "match": "p",
}
KINDS = {letter: kind for kind, letter in KIND_LETTERS.items()}
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no look-alikes
IDS = tuple(a + b for a in ALPHABET for b in ALPHABET)
STEPS = tuple(step for step in range(1, len(IDS)) if step % len(ALPHABET))  # with each all IDS come round
MOST_SEQ = 2**53 - 1  # the largest that every JSON reader holds exactly: a clock in milliseconds fits
LONGEST_DEVICE = 40  # characters
PAPERS_KEPT = 8_192  # of 4 kB each, with the ids of their options
SLOTS_KEPT = 8_192  # words taken apart once: papers of one contest share them
REFUSALS = {  # why one answer of a batch cannot count
    "malformed": N_("这个答案的格式不对。"),
    "unknown_question": N_("试卷里没有这道题。"),
    "unknown_option": N_("这道题没有这个选项。"),
    "too_many_options": N_("这道题只能选一个答案。"),
    "too_late": N_("收到时答题时间已过，这个答案不能算对。"),
    "question_closed": N_("这道题已经结束，不能再改。"),
    "question_not_open": N_("还没有轮到这道题。"),
    "answered": N_("这道题已经答过，第一次的答案有效。"),
    "already_right": N_("这道题已经答对，不用再答。"),
    "finished": N_("已经交卷，不能再答。"),
}


@dataclass(frozen=True)
class Slot:
    """One question of a paper: the frozen version, its section, and the order its options are shown in."""

    version_id: int
    kind: str
    section: int
    order: tuple[int, ...]  # positions in the version's options


@dataclass(frozen=True)
class Paper:
    """The questions of one attempt, numbered from 1, with option ids that mean nothing outside it.

    Kept as it is stored, a word a question; only the questions that are asked for are taken apart.
    """

    seed: str
    words: tuple[str, ...]  # version.kind.section.order
    known: dict[int, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)  # ids asked

    @classmethod
    def of(cls, seed: str, slots: Iterable[Slot]) -> Paper:
        """Return the paper that shows these questions."""
        return cls(seed, tuple(_word(slot) for slot in slots))

    @staticmethod
    @lru_cache(maxsize=PAPERS_KEPT)
    def parse(seed: str, text: str) -> Paper:
        """Read back what `text` wrote; a paper that is being answered is asked for again and again."""
        return Paper(seed, tuple(text.split()))

    @property
    def text(self) -> str:
        """The paper as stored."""
        return " ".join(self.words)

    @property
    def count(self) -> int:
        """How many questions it has."""
        return len(self.words)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """By question, what it shows."""
        return tuple(_slot(word) for word in self.words)

    @cached_property
    def option_ids(self) -> tuple[tuple[str, ...], ...]:
        """By question, the ids of its options in the order shown: two characters each, from the seed."""
        return tuple(self.ids(n) for n in range(1, self.count + 1))

    def ids(self, n: int) -> tuple[str, ...]:
        """Return the ids of the options of question `n` in the order shown."""
        ids = self.known.get(n)
        if ids is None:
            ids = self.known[n] = _ids(self.seed, n, len(_slot(self.words[n - 1]).order))
        return ids

    def fault(self, n: int, response: Sequence[str]) -> str | None:
        """Return the code of what is wrong with a response to question `n`, None if it can be admitted."""
        ids = self.known.get(n)
        if ids is None:
            if not 1 <= n <= len(self.words):
                return "unknown_question"
            ids = self.ids(n)
        if not response or (len(response) == 1 and response[0] in ids):
            return None
        kind = _slot(self.words[n - 1]).kind
        if kind not in CHOICES:
            return None if kind == "fill" or {*response} <= {*ids, ""} else "unknown_option"
        if len(set(response)) != len(response) or not set(response) <= set(ids):
            return "unknown_option"
        return None if kind in SEVERAL else "too_many_options"

    def given(self, n: int, response: Sequence[str]) -> tuple[str, ...]:
        """Return a response in the words of the frozen version: letters of options, texts of gaps.

        Of choices the letters chosen; of order and match the letter in each place, of fill the text in each,
        "" where nothing was given. Nothing in any place is no response at all.
        """
        slot = _slot(self.words[n - 1])
        if slot.kind == "fill":
            texts = tuple(text.strip() for text in response)
            return texts if any(texts) else ()
        letters = dict(zip(self.ids(n), (LETTERS[i] for i in slot.order), strict=True))
        if slot.kind in CHOICES:
            return tuple(sorted(letters[option] for option in response))
        return tuple(letters.get(option, "") for option in response) if any(response) else ()


class Answer(NamedTuple):
    """What a device sent for one question; `seq` grows with everything that device sends."""

    n: int
    seq: int
    response: tuple[str, ...]


@dataclass(frozen=True)
class Received:
    """One receipt: answers of one device that the server read at one moment."""

    device: str
    received_ms: int
    answers: tuple[Answer, ...]
    late: bool = False
    opens: int | None = None
    opened_ms: int | None = None
    leavings: tuple[int, ...] = ()  # seq of each time that the device left the page


@dataclass(frozen=True)
class Counted:
    """The response that counts for a question, and when and from where it came."""

    response: tuple[str, ...]
    received_ms: int
    device: str
    seq: int


class Admission(NamedTuple):
    """What became of a batch: what is kept, what is refused and why (question → code)."""

    kept: tuple[Answer, ...] = ()
    late: tuple[Answer, ...] = ()  # stored as evidence: wrong, unless one came in time
    again: tuple[Answer, ...] = ()  # cannot be stored now, but was stored in time before
    refused: Mapping[int, str] = MappingProxyType({})

    @property
    def saved(self) -> dict[int, int]:
        """By question, the highest `seq` that is kept."""
        saved: dict[int, int] = {}
        for n, seq, _response in (*self.kept, *self.again):
            if seq > saved.get(n, -1):
                saved[n] = seq
        return saved


class Terms(NamedTuple):
    """Under what answers are admitted at one moment."""

    closed: str | None = None  # why nothing can be stored that counts: too_late, finished
    open_n: int | None = (
        None  # with a clock per question the one that may be answered; None: one clock for all
    )
    first_is_final: bool = False  # what is right is told with the first answer, so that no other can follow


UNRESTRICTED = Terms()


def admit(
    paper: Paper, answers: Sequence[Answer], terms: Terms, device: str = "", past: Sequence[Received] = ()
) -> Admission:
    """Divide a batch into answers that count, answers that came too late, and answers that cannot count.

    What this device had stored in time before is acknowledged again, whenever it comes. `past`: what was
    received before, needed where an answer cannot be stored now or only the first one counts.
    """
    stored = {(a.n, a.seq): a for r in past if r.device == device and not r.late for a in r.answers}
    final = _first_responses(past) if terms.first_is_final else {}
    kept, late, again, refused = [], [], [], {}
    fault, are_restricted = paper.fault, terms != UNRESTRICTED
    for answer in answers:
        code = fault(answer.n, answer.response)
        if code is None and are_restricted:
            code = _refusal(answer, terms, final)
        if code is None:
            kept.append(answer)
            if terms.first_is_final:
                final.setdefault(answer.n, answer.response)
        elif stored.get((answer.n, answer.seq)) == answer or final.get(answer.n) == answer.response:
            again.append(answer)
        else:
            refused[answer.n] = code
            if code == "too_late":
                late.append(answer)
    return Admission(tuple(kept), tuple(late), tuple(again), refused)


def _refusal(answer: Answer, terms: Terms, final: Mapping[int, tuple[str, ...]]) -> str | None:
    """Return the code of what keeps an answer without a fault from being stored now as one that counts."""
    if terms.open_n is not None and answer.n != terms.open_n:
        return "question_closed" if answer.n < terms.open_n else "question_not_open"
    return terms.closed or ("answered" if answer.n in final else None)


def _first_responses(past: Iterable[Received]) -> dict[int, tuple[str, ...]]:
    first: dict[int, tuple[str, ...]] = {}
    for receipt in past:
        for answer in receipt.answers if not receipt.late else ():
            first.setdefault(answer.n, answer.response)
    return first


def counted(receipts: Iterable[Received], first_is_final: bool = False) -> dict[int, Counted]:
    """Return, by question, the answer that counts, whatever was sent twice or out of order.

    The same (device, question, seq) counts from its first receipt. For one device the highest `seq` wins,
    between devices the later receipt; where the first answer is final, the first receipt of all.
    `receipts` in the order in which they were stored.
    """
    first: dict[tuple[str, int, int], Counted] = {}
    for receipt in receipts:
        for a in receipt.answers if not receipt.late else ():
            first.setdefault(
                (receipt.device, a.n, a.seq), Counted(a.response, receipt.received_ms, receipt.device, a.seq)
            )
    if first_is_final:
        final: dict[int, Counted] = {}
        for (_device, n, _seq), given in first.items():
            final.setdefault(n, given)
        return final
    last: dict[tuple[str, int], Counted] = {}
    for (device, n, seq), given in first.items():
        if (device, n) not in last or last[device, n].seq < seq:
            last[device, n] = given
    wins: dict[int, Counted] = {}
    for (_device, n), given in last.items():
        if n not in wins or wins[n].received_ms <= given.received_ms:
            wins[n] = given
    return wins


def too_late(receipts: Iterable[Received]) -> dict[int, Counted]:
    """Return, by question, the first answer that came after its time; one in time counts before it."""
    found: dict[int, Counted] = {}
    for receipt in receipts:
        for a in receipt.answers if receipt.late else ():
            if a.response:
                found.setdefault(a.n, Counted(a.response, receipt.received_ms, receipt.device, a.seq))
    return found


def leavings(receipts: Iterable[Received]) -> list[int]:
    """Return when the page was left, by the first receipt of each report; one sent twice is one."""
    found: dict[tuple[str, int], int] = {}
    for receipt in receipts:
        for seq in receipt.leavings:
            found.setdefault((receipt.device, seq), receipt.received_ms)
    return sorted(found.values())


def openings(started_ms: int, receipts: Iterable[Received]) -> dict[int, int]:
    """Return, by question, when the server opened it (clock per question); 1 opens with the attempt."""
    opened = {1: started_ms}
    for receipt in receipts:
        if receipt.opens is not None and receipt.opened_ms is not None:
            opened.setdefault(receipt.opens, receipt.opened_ms)
    return opened


@lru_cache(maxsize=SLOTS_KEPT)
def _slot(word: str) -> Slot:
    version, kind, section, order = word.split(".")
    return Slot(int(version), KINDS[kind], int(section), tuple(int(i) for i in order.split("-") if i))


def _word(slot: Slot) -> str:
    return f"{slot.version_id}.{KIND_LETTERS[slot.kind]}.{slot.section}.{'-'.join(map(str, slot.order))}"


def _ids(seed: str, n: int, count: int) -> tuple[str, ...]:
    """Return different two-character ids that follow from seed and number alone, wherever it runs."""
    digest = int.from_bytes(blake2b(f"{seed}/{n}".encode(), digest_size=8).digest(), "big")
    first, step = digest % len(IDS), STEPS[digest // len(IDS) % len(STEPS)]
    return tuple([IDS[(first + k * step) % len(IDS)] for k in range(count)])
