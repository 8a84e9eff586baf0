"""The database: engine settings, the one writing transaction, and whatever differs between databases."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, cast

import orjson
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Select,
    String,
    Text,
    bindparam,
    event,
    func,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

OLDEST_SQLITE = (3, 51, 3)  # before it two writers can corrupt a WAL database (WAL-reset bug)
BUSY_TIMEOUT_MS = 20_000  # how long a command waits for the serving process, and the other way round
TRIED_FOR_S = 1.0  # a writing that was tried tells of so long; everybody may ask
MAPPED_BYTES = 2**30  # of the file, read without a copy: rows of a large board lie all over it
POOLED_CONNECTIONS = 80  # more than the serving threads, so that no request waits for a connection

BigInt = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER
ByteOrdered = String(collation="C").with_variant(
    String(collation="BINARY"), "sqlite"
)  # order keys: byte order
LongText = Text()


class Base(DeclarativeBase):
    """All tables; constraint names are stated so that migrations can name them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


def engine_options(database_url: str) -> dict[str, Any]:  # Any: SQLAlchemy's own option mapping
    """Return the engine options for `database_url`; SQLite gets the driver that bundles a current library.

    Errors go to the log without the values of their statement: they may be names and codes of people.
    """
    options: dict[str, Any] = {"pool_size": POOLED_CONNECTIONS, "max_overflow": 20, "hide_parameters": True}
    if database_url.startswith("sqlite"):
        import pysqlite3

        if pysqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise ValueError(f"SQLite {pysqlite3.sqlite_version} is too old: 3.51.3 or later is needed")
        options["module"] = pysqlite3
        options["connect_args"] = {"check_same_thread": False}
    else:
        options["pool_pre_ping"] = True
    return options


