"""Practice by topic: what there is, which question comes next, one question asked and explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from sqlalchemy import select

from question_bank.question import ALWAYS_SHUFFLED, Question
from question_bank.streams import Stream
from quiz.errors import N_, InvalidInput, NotFound
from quiz.models.bank import QuestionVersion
from quiz.models.learning import Learned as LearnedRow
from quiz.rules.learning import Learned, day_of
from quiz.rules.sheet import REFUSALS, Paper, Slot
from quiz.services.drawable import practisable
from quiz.services.learned import Answered, of_person, put_down
from quiz.services.offered import offer
from quiz.services.platform import Platform
from quiz.services.reviewing import Reviewed, explained
from quiz.services.secrets import digest

ENOUGH = 10  # questions of a topic that somebody has right, and it is mastered; of a small one all
GONE = N_("这道题现在不能练习，可能已经停用，或者留给了一场比赛。请换一题。")
BLANK = N_("还没有作答。不会也没关系，可以直接看答案。")


@dataclass(frozen=True)
class Topic:
    """A topic of the bank, and how far a person is with it."""

    name: str  # "": the questions that name no topic
    questions: int
    seen: int = 0
    right: int = 0  # answered right at last, and not waiting to come again

    @property
    def wanted(self) -> int:
        """How many questions somebody has to have right to have mastered it."""
        return min(ENOUGH, self.questions)

    @property
    def is_mastered(self) -> bool:
        """Whether the person has mastered it."""
        return self.right >= self.wanted


@dataclass(frozen=True)
class Practice:
    """What there is to practise, and what a person did with it."""

    topics: Sequence[Topic]
    questions: int  # each once, whatever topics it has
    today: int = 0  # questions answered today
    today_right: int = 0


@dataclass(frozen=True)
class Asked:
    """A question as one person is asked it on a day: its options in an order of their own."""

    question_id: int
    version_id: int
    question: Question
    paper: Paper  # of this question alone
    day: str


def practice(platform: Platform, person_id: int | None, now_ms: int) -> Practice:
    """Return the topics with how many questions each has, and what a person has done of them."""
    day = day_of(now_ms)
    with platform.store.reading() as session:
        offered = offer(platform, session, day)
        done = of_person(session, person_id) if person_id is not None else {}
    answered_today = [each for each in done.values() if each.last_on == day]
    return Practice(
        [_topic(name, ids, done) for name, ids in offered.topics.items()],
        len(offered.versions),
        len(answered_today),
        sum(each.is_right for each in answered_today),
    )


def next_question(
    platform: Platform, person_id: int, topic: str | None, after: int | None, now_ms: int
) -> int | None:
    """Return the question that comes next in a topic (None: in all), None where there is none.

    First what the person has not seen, in an order of their own; then what they answered longest ago.
    `after`: the one they have just seen.
    """
    with platform.store.reading() as session:
        offered = offer(platform, session, day_of(now_ms))
        ids = offered.versions if topic is None else offered.topics.get(topic, ())
        answered = select(LearnedRow.question_id, LearnedRow.answered_ms)
        done = dict(session.execute(answered.where(LearnedRow.person_id == person_id)).all())
    others = [i for i in ids if i != after] or list(ids)
    return min(others, key=lambda i: (done.get(i, 0), crc32(f"{person_id}/{i}".encode()), i), default=None)


def asked(platform: Platform, person_id: int, question_id: int, now_ms: int, day: str | None = None) -> Asked:
    """Return a question as a person is asked it; `day`: the one on which the page was opened.

    Raises NotFound where it may not be practised.
    """
    today = day_of(now_ms)
    with platform.store.reading() as session:
        found = session.execute(
            practisable(today)
            .add_columns(QuestionVersion.content)
            .where(QuestionVersion.question_id == question_id)
        ).one_or_none()
    if found is None:
        raise NotFound(GONE)
    version_id, _question_id, content = found
    question = Question.from_dict(content)
    return as_asked(platform, person_id, question_id, version_id, question, day or today)


def as_asked(
    platform: Platform, person_id: int, question_id: int, version_id: int, question: Question, day: str
) -> Asked:
    """Return a version of a question as a person is asked it on a day: again the same."""
    seed = digest(platform.secret, "practice", f"{person_id}/{version_id}/{day}")[:16]
    order = list(range(len(question.options)))
    if question.kind in ALWAYS_SHUFFLED or not question.keeps_order:
        order = Stream(seed).shuffled(order)
    paper = Paper.of(seed, [Slot(version_id, question.kind, 0, tuple(order))])
    return Asked(question_id, version_id, question, paper, day)


def answer(
    platform: Platform, person_id: int, asked: Asked, response: Sequence[str], now_ms: int
) -> tuple[Reviewed, Learned]:
    """Put down an answer and return it explained, with how the person stands; raises InvalidInput.

    An empty response is somebody who wants to be told: it counts as wrong.
    """
    fault = asked.paper.fault(1, response)
    if fault is not None:
        raise InvalidInput(REFUSALS[fault])
    shown = explained(asked.question, asked.paper, response)
    given = Answered(asked.question_id, shown.rightness == 1, now_ms)
    stands = platform.writer.run(lambda c: put_down(c, person_id, [given]))
    return shown, stands[asked.question_id]


def _topic(name: str, ids: Sequence[int], done: Mapping[int, Learned]) -> Topic:
    known = [done[i] for i in ids if i in done]
    return Topic(name, len(ids), len(known), sum(each.is_right and each.due_on is None for each in known))
