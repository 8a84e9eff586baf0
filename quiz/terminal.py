"""What every command says and how it ends: one sentence where a person can do something about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import IO, Any, TypeVar

import click
from flask import current_app
from sqlalchemy.exc import DBAPIError

from quiz.errors import N_, QuizError
from quiz.services.platform import Actor, Platform
from quiz.web.language import said

OTHER_VERSION = ("no such table", "no such column", "has no column", "does not exist")  # as databases say it
Command = TypeVar("Command", bound=Callable[..., None])


class Refusal(click.ClickException):
    """One sentence for the person at the terminal."""

    def show(self, file: IO[Any] | None = None) -> None:  # Any: as click declares it
        """Write the sentence alone."""
        click.echo(self.message, file=file, err=file is None)


def refusing(command: Command) -> Command:
    """Let a command end with one sentence where a person can do something about it."""

    @wraps(command)
    def plainly(*args: object, **kwargs: object) -> None:
        try:
            command(*args, **kwargs)
        except QuizError as refusal:
            raise Refusal(said(refusal.message, refusal.details)) from refusal
        except DBAPIError as error:
            raise Refusal(_database_trouble(error)) from error

    return plainly  # type: ignore[return-value]  # the same signature


def _database_trouble(error: DBAPIError) -> str:
    reason = str(error.orig).strip().splitlines()[0] if error.orig is not None else ""
    if "full" in reason or "No space left" in reason:
        return said(N_("磁盘已满，数据库没有改动；请清理磁盘后再试。"))
    if any(sign in reason for sign in OTHER_VERSION):
        return said(N_("数据库还没有准备好；请先运行 make run（或 flask prepare）。"))
    return said(N_("数据库不能使用：%(reason)s"), {"reason": reason})


def say(sentence: str, **values: object) -> None:
    """Print a sentence of the catalogue."""
    click.echo(said(sentence, values))


def the_platform() -> Platform:
    """Return the running parts of this application."""
    found: Platform = current_app.extensions["quiz"]
    return found


def the_actor() -> Actor:
    """Return who acts: a command on the machine, now."""
    return Actor(None, the_platform().clock.now_ms())
