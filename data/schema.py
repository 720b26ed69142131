"""Bring a database to the schema of this program, and tell when it is not there."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from data.errors import DatabaseUnusable
from data.session import Store

TABLES_OF_POSTGIS: Final = {"spatial_ref_sys"}
MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(store: Store) -> None:
    """Bring the schema up to date in one transaction; PostgreSQL needs the PostGIS extension."""
    with store.engine.execution_options(shiyou_writer=True).begin() as connection:
        if not store.is_sqlite:
            _require_postgis(connection)
        _refuse_newer(connection)
        _refuse_foreign(connection)
        command.upgrade(_config(connection), "head")


def require_current(store: Store) -> None:
    """Refuse a database that is missing its schema, or is older or newer than this program."""
    with store.engine.connect() as connection:
        _refuse_newer(connection)
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise DatabaseUnusable("the database is empty: run `shiyou demo` or `shiyou migrate` first")
    if revision != head():
        raise DatabaseUnusable("the database is older than this program: run `shiyou migrate`")


def has_schema(store: Store) -> bool:
    """Tell whether a schema of ours is there, whatever its version and whatever it holds."""
    with store.engine.connect() as connection:
        return inspect(connection).has_table("alembic_version")


def is_empty(store: Store) -> bool:
    """Tell whether the database holds no register: no schema of ours, or one nothing was written to.

    The second is what a first build leaves that was cut short.
    """
    with store.engine.connect() as connection:
        if not inspect(connection).has_table("clock"):
            return True
        return connection.execute(text("SELECT 1 FROM clock")).first() is None


def head() -> str:
    """Return the newest revision this program knows."""
    return str(_scripts().get_current_head())


def _refuse_newer(connection: Connection) -> None:
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseUnusable(
            f"the database (revision {revision}) is newer than this program: update the program"
        )


def _refuse_foreign(connection: Connection) -> None:
    """Refuse to build a register among the tables of another program (a GeoPackage, say)."""
    tables = set(inspect(connection).get_table_names()) - TABLES_OF_POSTGIS
    if tables and "alembic_version" not in tables:
        raise DatabaseUnusable(
            f"the database holds no register but the tables of another program ({min(tables)} ...): "
            "choose another in SHIYOU_DATABASE_URL"
        )


def _require_postgis(connection: Connection) -> None:
    found = connection.execute(
        text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")
    ).scalar_one()
    if found:
        return
    allowed = connection.execute(
        text("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'")
    ).scalar_one()
    if not allowed:
        raise DatabaseUnusable("this PostgreSQL has no PostGIS: install postgresql-15-postgis-3")
    connection.execute(text("CREATE EXTENSION postgis"))


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(None))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
