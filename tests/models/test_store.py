"""What the database refuses is logged without what it was about."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, insert
from sqlalchemy.exc import IntegrityError

from quiz.models.accounts import Identity
from quiz.models.base import Statement
from quiz.services.platform import Platform

NAME = "王小明"


def test_an_error_does_not_tell_whose_row_it_was_about(platform: Platform) -> None:
    with pytest.raises(IntegrityError) as refused, platform.store.writing() as session:
        session.add(Identity(person_id=7, nickname=NAME))

    assert NAME not in str(refused.value)


def test_neither_does_one_of_a_statement_on_the_driver(platform: Platform) -> None:
    values = {name: bindparam(name) for name in ("person_id", "nickname", "name")}
    orphan = Statement(insert(Identity).values(values))

    with pytest.raises(IntegrityError) as refused, platform.store.connection() as connection:
        orphan.run(connection, person_id=7, nickname=NAME, name=NAME)

    assert NAME not in str(refused.value)
