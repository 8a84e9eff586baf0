"""The settings of a running server: read once from the environment, each loud when it is wrong."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SECRET_BYTES = 32
SETTINGS = {  # every variable the product reads, and what it says; README lists them
    "QUIZ_DATA": "folder of the embedded database, the secret and the copies; default var",
    "DATABASE_URL": "postgresql+psycopg://… instead of the embedded SQLite",
    "REDIS_URL": "redis://… or unix://… instead of the embedded Valkey",
    "SECRET_KEY": "signs sessions and attempt tokens; default: made once and kept in the data folder",
    "HOST": "address to listen on; default 127.0.0.1, 0.0.0.0 for phones in the room",
    "PORT": "port to listen on; default 8000",
    "WORKERS": "serving processes on PostgreSQL; default: one a core. SQLite always has one",
}


@dataclass(frozen=True)
class Settings:
    """What `create_app` needs to know."""

    data: Path
    database_url: str
    redis_url: str | None  # None: boards are read from SQL
    secret: bytes


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the environment; the secret is made and kept on first use.

    Raises ValueError with one sentence for a value that cannot be used.
    """
    data = Path(environment.get("QUIZ_DATA") or "var").resolve()
    data.mkdir(parents=True, exist_ok=True)
    url = environment.get("DATABASE_URL") or f"sqlite:///{data / 'quiz.sqlite3'}"
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("DATABASE_URL must begin with postgresql+psycopg:// or sqlite:///")
    return Settings(data, url, environment.get("REDIS_URL") or None, _secret(environment, data))


def _secret(environment: Mapping[str, str], data: Path) -> bytes:
    given = environment.get("SECRET_KEY")
    if given:
        if len(given) < SECRET_BYTES:
            raise ValueError(f"SECRET_KEY must have at least {SECRET_BYTES} characters")
        return given.encode()
    kept = data / "secret"
    if not kept.exists():
        _write_privately(kept, secrets.token_hex(SECRET_BYTES))
    return kept.read_bytes()


def _write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner reads; when two processes begin at once the first one's stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
