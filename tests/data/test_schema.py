from datetime import timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.exc import DBAPIError, IntegrityError

from conftest import TODAY
from data.clock import utc_now
from data.errors import DatabaseUnusable
from data.models import Base, Committee, Event, GridMembership, GridPlan
from data.schema import MIGRATIONS, is_empty, migrate, require_current
from data.session import open_store, require_reachable
from data.types import Geometry
from places import build_street
from postgres import copy_database

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


AGAIN = (
    "INTO event (id, kind, subject_type, subject_id, source, happened_on, recorded_at)"
    " SELECT id, 'x', subject_type, subject_id, source, happened_on, recorded_at FROM event"
)
FORGERIES = {
    "sqlite": ["UPDATE event SET kind = 'x'", "DELETE FROM event", f"INSERT OR REPLACE {AGAIN}"],
    "postgresql": ["UPDATE event SET kind = 'x'", "DELETE FROM event", "TRUNCATE event"],
}


def test_an_event_can_be_neither_changed_nor_removed_nor_replaced(store):
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
    for statement in FORGERIES[store.engine.dialect.name]:
        with pytest.raises(DBAPIError, match="append-only"), store.write() as session:
            session.execute(text(statement))
    with store.read() as session:
        assert session.scalars(select(Event.kind)).all() == ["test"]


def test_a_code_is_in_force_once_and_its_former_versions_stay(store):
    built = build_street(store, TODAY)
    with store.read() as session:
        before = session.get_one(Committee, built.committees[0])
        session.expunge(before)
    with store.write() as session:
        session.get_one(Committee, before.id).valid_to = TODAY
        session.flush()
        session.add(_next_version(before, "高一新"))
    with store.read() as session:
        names = session.execute(
            select(Committee.name, Committee.valid_to)
            .where(Committee.code == before.code)
            .order_by(Committee.valid_from)
        ).all()
    assert names == [("高1", TODAY), ("高一新", None)]
    with pytest.raises(IntegrityError), store.write() as session:
        session.add(_next_version(before, "高一又"))


def _next_version(before: Committee, name: str) -> Committee:
    return Committee(
        subdistrict_id=before.subdistrict_id, district_id=before.district_id, code=before.code,
        name=name, form_order=before.form_order, outline=before.outline, valid_from=TODAY,
    )  # fmt: skip


def test_an_entrance_is_in_one_grid_on_any_day(store):
    build_street(store, TODAY)
    with store.read() as session:
        member = session.scalars(select(GridMembership).limit(1)).one()
    again = {
        "grid_id": member.grid_id, "entrance_id": member.entrance_id,
        "committee_id": member.committee_id, "valid_from": TODAY,
    }  # fmt: skip
    with pytest.raises(IntegrityError), store.write() as session:
        session.add(GridMembership(**again))
    with store.write() as session:
        session.get_one(GridMembership, member.id).valid_to = TODAY
        session.flush()
        session.add(GridMembership(**again))
    with store.read() as session:
        for day in (TODAY - timedelta(days=1), TODAY):
            found = session.scalars(
                select(GridMembership.id).where(
                    GridMembership.entrance_id == member.entrance_id,
                    GridMembership.valid_from <= day,
                    or_(GridMembership.valid_to.is_(None), GridMembership.valid_to > day),
                )
            ).all()
            assert len(found) == 1


def test_every_layer_of_places_and_households_is_temporal():
    layers = {
        "subdistrict", "district", "committee", "grid", "compound", "building", "entrance",
        "grid_membership", "dwelling", "household", "gate", "footpath", "area_flag", "grant",
    }  # fmt: skip
    columns = {name: set(Base.metadata.tables[name].columns.keys()) for name in layers}
    assert [name for name in layers if not {"valid_from", "valid_to"} <= columns[name]] == []


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


@pytest.fixture(params=["sqlite", "postgresql"])
def first_store(databases, request, tmp_path):
    """A register as the first revision left it, with a street in it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'first.db'}"
    else:
        url = copy_database(databases.cluster, "template1", "first_revision")
    store = open_store(url)
    with store.write() as session:
        if not store.is_sqlite:
            session.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "0001")
    build_street(store, TODAY)
    yield store
    store.dispose()
    if not store.is_sqlite:
        databases.drop(url)


def test_a_register_of_the_first_revision_is_refused_until_it_is_brought_up(first_store):
    with pytest.raises(DatabaseUnusable, match="older than this program: run `shiyou migrate`"):
        require_current(first_store)
    migrate(first_store)
    require_current(first_store)
    with first_store.read() as session:
        assert session.scalar(select(func.count()).select_from(GridMembership)) == 2
        assert session.scalar(select(func.count()).select_from(GridPlan)) == 0


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
