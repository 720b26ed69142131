import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.exc import DBAPIError

from conftest import TODAY
from data.clock import utc_now
from data.errors import DatabaseUnusable
from data.models import Base, Event
from data.schema import is_empty, migrate, require_current
from data.session import open_store, require_reachable
from data.types import Geometry
from places import build_street

NOT_OURS = {"spatial_ref_sys", "ix_building_outline", "building_outline"}


def _ours(difference) -> bool:
    return not NOT_OURS & {getattr(part, "name", None) for part in difference}


def test_the_migrated_schema_is_the_schema_of_the_models(store, monkeypatch):
    # Reflection meets PostGIS's own type; SQLAlchemy would warn that it knows none of that name.
    monkeypatch.setitem(ischema_names, "geometry", lambda *_: Geometry())
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = [d for d in compare_metadata(context, Base.metadata) if _ours(d)]
    assert differences == []


@pytest.mark.parametrize("statement", ["UPDATE event SET kind = 'x'", "DELETE FROM event"])
def test_an_event_can_be_neither_changed_nor_removed(store, statement):
    with store.write() as session:
        session.add(
            Event(
                kind="test",
                subject_type="dwelling",
                subject_id=1,
                source="test",
                happened_on=TODAY,
                recorded_at=utc_now(),
            )
        )
    with pytest.raises(DBAPIError, match="append-only"), store.write() as session:
        session.execute(text(statement))


def test_a_schema_change_that_fails_leaves_nothing_behind(store):
    with pytest.raises(DBAPIError), store.write() as session:
        session.execute(text("CREATE TABLE half_done (id INTEGER)"))
        session.execute(text("INSERT INTO no_such_table VALUES (1)"))
    with store.read() as session, pytest.raises(DBAPIError):
        session.execute(text("SELECT * FROM half_done"))


def test_an_empty_database_is_refused_with_what_to_do(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'new.db'}")
    assert is_empty(store)
    with pytest.raises(DatabaseUnusable, match="shiyou migrate"):
        require_current(store)
    store.dispose()


def test_a_schema_that_nothing_was_ever_written_to_is_empty(store):
    assert is_empty(store)
    build_street(store, TODAY)
    assert not is_empty(store)


def test_a_file_that_is_not_there_is_made_only_when_asked_for(tmp_path):
    path = tmp_path / "new.db"
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnusable, match="there is no database"):
        require_reachable(store)
    assert not path.exists()
    require_reachable(store, new=True)
    assert path.exists()
    store.dispose()


def test_an_error_of_the_database_does_not_repeat_what_was_written(store):
    secret = {"x": "a secret"}
    with pytest.raises(DBAPIError) as refusal, store.read() as session:
        session.execute(text("SELECT * FROM no_such_table WHERE x = :x"), secret)
    assert "a secret" not in str(refusal.value)


def test_a_database_of_a_newer_program_is_refused(store):
    with store.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match="newer than this program"):
        require_current(store)
    with pytest.raises(DatabaseUnusable, match="newer than this program"):
        migrate(store)


def test_migrating_twice_changes_nothing(store):
    migrate(store)
    require_current(store)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not a database address"),
        ("mysql://localhost/x", "not supported"),
        ("sqlite://", "needs a file"),
        ("sqlite:////no/such/folder/x.db", "no folder"),
    ],
)
def test_an_address_that_cannot_be_a_register_is_refused_in_one_line(url, words):
    with pytest.raises(DatabaseUnusable, match=words) as refusal:
        open_store(url)
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path):
    path = tmp_path / "letter.db"
    path.write_text("this is a letter, not a database" * 100)
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnusable, match="cannot open"):
        require_reachable(store)
    store.dispose()


def test_a_server_that_is_down_is_refused_without_showing_its_password():
    store = open_store("postgresql://shiyou:secret@127.0.0.1:1/shiyou")
    with pytest.raises(DatabaseUnusable, match="cannot open") as refusal:
        require_reachable(store)
    assert "secret" not in str(refusal.value)
    store.dispose()
