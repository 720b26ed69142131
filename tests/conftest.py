"""Databases for the tests: every store is a file or a PostGIS database of its own, on both engines."""

import itertools
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from data.schema import migrate
from data.sealing import demo_ring
from data.seed import build_demo
from data.session import Store, open_store
from postgres import copy_database, drop_database, private_cluster

TODAY = date(2026, 11, 20)  # a Friday, a sweep day; the demo's frozen day
ENGINES = ("sqlite", "postgresql")
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    with private_cluster() as address:
        yield address


class Databases:
    """Makes empty and filled databases quickly: each kind is built once and copied for a test."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest) -> None:
        self.folder, self.request, self.templates = folder, request, {}

    def template(self, engine: str, kind: str, fill) -> str:
        """Return the name of the template of this kind, building it the first time."""
        if (engine, kind) not in self.templates:
            store = open_store(self._new(engine, f"template_{kind}"))
            migrate(store)
            fill(store)
            store.dispose()
            self.templates[engine, kind] = store.url
        return self.templates[engine, kind]

    def copy(self, engine: str, kind: str, fill) -> str:
        """Return the address of a fresh copy."""
        source, name = self.template(engine, kind, fill), f"test_{next(_numbers)}"
        if engine == "postgresql":
            return copy_database(self.cluster, source.rsplit("/", 1)[1], name)
        target = self.folder / f"{name}.db"
        shutil.copy(source.removeprefix("sqlite:///"), target)
        return f"sqlite:///{target}"

    def drop(self, url: str) -> None:
        """Remove a copy."""
        if url.startswith("postgresql"):
            drop_database(self.cluster, url.rsplit("/", 1)[1])
            return
        for path in self.folder.glob(Path(url).name + "*"):
            path.unlink()

    @property
    def cluster(self) -> str:
        return self.request.getfixturevalue("cluster")

    def _new(self, engine: str, name: str) -> str:
        if engine == "postgresql":
            return copy_database(self.cluster, "template1", name)
        return f"sqlite:///{self.folder / name}.db"


@pytest.fixture(scope="session")
def databases(tmp_path_factory, request) -> Databases:
    return Databases(tmp_path_factory.mktemp("databases"), request)


def _opened(databases: Databases, engine: str, kind: str, fill) -> Iterator[Store]:
    store = open_store(databases.copy(engine, kind, fill))
    yield store
    store.dispose()
    databases.drop(store.url)


@pytest.fixture(params=ENGINES)
def store(databases, request) -> Iterator[Store]:
    """An empty, migrated register on each engine."""
    yield from _opened(databases, request.param, "empty", lambda _store: None)


@pytest.fixture
def sqlite_store(databases) -> Iterator[Store]:
    """An empty, migrated register on SQLite alone, where the engine does not matter."""
    yield from _opened(databases, "sqlite", "empty", lambda _store: None)


SMALL_STREET = 9  # compounds: every kind of estate, a second to build


def _fill_street(store: Store) -> None:
    build_demo(store, demo_ring(), compounds=SMALL_STREET, as_of=TODAY)


@pytest.fixture(params=ENGINES)
def street_store(databases, request) -> Iterator[Store]:
    """A small demo street on each engine; a test may change it as it likes."""
    yield from _opened(databases, request.param, "street", _fill_street)


@pytest.fixture(scope="module")
def street_url(databases) -> Iterator[str]:
    """The address of a small demo street on SQLite, one a test module."""
    url = databases.copy("sqlite", "street", _fill_street)
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
def postgres_street_url(databases) -> Iterator[str]:
    """The address of a small demo street on PostgreSQL, one a test module."""
    url = databases.copy("postgresql", "street", _fill_street)
    yield url
    databases.drop(url)
