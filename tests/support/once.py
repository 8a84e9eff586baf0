"""What test after test does alike is done once a process: routes compiled, questions read, and so on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pysqlite3
from werkzeug.routing import Rule

from quiz import starter
from quiz.services import bank, kept_files
from quiz.services.platform import Actor, Platform

_read: dict[tuple[str, bytes], tuple[str, bytes]] = {}  # name and content of a file → its file of rows
_built: dict[tuple[object, ...], Callable[..., Any]] = {}
_kept: dict[
    tuple[str, int], tuple[pysqlite3.Connection, str]
] = {}  # what, moment → database, what was returned
_compile_builder = Rule._compile_builder


def stage(platform: Platform, content: bytes, filename: str, now_ms: int) -> str:
    """Keep a file of questions and return its token; it is read only where no test had it read before."""
    token = bank.stage(platform, content, filename, now_ms)
    if (filename, content) not in _read:
        bank.preview(platform, token)
        (rows,) = kept_files.beside(platform, token, "rows").parent.glob(f"{token}.rows-*")
        _read[filename, content] = rows.name.removeprefix(f"{token}."), rows.read_bytes()
    name, found = _read[filename, content]
    kept_files.beside(platform, token, name).write_bytes(found)
    return token


def load_starter(platform: Platform) -> None:
    """Load the starter content into an empty SQLite database."""

    def load() -> str:
        starter.load(platform, Actor(None, platform.clock.now_ms()))
        return ""

    filled(platform, "starter", load)


def filled(platform: Platform, what: str, fill: Callable[[], str]) -> str:
    """Fill a SQLite database as a test before did at that moment; returns what `fill` returned then."""
    key = (what, platform.clock.now_ms())
    returned = fill() if key not in _kept else ""
    with platform.store.engine.connect() as connection:
        database = connection.connection.driver_connection
        assert isinstance(database, pysqlite3.Connection)
        if key in _kept:
            kept, returned = _kept[key]
            kept.backup(database)
        else:
            _kept[key] = pysqlite3.connect(":memory:", check_same_thread=False), returned
            database.backup(_kept[key][0])
    return returned


def compile_routes() -> None:
    """Let Werkzeug write the function that builds a route's address once for all applications."""

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        key = (rule.rule, rule.subdomain, repr(rule.defaults), append_unknown)
        if key not in _built:
            _built[key] = _compile_builder(rule, append_unknown)
        return _built[key]

    Rule._compile_builder = compiled  # type: ignore[assignment, method-assign]
