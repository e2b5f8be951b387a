"""Databases of invented records, on a PostgreSQL server of the benchmark's own.

Each is filled once and kept under var/ for the next run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from psycopg import sql
from tqdm import tqdm

from assessments.demo.load import make_demo
from assessments.models import Assessment
from cinfactors.dev.embedded_postgres import OWNER_ROLE, Server, grant

SEED = 2021


def name_of(assessments: int) -> str:
    return f"bench_{assessments}"


def make(server: Server, assessments: int) -> None:
    """Make the database for this many invented assessments, or migrate the one there is."""
    name = name_of(assessments)
    with server.connect(database="postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER_ROLE)
                )
            )
    grant(server, name)
    _manage(server.url(OWNER_ROLE, name), "migrate", "--verbosity=0")
    _manage(server.url(OWNER_ROLE, name), "createcachetable", "--verbosity=0")


def _manage(url: str, *command: str) -> None:
    """Run a command as the role in the URL, whose rights this process must not have."""
    subprocess.run(  # noqa: S603  Django itself, arguments of ours
        [sys.executable, "-m", "django", *command],
        env=os.environ | {"DATABASE_URL": url},
        check=True,
    )


def connection_to(server: Server, assessments: int) -> BaseDatabaseWrapper:
    """Return a connection as the application has it, with a pool of its own."""
    given = connections.settings["default"]
    name = name_of(assessments)
    # Django keeps a pool for each alias, so each database needs an alias of its own.
    return type(connections["default"])(given | {"NAME": name}, alias=name)


def use(connection: BaseDatabaseWrapper) -> None:
    """Make it this thread's default database."""
    connections[connection.alias] = connection
    connections["default"] = connection


def fill(server: Server, assessments: int) -> None:
    """Load the invented records into the default database, unless it has them."""
    if Assessment.objects.exists():
        return
    ordinary = connections["default"]
    owner = {"USER": OWNER_ROLE, "PASSWORD": server.passwords[OWNER_ROLE]}
    # The application's role may only make records step by step, through the services.
    loading = type(ordinary)(ordinary.settings_dict | owner, alias=f"{ordinary.alias}_owner")
    use(loading)
    with (
        tempfile.TemporaryDirectory() as folder,
        tqdm(total=assessments, unit=" assessments", disable=None) as bar,
    ):
        make_demo(
            assessments,
            seed=SEED,
            today=timezone.localdate(),
            # Nobody signs in with a password here.
            accounts=Path(folder) / "accounts.json",
            progress=bar.update,
        )
    loading.close()
    loading.close_pool()
    use(ordinary)
    with server.connect(database=name_of(assessments)) as connection:
        connection.execute("VACUUM (ANALYZE)")
