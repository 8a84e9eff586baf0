"""The cast of the pages: an organizer, a participant, a stranger, each with a browser without script."""

from __future__ import annotations

import pytest
from flask import Flask

from quiz.services.platform import Platform
from tests.support import desk


@pytest.fixture
def organizer(app: Flask, platform: Platform) -> desk.Visitor:
    return desk.organizer(app, platform)


@pytest.fixture
def participant(app: Flask, platform: Platform) -> desk.Visitor:
    return desk.participant(app, platform)


@pytest.fixture
def stranger(app: Flask) -> desk.Visitor:
    return desk.Visitor(app)
