"""The tables, one module a subject; what differs between databases is in `base`."""

from quiz.models import (
    accounts,
    bank,
    contests,
    duplicates,
    joining,
    learning,
    ledger,
    media,
    play,
    privacy,
    quality,
    rewards,
    seats,
    subjects,
    works,
)
from quiz.models.base import Base, Store, db
from quiz.models.writer import Writer

__all__ = [
    "Base",
    "Store",
    "Writer",
    "accounts",
    "bank",
    "contests",
    "db",
    "duplicates",
    "joining",
    "learning",
    "ledger",
    "media",
    "play",
    "privacy",
    "quality",
    "rewards",
    "seats",
    "subjects",
    "works",
]
