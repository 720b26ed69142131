"""Open the database; no other module builds an engine.

SQLite and PostgreSQL behave alike from here on: a `Store` gives read sessions and write sessions,
each opened and closed inside one handler.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from data.errors import DatabaseUnusable

POOL_SIZE: Final = 40  # one a worker thread: a waiting connection would be a waiting user
BUSY_TIMEOUT_MS: Final = 30_000
PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged status must survive a power cut
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16384",  # 16 MB for each of POOL_SIZE connections; the system caches the rest
    "PRAGMA temp_store=MEMORY",
)


class Store:
    """The one way to the database: `read()` and `write()` sessions on either engine."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writers = threading.Lock()
        self.after_write: list[Callable[[], None]] = []

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one consistent state and writes nothing."""
        with Session(self._reading_engine()) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session of one transaction: committed at the end, undone by any exception.

        SQLite takes one writer at a time: this process queues its own (p99 1,347 -> 298 ms at 32
        writers), other processes wait for the busy timeout.
        """
        with self._one_writer(), Session(self._writing_engine()) as session, session.begin():
            yield session
        for told in self.after_write:
            told()

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _reading_engine(self) -> Engine:
        level = None if self.is_sqlite else "REPEATABLE READ"
        return self.engine.execution_options(isolation_level=level) if level else self.engine

    def _writing_engine(self) -> Engine:
        return self.engine.execution_options(shiyou_writer=True)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._writers:
            yield


def open_store(url: str) -> Store:
    """Return the store at `url`; refuse an address that cannot be one in one clear line."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUnusable(f"not a database address: {url!r}") from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseUnusable(
            f"{parsed.get_backend_name()} is not supported: use sqlite or postgresql"
        )
    if parsed.get_backend_name() == "sqlite":
        _require_folder(parsed.database)
    return Store(url)


def require_reachable(store: Store, *, new: bool = False) -> None:
    """Refuse a database that does not answer, in one line and without its password.

    A file that is not there is made only when `new`.
    """
    if not (new or is_there(store)):
        raise DatabaseUnusable(
            f"there is no database {make_url(store.url).database}: "
            "run `shiyou demo`, `shiyou import-map` or `shiyou migrate` first"
        )
    _require_own(store)
    try:
        with store.engine.connect():
            return
    except (DBAPIError, sqlite3.DatabaseError) as error:
        where = make_url(store.url).render_as_string(hide_password=True)
        cause = str(error.__cause__ or error).strip().splitlines()[0]
        raise DatabaseUnusable(f"cannot open {where}: {cause}") from error


def answers(store: Store) -> bool:
    """Tell whether the register is where it was and answers.

    An open SQLite file that was moved or deleted still answers, and everything written to it is lost.
    """
    if not is_there(store):
        return False
    try:
        with store.read() as session:
            session.execute(text("SELECT 1 FROM clock"))
    except (DBAPIError, sqlite3.Error):
        return False
    return True


def _require_own(store: Store) -> None:
    """Refuse an SQLite file with tables of another program before a connection of ours changes it."""
    path = Path(make_url(store.url).database or "")
    if not store.is_sqlite or not path.is_file():
        return
    with suppress(sqlite3.DatabaseError), closing(_peeping(path)) as file:
        tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
        if tables and "alembic_version" not in tables:
            raise DatabaseUnusable(
                f"{path} holds no register but the tables of another program ({min(tables)} ...): "
                "choose another file in SHIYOU_DATABASE_URL"
            )


def _peeping(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def is_there(store: Store) -> bool:
    """Tell whether there is a database to open; a server is taken to be one."""
    return not store.is_sqlite or Path(make_url(store.url).database or "").exists()


def _require_folder(path: str | None) -> None:
    if not path or path == ":memory:":
        raise DatabaseUnusable("the register needs a file: sqlite:////path/to/shiyou.db")
    folder = Path(path).resolve().parent
    if not folder.is_dir():
        raise DatabaseUnusable(f"no folder {folder} for the database: make it first")


def _engine(url: str) -> Engine:
    # Parameters stay out of messages and logs: they may be somebody's.
    # The last used connection is taken first, so that a quiet server keeps few of them warm.
    engine = create_engine(
        url, pool_size=POOL_SIZE, max_overflow=0, pool_use_lifo=True, hide_parameters=True
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: Any, _record: Any) -> None:
    # pysqlite's own BEGIN comes too late and lets DDL survive a rollback: the transaction is ours.
    raw.isolation_level = None
    for pragma in PRAGMAS:
        raw.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return  # an explicit BEGIN here would be rolled back at close and the writes be lost
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("shiyou_writer") else "BEGIN")
