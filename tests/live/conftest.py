"""Live boards of one contest on the real Valkey of the session."""

from __future__ import annotations

from itertools import count

import pytest

from quiz.live import LiveBoards, connect
from tests.support import servers

CONTESTS = count(1)


@pytest.fixture
def live(valkey: str) -> LiveBoards:
    """The live boards on a real server."""
    return LiveBoards(servers.patient(connect(valkey)), rest_s=0)


@pytest.fixture
def contest_id() -> int:
    """A contest that no other test uses."""
    return next(CONTESTS)
