"""What is stored is told: the table behind the privacy page names every column about people, and no other."""

from __future__ import annotations

from quiz.models import Base
from quiz.services.stored import IMPERSONAL, STORED, unexplained

ENDINGS = ("person_id", "actor_id", "author_id")


def schema() -> dict[str, dict[str, bool]]:
    """Return every column of the database, and whether it names a person."""
    return {
        table.name: {
            column.name: column.name.endswith(ENDINGS)
            or any(key.column.table.name == "person" for key in column.foreign_keys)
            for column in table.columns
        }
        for table in Base.metadata.tables.values()
    }


def test_every_column_that_tells_about_people_is_explained() -> None:
    assert unexplained(schema()) == []


def test_a_new_column_about_people_needs_an_entry() -> None:
    found = schema()
    before = set(unexplained(found))
    found["identity"]["shoe_size"] = False
    found["question"]["owner_person_id"] = True
    found["pet"] = {"id": False}

    assert set(unexplained(found)) - before == {"identity.shoe_size", "pet.id", "question.owner_person_id"}


def test_nothing_is_explained_that_is_not_there() -> None:
    columns = {f"{table}.{column}" for table, found in schema().items() for column in found}
    told = {f"{t}.{c}" for entry in STORED for t, names in entry.columns.items() for c in names.split()}

    assert told - columns == set()
    assert IMPERSONAL - set(schema()) == set()
