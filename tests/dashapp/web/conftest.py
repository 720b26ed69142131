"""One server for the tests of a module that only read; `served_store` for those that write."""

import pytest

from conftest import TODAY
from data.session import open_store
from served import served


@pytest.fixture(scope="module")
def house(databases):
    store = open_store(databases.copy("sqlite", "empty", lambda _store: None))
    with served(store, TODAY) as running:
        yield running
    store.dispose()


@pytest.fixture
def own_house(sqlite_store):
    with served(sqlite_store, TODAY) as running:
        yield running


@pytest.fixture
def live_house(store):
    """A server on each engine."""
    with served(store, TODAY) as running:
        yield running
