"""A private PostgreSQL for the tests: made in a temporary folder, on a free port, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


@contextmanager
def private_cluster() -> Iterator[str]:
    """Yield the address of an empty cluster, without the name of a database."""
    folder = Path(tempfile.mkdtemp(prefix="shiyou-pg-"))
    as_user = _unprivileged()
    if as_user:
        os.chown(folder, as_user.pw_uid, as_user.pw_gid)
    port = free_port()
    run = _Runner(_binaries(), as_user)
    run(
        "initdb",
        "-D",
        f"{folder}/data",
        "-U",
        "shiyou",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    )
    options = (
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    )
    run("pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://shiyou@127.0.0.1:{port}/"
    finally:
        run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def copy_database(cluster: str, template: str, name: str) -> str:
    """Make the database `name` as a copy of `template`; return its address."""
    _admin(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return cluster + name


def drop_database(cluster: str, name: str) -> None:
    """Remove a database, whoever is still connected."""
    _admin(cluster, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _admin(cluster: str, statement: str) -> None:
    engine = create_engine(cluster + "postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _binaries() -> Path:
    for folder in BINARIES:
        if (folder / "initdb").exists():
            return folder
    raise RuntimeError("PostgreSQL is missing: apt-get install postgresql-15-postgis-3")


def _unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: hand it to its own user then."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


class _Runner:
    def __init__(self, folder: Path, as_user: pwd.struct_passwd | None) -> None:
        self.folder, self.as_user = folder, as_user

    def __call__(self, program: str, *arguments: str) -> None:
        user = {"user": self.as_user.pw_uid, "group": self.as_user.pw_gid} if self.as_user else {}
        # pg_ctl's server must not hold our pipe, or reading it would never end.
        done = subprocess.run(
            [str(self.folder / program), *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE if program == "initdb" else None,
            cwd="/", check=False, extra_groups=[] if self.as_user else None, **user,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {(done.stderr or b'').decode()}")
