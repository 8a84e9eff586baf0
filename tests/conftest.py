"""Fixtures every floor uses. Tests of services and of the interface run on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from quiz.app import create_app
from quiz.config import SETTINGS, Settings
from quiz.models.upgrade import upgrade
from quiz.services.platform import Platform
from tests.support import emptied, once, servers
from tests.support.clock import MovedClock

BOTH_DATABASES = ("models", "services", "interface")  # folders whose tests run on every database
SECRET = b"for tests only, thirty-two bytes."
WHY_LEFT_OUT = "QUIZ_SHARED is not set"
LEFT_OUT = pytest.StashKey[int]()

# What somebody's shell says changes no test, and what they call is on this machine, behind no proxy.
for name in SETTINGS:
    os.environ.pop(name, None)
os.environ.update(NO_PROXY="*", no_proxy="*")

# How long an example takes says how busy the machine is, not whether the code is right. The suite tries the
# same examples every time; `--hypothesis-profile=explore` tries others.
EXAMPLES = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", EXAMPLES, derandomize=False)
settings.register_profile("suite", EXAMPLES, derandomize=True)
settings.load_profile("suite")
once.compile_routes()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Count what was left out because the shared folder is not named."""
    skipped = terminalreporter.stats.get("skipped", [])
    config.stash[LEFT_OUT] = sum(WHY_LEFT_OUT in str(report.longrepr) for report in skipped)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say it on the last line, where nobody misses it."""
    count = config.stash.get(LEFT_OUT, 0)
    if count:
        sys.stdout.write(f"{count} tests were left out because {WHY_LEFT_OUT}\n")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches the database on every database where that matters."""
    if "database" in metafunc.fixturenames:
        both = any(part in BOTH_DATABASES for part in metafunc.definition.path.parts)
        metafunc.parametrize("database", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of a real Valkey server."""
    with servers.valkey() as address:
        yield address


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Migrated empty databases, one a kind, for each test to be as if copied."""
    with ExitStack() as stack:
        yield Databases(stack, tmp_path_factory.mktemp("databases"))


class Databases:
    """Makes a migrated database of each kind when it is first wanted."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.stack, self.folder = stack, folder
        self.templates: dict[str, str] = {}
        self.server = ""
        self.last = ""  # the database of the last test on PostgreSQL

    def sqlite(self, path: Path) -> str:
        """Copy the migrated SQLite file to `path` and return its address."""
        if "sqlite" not in self.templates:
            original = self.folder / "template.sqlite3"
            _migrate(f"sqlite:///{original}", self.folder)
            self.templates["sqlite"] = str(original)
        shutil.copyfile(self.templates["sqlite"], path)
        return f"sqlite:///{path}"

    def postgresql(self) -> str:
        """Return the address of a database like the migrated template: the last one, if it can be emptied."""
        if "postgresql" not in self.templates:
            self.server = self.stack.enter_context(servers.postgresql())
            address = self.stack.enter_context(servers.database_on(self.server))
            _migrate(address.replace("postgresql:", "postgresql+psycopg:"), self.folder)
            emptied.keep(address)
            self.templates["postgresql"] = address.split("@/")[1].split("?")[0]
        if not self.last or not emptied.emptied(self.last):
            copy = servers.database_on(self.server, self.templates["postgresql"])
            self.last = self.stack.enter_context(copy)
        return self.last.replace("postgresql:", "postgresql+psycopg:")


def _migrate(address: str, folder: Path) -> None:
    app = create_app(Settings(folder, address, None, SECRET))
    platform: Platform = app.extensions["quiz"]
    with app.app_context():
        upgrade(app, platform.store, folder)
    platform.store.engine.dispose()


@pytest.fixture
def database(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> str:
    """The address of a migrated empty database."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return databases.sqlite(tmp_path / "quiz.sqlite3")
    return databases.postgresql()


@pytest.fixture
def clock() -> MovedClock:
    """A clock at 2026-03-02 09:00 in Shanghai (a Monday)."""
    return MovedClock("2026-03-02 09:00")


@pytest.fixture
def app(database: str, valkey: str, tmp_path: Path, clock: MovedClock) -> Iterator[Flask]:
    """The application on an empty database and an empty Valkey."""
    redis.Redis.from_url(valkey).flushall()
    app = create_app(Settings(tmp_path, database, valkey, SECRET), clock)
    app.testing = True
    platform: Platform = app.extensions["quiz"]
    assert platform.live is not None
    servers.patient(platform.live.script.client)
    yield app
    platform.writer.stop()
    platform.store.engine.dispose()


@pytest.fixture
def platform(app: Flask) -> Platform:
    """The running parts of the application."""
    found: Platform = app.extensions["quiz"]
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser that knows no script."""
    return app.test_client()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder QUIZ_SHARED names; without it the test is left out, with it a missing file is a failure."""
    named = os.environ.get("QUIZ_SHARED")
    if not named:
        pytest.skip(WHY_LEFT_OUT)
    return Path(named)
