"""`shiyou user`: who may sign in."""

import json
from typing import Annotated

import typer

from dashapp.settings import read_settings
from dashapp.terminal import opened_store
from data.commands.access import add_account
from data.queries.access import system_principal
from data.rules.areas import Role

user = typer.Typer(no_args_is_help=True, help="Who may sign in, and how far they see.")


@user.callback()
def group() -> None:
    """Keep `add` a command of its own while it is the only one."""


@user.command()
def add(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[Role, typer.Option(help="What the account is in the work.")],
    area: Annotated[
        list[str], typer.Option(help="Code of a subdistrict, district or committee; repeatable.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Make an account; its password is made up and shown once.

    Example: shiyou user add zhou --role population_office --area 990100001.
    """
    with opened_store(read_settings()) as store, store.write() as session:
        principal = system_principal(session, "cli")
        password = add_account(session, principal, name, role, area)
    if as_json:
        typer.echo(json.dumps({"username": name, "password": password, "role": role.value}))
        return
    typer.echo(f"{name} may sign in; the password, shown once: {password}")
