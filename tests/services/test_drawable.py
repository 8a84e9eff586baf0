"""One condition decides what may be drawn, in every place that draws; on every database."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, select

from question_bank.question import Question
from quiz.errors import InvalidDocument
from quiz.models.accounts import Audit
from quiz.models.bank import DRAFT, IN_REVIEW, Import, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.models.contests import FrozenQuestion
from quiz.rules.document import load
from quiz.services import bank, bank_review, bank_search, contests, keeping_back
from quiz.services.bank_editing import edit
from quiz.services.bank_search import Search
from quiz.services.drawable import Wanting
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from tests.services.test_bank import previewed
from tests.support.clock import MovedClock

SERVICES = Path(__file__).resolve().parents[2] / "quiz" / "services"
RULES = """
title: {title}
timezone: Asia/Shanghai
stages:
  - name: 初赛
    calendar: {{opens: "2026-03-10 08:00", closes: "2026-03-20 24:00"}}
    paper: {{sections: [{{count: 1{tags}}}]}}
    person: {{within_period: best}}
    order: [total]
    boards: [{{name: 个人, of: people}}]
"""


def rules(title: str = "甲赛", tags: str = "", flow: str = "") -> str:
    return RULES.format(title=title, tags=f", tags: {{{tags}}}" if tags else "") + flow


def question(stem: str, **tags: str) -> Question:
    row = {"kind": "single", "stem": stem, "options": ["甲", "乙"], "key": ["A"]}
    return Question.from_dict({**row, "tags": {facet: [value] for facet, value in tags.items()}})


class Bank:
    """Puts questions into a bank and tells which of them each place would draw."""

    def __init__(self, platform: Platform, now_ms: int) -> None:
        self.platform, self.actor = platform, Actor(None, now_ms)

    def take(self, *questions: Question, review: bool = False) -> None:
        bank.take(self.platform, previewed(self.platform, *questions), self.actor, review=review)

    def of(self, stem: str) -> bank_search.Found:
        (found,), _count = bank_search.search(self.platform, Search(words=stem))
        return found

    def edit(self, stem: str, new: str, becomes: str) -> int:
        found = self.of(stem)
        return edit(self.platform, found.version_id, replace(found.question, stem=new), self.actor, becomes)

    def contest(self, text: str, kind: str = "contest") -> int:
        return contests.create(self.platform, text, kind, self.actor)

    def drawn(self, contest_id: int) -> set[str]:
        """Return the stems that may be drawn: the same in every place that looks."""
        draft = contests.draft(self.platform, contest_id)
        wanting = Wanting(load(draft.text), self.actor.now_ms, contest_id, draft.kind)
        short = contests.missing(self.platform, wanting)
        (supply,) = contests.papers_tried(self.platform, wanting, "seed")
        if short:
            assert supply.supply is None
            return set()
        assert supply.supply is not None
        contests.publish(self.platform, contest_id, self.actor)
        pool = in_force(self.platform, contest_id)
        with self.platform.store.reading() as session:
            stems = select(QuestionVersion.stem).where(QuestionVersion.id.in_(pool.questions))
            return set(session.scalars(stems))


@pytest.fixture
def held(platform: Platform, clock: MovedClock) -> Bank:
    return Bank(platform, clock.now_ms())


def in_review(held: Bank) -> None:
    held.take(question("待审"), review=True)


def draft_after_return(held: Bank) -> None:
    held.take(question("草稿"), review=True)
    bank_review.send_back(held.platform, held.of("草稿").version_id, held.actor, "题干不清楚")


def retired(held: Bank) -> None:
    held.take(question("停用"))
    keeping_back.retire(held.platform, held.of("停用").version_id, held.actor)


def ends_while_the_contest_runs(held: Bank) -> None:
    held.take(question("过期", valid_until="2026-03-19"))


def of_another_region(held: Bank) -> None:
    held.take(question("外地", region="万州区"))


def sealed_for_another(held: Bank) -> None:
    held.take(question("密封"))
    keeping_back.seal(held.platform, held.of("密封").version_id, held.contest(rules("乙赛")), held.actor)


@pytest.mark.parametrize(
    "add",
    [
        in_review,
        draft_after_return,
        retired,
        ends_while_the_contest_runs,
        of_another_region,
        sealed_for_another,
    ],
)
def test_what_may_not_be_drawn_is_drawn_nowhere(held: Bank, add: Callable[[Bank], None]) -> None:
    add(held)
    assert held.drawn(held.contest(rules())) == set()

    held.take(question("能用"))

    assert held.drawn(held.contest(rules("丙赛"))) == {"能用"}
    if add is not ends_while_the_contest_runs:  # it holds today, and a practice may run for years
        assert held.drawn(held.contest(rules("练"), "practice")) == {"能用"}


def test_a_question_holds_through_the_day_it_is_valid_until(held: Bank) -> None:
    held.take(
        question("到最后一天", valid_until="2026-03-20"), question("早一天", valid_until="2026年3月19日")
    )

    assert held.drawn(held.contest(rules())) == {"到最后一天"}
    assert held.drawn(held.contest(rules("练"), "practice")) == {"到最后一天", "早一天"}


def test_the_last_ready_version_is_drawn_until_the_next_is_approved(held: Bank) -> None:
    held.take(question("旧题干"))
    new = held.edit("旧题干", "新题干", IN_REVIEW)
    assert held.drawn(held.contest(rules())) == {"旧题干"}

    bank_review.approve(held.platform, new, Actor(None, held.actor.now_ms))

    assert held.drawn(held.contest(rules("乙赛"))) == {"新题干"}
    draft = held.edit("新题干", "再改", DRAFT)
    assert held.drawn(held.contest(rules("丙赛"))) == {"新题干"}
    bank_review.submit(held.platform, draft, held.actor)
    assert held.drawn(held.contest(rules("丁赛"))) == {"新题干"}


def test_a_local_question_is_drawn_where_a_section_names_its_region(held: Bank) -> None:
    held.take(question("本地", region="渝中区"), question("外地", region="万州区"), question("到处"))

    assert held.drawn(held.contest(rules(tags="region: [渝中区]"))) == {"本地"}


def test_a_sealed_question_is_drawn_by_its_contest_alone_until_that_is_over(
    held: Bank, clock: MovedClock
) -> None:
    held.take(question("密封"))
    version_id, contest_id = held.of("密封").version_id, held.contest(rules())
    keeping_back.seal(held.platform, version_id, contest_id, held.actor)
    assert held.drawn(held.contest(rules("乙赛"))) == set()
    assert held.drawn(held.contest(rules("练"), "practice")) == set()
    assert held.drawn(contest_id) == {"密封"}

    clock.set("2026-03-21 00:00")
    keeping_back.release(held.platform, version_id, Actor(None, clock.now_ms()))

    assert held.drawn(held.contest(rules("乙赛后"))) == {"密封"}


def test_a_contest_with_practice_before_it_draws_nothing_sealed(held: Bank) -> None:
    held.take(question("密封"))
    practised = "    flow: {practice_first: {at_least: {score: 1}}}\n"
    contest_id = held.contest(rules(flow=practised))
    keeping_back.seal(held.platform, held.of("密封").version_id, contest_id, held.actor)

    assert held.drawn(contest_id) == set()


@pytest.mark.parametrize("taken_away", ["undone", "sealed"])
def test_what_is_taken_away_while_a_contest_is_published_is_not_frozen(held: Bank, taken_away: str) -> None:
    held.take(question("甲"))
    found, store = held.of("甲"), held.platform.store
    contest_id, other_id = held.contest(rules()), held.contest(rules("乙赛"))
    counted = threading.Event()

    def note(_connection, _cursor, text, *_rest) -> None:  # type: ignore[no-untyped-def]  # SQLAlchemy's event
        if "FROM unit" in text:  # the last that is read before the transaction that publishes
            counted.set()

    event.listen(store.engine, "after_cursor_execute", note)
    with ThreadPoolExecutor(1) as beside:
        with store.writing() as session:
            row = session.get_one(Import, found.import_id, with_for_update=True)
            if taken_away == "undone":
                row.state = "undone"
            else:
                session.get_one(QuestionRow, found.question_id).sealed_for = other_id
            session.flush()
            published = beside.submit(contests.publish, held.platform, contest_id, held.actor)
            assert counted.wait(30)

        with pytest.raises(InvalidDocument):
            published.result(30)

    with store.reading() as session:
        assert session.scalars(select(FrozenQuestion.version_id)).all() == []


def test_nothing_else_makes_a_pool_of_the_bank() -> None:
    makers = {path.name for path in SERVICES.glob("*.py") if "Pool(" in path.read_text("utf-8")}

    assert makers == {"drawable.py", "published.py"}  # the bank, and what a contest has frozen


def test_what_came_vouched_is_on_record(held: Bank) -> None:
    held.take(question("甲"))
    held.take(question("乙"), review=True)

    with held.platform.store.reading() as session:
        details = [
            json.loads(each)["review"]
            for each in session.scalars(select(Audit.detail).where(Audit.action == "bank.import"))
        ]
    assert details == ["vouched", "review"]
