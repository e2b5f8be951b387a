"""Bring the database and the static files up to date; print only the steps that are needed.

Runs as the role that owns the tables, in a process of its own: the server that starts
afterwards must not have that role's password in its settings.
"""

from __future__ import annotations

import os
import sys
from io import StringIO

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.executor import MigrationExecutor
from psycopg.errors import InsufficientPrivilege

from cinfactors.dev import local
from cinfactors.dev.assets import fingerprint
from cinfactors.dev.install import BASE_DIR, say


def main() -> None:
    local.choose_role("migrate")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinfactors.settings")
    django.setup()
    try:
        migrate()
        make_demo_data()
    except OperationalError as error:
        sys.exit(f"\nThe database does not answer: {error}")
    except (MigrationSchemaMissing, ProgrammingError) as error:
        cause = error.__context__ if isinstance(error, MigrationSchemaMissing) else error
        if not isinstance(getattr(cause, "__cause__", None), InsufficientPrivilege):
            raise
        sys.exit(
            f"\nThe database refuses: {error}\nSet MIGRATION_DATABASE_URL to the same database as "
            "the role that owns its tables; README.md says how the roles are made."
        )
    collect_static_files()


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Making the database's tables")
        call_command("migrate", verbosity=0, interactive=False)
    if settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
        call_command("createcachetable")


def make_demo_data() -> None:
    """Make it only where nobody can sign in; the command itself refuses if there are records."""
    if not get_user_model().objects.exists():
        say("Making invented records to try it with")
        call_command("make_demo", if_empty=True, stdout=StringIO())


def collect_static_files() -> None:
    stamp = local.VAR / "static.collected"
    ours = [
        file for folder in settings.STATICFILES_DIRS for file in folder.rglob("*") if file.is_file()
    ]
    state = fingerprint([*ours, BASE_DIR / "requirements.txt"])
    if stamp.exists() and stamp.read_text() == state and settings.STATIC_ROOT.is_dir():
        return
    say("Collecting and compressing static files")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state)


if __name__ == "__main__":
    main()
