"""What the list finds questions by is what their newest versions say, whoever wrote them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade
from flask_migrate import upgrade as run_migrations
from sqlalchemy import select

from question_bank.formats import jsonl
from question_bank.question import Question
from question_bank.searched import searched, tags_of
from quiz import starter
from quiz.models.bank import Question as QuestionRow
from quiz.models.bank import QuestionTag, QuestionVersion
from quiz.models.upgrade import know_migrations
from quiz.services import bank, bank_editing
from quiz.services.platform import Actor, Platform
from tests.support import bank as held
from tests.support import kinds
from tests.support.clock import MovedClock

Listed = dict[int, tuple[Any, ...]]


def listed(platform: Platform) -> Listed:
    """Return, by question, what the list finds it by."""
    with platform.store.reading() as session:
        tags: dict[int, set[tuple[str, str]]] = {}
        for tag in session.scalars(select(QuestionTag)):
            tags.setdefault(tag.question_id, set()).add((tag.facet, tag.value))
        rows = session.scalars(select(QuestionRow)).all()
        assert set(tags) <= {row.id for row in rows}
        return {r.id: (r.newest_id, r.kind, r.difficulty, r.searched, tags.get(r.id, set())) for r in rows}


def said(platform: Platform) -> Listed:
    """Return, by question, what its newest version says of it."""
    found: Listed = {}
    with platform.store.reading() as session:
        for version in session.scalars(select(QuestionVersion).order_by(QuestionVersion.number)):
            question = Question.from_dict(version.content)
            found[version.question_id] = (
                version.id,
                question.kind,
                question.difficulty,
                searched(question),
                set(tags_of(question)),
            )
    return found


@pytest.fixture
def filled(platform: Platform, clock: MovedClock) -> Platform:
    """A bank with a question of every kind, one of them edited, and an import that was taken back."""
    actor = Actor(None, clock.now_ms())
    kinds.fill_bank(platform, clock.now_ms())
    question = bank.all_questions(platform)[0]
    tagged = replace(question, stem="ＤＮＡ 是什么？", tags={"topic": ("生命", "生命"), "来源": ("课本",)})
    with platform.store.reading() as session:
        first = session.scalars(select(QuestionVersion.id).order_by(QuestionVersion.id)).first()
    assert first is not None
    bank_editing.edit(platform, first, tagged, actor)
    another = replace(tagged, stem="将被撤销的题？")
    token = bank.stage(platform, jsonl.write([another]), "再来.jsonl", actor.now_ms)
    held.undo(platform, bank.take(platform, bank.preview(platform, token), actor).import_id, actor)
    return platform


def test_importing_editing_and_undoing_keep_what_the_list_finds_questions_by(filled: Platform) -> None:
    found = listed(filled)

    assert found == said(filled)
    assert any("dna 是什么?" in row[3] and ("topic", "生命") in row[4] for row in found.values())


def test_a_bank_of_before_is_listed_after_the_migration(app: Flask, filled: Platform) -> None:
    before = listed(filled)
    know_migrations(app)

    with app.app_context():
        downgrade(revision="0013")
        run_migrations()

    assert listed(filled) == before


@pytest.mark.full
def test_the_starter_bank_is_listed_as_it_says(platform: Platform, clock: MovedClock) -> None:
    starter.load(platform, Actor(None, clock.now_ms()))

    assert listed(platform) == said(platform)
