"""Whole servers, as `make run` starts them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.serving import Server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep whole servers on one worker, so that they do not measure each other."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("serve"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server that the tests of a module share."""
    started = Server(tmp_path_factory.mktemp("server"))
    try:
        yield started.start()
    finally:
        started.kill_everything()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Server]:
    """A server that is not yet started."""
    made = Server(tmp_path / "other")
    try:
        yield made
    finally:
        made.kill_everything()
