#!/usr/bin/env python
"""Django's commands, by default on the installation that `make run` made on this machine."""

import os
import sys
from contextlib import ExitStack

from cinfactors.dev import local
from cinfactors.dev.install import InstallError

VARIABLES = ("DJANGO_SETTINGS_MODULE", "SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL")


def main() -> None:
    with ExitStack() as stack:
        # Only where `make run` has made an installation and no variable names another: in a
        # deployment that forgot a variable, the settings say so instead.
        if local.exists() and not any(name in os.environ for name in VARIABLES):
            try:
                stack.enter_context(local.environment())
            except InstallError as error:
                sys.exit(str(error))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinfactors.settings")
        command = sys.argv[1] if len(sys.argv) > 1 else "help"
        # Recorded in the history of changes that no request made.
        os.environ.setdefault("PGAPPNAME", f"manage.py {command}")
        local.choose_role(command)

        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        try:
            settings.DEBUG  # noqa: B018  loads the settings, which may raise
        except ImproperlyConfigured as error:
            sys.exit(f"cinfactors cannot start: {error}")
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
