"""What every command of the console script does alike: open the register, show a bar."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from dashapp.settings import Settings
from data.schema import is_empty, migrate, require_current
from data.session import Store, open_store, require_reachable


@contextmanager
def opened_store(settings: Settings, *, prepare: bool = False) -> Iterator[Store]:
    """Yield the register; with `prepare` made first where there is none yet, never upgraded."""
    if prepare:
        settings.prepare_folder()
    store = open_store(settings.database_url)
    try:
        require_reachable(store, new=prepare)
        if prepare and is_empty(store):
            migrate(store)
        require_current(store)
        yield store
    finally:
        store.dispose()


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    with typer.progressbar(length=100, label=label, file=sys.stderr) as bar:
        yield lambda done, total: bar.update(int(100 * done / max(total, 1)) - bar.pos)
