"""The settings of a running server: read once from the environment, each loud when it is wrong."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from quiz.errors import N_
from quiz.privacy_settings import SETTINGS as OF_PRIVACY
from quiz.privacy_settings import Privacy, privacy_settings
from quiz.running import running
from quiz.sign_in_settings import SETTINGS as OF_SIGN_IN
from quiz.sign_in_settings import BadSetting as BadSetting
from quiz.sign_in_settings import SignInSettings, sign_in_settings

SECRET_BYTES = 32
SETTINGS = {  # every variable the product reads, and what it says; README lists them
    "QUIZ_DATA": "folder of the embedded database, the secret and the copies; default var",
    "DATABASE_URL": "postgresql+psycopg://… instead of the embedded SQLite",
    "REDIS_URL": "redis://… or unix://… instead of the embedded Valkey",
    "SECRET_KEY": "signs sessions and attempt tokens; default: made once and kept in the data folder",
    "CONTACT_KEYS": "seal numbers and addresses, the newest first, commas between; default: the secret does",
    "HOST": "address to listen on; default 127.0.0.1, 0.0.0.0 for phones in the room",
    "PORT": "port to listen on; default 8000",
    "WORKERS": "serving processes on PostgreSQL; default: one a core. SQLite always has one",
    "PROXIES": "reverse proxies in front that may say who asks (X-Forwarded-*); default 0",
    **OF_PRIVACY,
    **OF_SIGN_IN,
}
SQLITE, POSTGRESQL = "sqlite:///", "postgresql+psycopg://"
REDIS_SCHEMES = ("redis://", "rediss://", "unix://")
PORTS = range(1, 65536)
MOST_WORKERS = 64
MOST_PROXIES = 5


@dataclass(frozen=True)
class Settings:
    """What `create_app` needs to know."""

    data: Path
    database_url: str
    redis_url: str | None  # None: boards are read from SQL
    secret: bytes
    proxies: int = 0  # how many in front are believed; nobody else's X-Forwarded-* is
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    privacy: Privacy = field(default_factory=Privacy)
    contact_keys: tuple[bytes, ...] = ()  # the newest first; last the secret, which sealed what was before


@dataclass(frozen=True)
class Serving:
    """Where and how a server serves."""

    data: Path
    database_url: str
    redis_url: str | None  # None: an embedded Valkey is started
    host: str
    port: int
    workers: int


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the environment; the secret is made and kept on first use.

    A command beside a running server uses its Valkey. Raises BadSetting for a value that cannot be used.
    """
    data = _data(environment)
    data.mkdir(parents=True, exist_ok=True)
    redis_url = _redis_url(environment)
    if redis_url is None:
        beside = running(data)
        redis_url = beside.redis_url if beside else None
    secret = _secret(environment, data)
    return Settings(
        data,
        _database_url(environment, data),
        redis_url,
        secret,
        _proxies(environment),
        sign_in_settings(environment),
        privacy_settings(environment),
        (*_contact_keys(environment), secret),
    )


def serving(environment: Mapping[str, str] = os.environ) -> Serving:
    """Return where and how to serve; touches no file. Raises BadSetting for a value that cannot be used."""
    data = _data(environment)
    database_url = _database_url(environment, data)
    _given_secret(environment)
    _contact_keys(environment)
    privacy_settings(environment)
    _proxies(environment)
    sign_in_settings(environment)
    return Serving(
        data,
        database_url,
        _redis_url(environment),
        environment.get("HOST") or "127.0.0.1",
        _whole_number(environment, "PORT", 8000, PORTS),
        _workers(environment, database_url),
    )


def _data(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("QUIZ_DATA") or "var").expanduser().resolve()


def _database_url(environment: Mapping[str, str], data: Path) -> str:
    url = environment.get("DATABASE_URL") or f"{SQLITE}{data / 'quiz.sqlite3'}"
    if not url.startswith((SQLITE, POSTGRESQL)):
        raise BadSetting(N_("DATABASE_URL 应以 %(kind)s 开头，请改正后再启动。"), kind=POSTGRESQL)
    return url


def _redis_url(environment: Mapping[str, str]) -> str | None:
    url = environment.get("REDIS_URL") or None
    if url is not None and not url.startswith(REDIS_SCHEMES):
        raise BadSetting(N_("REDIS_URL 应以 redis:// 或 unix:// 开头，请改正后再启动。"))
    return url


def _proxies(environment: Mapping[str, str]) -> int:
    return _whole_number(environment, "PROXIES", 0, range(MOST_PROXIES + 1))


def _workers(environment: Mapping[str, str], database_url: str) -> int:
    """Return how many processes serve: two SQLite writers would make everybody wait for each other."""
    wanted = _whole_number(environment, "WORKERS", os.cpu_count() or 1, range(1, MOST_WORKERS + 1))
    return 1 if database_url.startswith(SQLITE) else wanted


def _whole_number(environment: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    given = environment.get(name) or str(default)
    if not (given.isascii() and given.isdigit() and int(given) in allowed):
        raise BadSetting(
            N_("%(name)s=%(given)s 不能用，应为 %(least)s 到 %(most)s 之间的整数。"),
            name=name,
            given=given,
            least=allowed.start,
            most=allowed.stop - 1,
        )
    return int(given)


def _given_secret(environment: Mapping[str, str]) -> bytes | None:
    given = environment.get("SECRET_KEY")
    if given and len(given) < SECRET_BYTES:
        raise BadSetting(
            N_("SECRET_KEY 至少要有 %(least)s 个字符；不设置时会自动生成一个。"), least=SECRET_BYTES
        )
    return given.encode() if given else None


def _contact_keys(environment: Mapping[str, str]) -> tuple[bytes, ...]:
    keys = [key.strip() for key in environment.get("CONTACT_KEYS", "").split(",") if key.strip()]
    if any(len(key) < SECRET_BYTES for key in keys):
        raise BadSetting(
            N_("CONTACT_KEYS 的每个密钥至少要有 %(least)s 个字符，几个之间用逗号，新的在前。"),
            least=SECRET_BYTES,
        )
    return tuple(key.encode() for key in keys)


def _secret(environment: Mapping[str, str], data: Path) -> bytes:
    given = _given_secret(environment)
    if given is not None:
        return given
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