def prepare_engine(engine: Engine) -> None:
    """Make every SQLite connection durable and every writing transaction immediate; nothing on PostgreSQL.

    A deferred BEGIN that reads and then writes fails at once with SQLITE_BUSY_SNAPSHOT, whatever the busy
    timeout: so a connection with the execution option `writes` takes the write lock when it begins.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
            f"mmap_size={MAPPED_BYTES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Store:
    """Opens transactions on one engine; SQLite writers of one process queue here, not in its busy handler."""

    def __init__(self, engine: Engine) -> None:
        prepare_engine(engine)
        self.engine = engine
        self.write_engine = engine.execution_options(writes=True)
        self.dialect = engine.dialect.name
        one_state = {} if self.dialect == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self.snapshot_engine = engine.execution_options(**one_state)
        self.turn = threading.Lock() if self.dialect == "sqlite" else nullcontext()
        self.could_write, self.tried_until_s = False, 0.0  # of the monotonic clock

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads; on PostgreSQL each statement sees what is committed by then."""
        with Session(self.engine, autoflush=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Open a transaction that only reads: one consistent state, however many statements it takes."""
        with Session(self.snapshot_engine, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that may write; it commits at the end, or rolls back and raises the error."""
        with self.turn, Session(self.write_engine) as session, session.begin():
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open a writing transaction on a bare connection, for the writer and bulk work."""
        with self.turn, self.write_engine.begin() as connection:
            yield connection

    def can_write(self) -> bool:
        """Return whether a commit reached the disk within the last second; what it writes changes nothing."""
        if time.monotonic() >= self.tried_until_s:
            self.tried_until_s = time.monotonic() + TRIED_FOR_S
            try:
                with self.connection() as connection:
                    _write_nothing(connection)
            except SQLAlchemyError:
                self.could_write = False
            else:
                self.could_write = True
        return self.could_write


def _write_nothing(connection: Connection) -> None:
    """Make a commit of this transaction write, and change nothing."""
    if connection.dialect.name == "sqlite":
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version = {version}")
    else:
        connection.exec_driver_sql("SELECT pg_logical_emit_message(true, 'quiz', '')")


def _on_the_driver(connection: Connection, text: str, given: tuple[object, ...]) -> Sequence[Any]:
    """Return the rows of a statement run on the driver's own cursor: SQLAlchemy's own doubles the cost."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, given)
        return cursor.fetchall() if cursor.description is not None else ()
    except Exception as error:
        dialect = connection.dialect
        if not isinstance(error, dialect.loaded_dbapi.Error):
            raise
        kind = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(text, given, error, kind, hide_parameters=True, dialect=dialect) from error
    finally:
        cursor.close()


class Statement:
    """A Core statement compiled once, run through the driver: about a third of the cost of executing it.

    Values are given by name; what the statement itself fixes (literals) is kept. A statement that is built
    differently for each database is given as a function of the dialect's name.
    """

    def __init__(self, clause: ClauseElement | Callable[[str], ClauseElement]) -> None:
        self.clause = clause
        self.compiled: dict[str, tuple[str, tuple[str, ...], Mapping[str, object]]] = {}

    def run(self, connection: Connection, **values: object) -> Sequence[Any]:  # Any: the driver's row tuples
        """Run the statement and return its rows, an empty tuple where it returns none."""
        dialect = connection.dialect.name
        text, names, fixed = self.compiled.get(dialect) or self._compile(dialect)
        given = tuple([values[n] if n in values else fixed[n] for n in names])
        if connection.dispatch.before_cursor_execute or not connection.in_transaction():
            result = connection.exec_driver_sql(text, given)  # somebody counts, or a transaction has to begin
            return result.fetchall() if result.returns_rows else ()
        return _on_the_driver(connection, text, given)

    def _compile(self, dialect: str) -> tuple[str, tuple[str, ...], Mapping[str, object]]:
        clause = self.clause if isinstance(self.clause, ClauseElement) else self.clause(dialect)
        done = cast(SQLCompiler, clause.compile(dialect=DRIVERS[dialect]()))
        self.compiled[dialect] = (str(done), tuple(done.positiontup or ()), dict(done.params))
        return self.compiled[dialect]


DRIVERS: dict[str, Callable[[], Dialect]] = {
    "sqlite": lambda: sqlite.dialect(paramstyle="qmark"),
    "postgresql": lambda: PGDialect_psycopg(paramstyle="format"),  # type: ignore[no-untyped-call]  # SQLAlchemy's
}


def among(dialect: str, column: InstrumentedAttribute[int], name: str) -> ColumnElement[bool]:
    """Return the condition that a column is one of the numbers given as `listed` under a name."""
    if dialect == "sqlite":
        each = func.json_each(bindparam(name)).table_valued("value")
        return column.in_(select(each.c.value))
    return column == func.any(bindparam(name))


def listed(connection: Connection, numbers: Sequence[int]) -> object:
    """Return numbers as one value for a statement made with `among`."""
    return orjson.dumps(numbers).decode() if connection.dialect.name == "sqlite" else list(numbers)


def rows_from(dialect: str, name: str, types: Sequence[TypeEngine[Any]]) -> Select[Any]:
    """Select the rows of a JSON list of lists that is given under a name, in its order, with these types."""
    if dialect == "sqlite":
        each = func.json_each(bindparam(name)).table_valued("key", "value")
        found = [func.json_extract(each.c.value, f"$[{i}]") for i in range(len(types))]
        return select(*found).order_by(each.c.key)
    elements = func.json_array_elements(sql_cast(bindparam(name), JSON))
    element = elements.table_valued("value", with_ordinality="position").render_derived()
    columns = [sql_cast(element.c.value.op("->>")(i), kind) for i, kind in enumerate(types)]
    return select(*columns).order_by(element.c.position)


def number_in(dialect: str, column: InstrumentedAttribute[str], name: str) -> ColumnElement[int]:
    """Return the number under a name in a column of JSON objects, NULL where there is none."""
    if dialect == "sqlite":
        return func.json_extract(column, f'$."{name}"', type_=BigInt)
    return sql_cast(sql_cast(column, JSON).op("->>")(name), BigInteger)


def plain_rows(session: Session, wanted: Select[*tuple[Any, ...]]) -> Sequence[Any]:  # Any: driver's rows
    """Return the rows of a statement as the driver gives them: of many thousands a fifth of the cost.

    For numbers and texts, which need no conversion.
    """
    cursor = session.connection().execute(wanted).cursor
    assert cursor is not None  # a SELECT has rows
    rows: Sequence[Any] = cursor.fetchall()
    cursor.close()
    return rows


def insert_for(dialect: str, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows `on_conflict_do_update` on this database."""
    return sqlite.insert(model) if dialect == "sqlite" else postgresql.insert(model)
