"""The cast of the pages: an organizer, a participant, a stranger, each with a browser without script."""

from __future__ import annotations

import socket
from collections.abc import Iterator

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


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes a connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
