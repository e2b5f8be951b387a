#!/usr/bin/env python
"""Django's commands, on this machine's own installation where no variable names another."""

import os
import sys
from contextlib import ExitStack

from cinfactors.dev import local

VARIABLES = ("DJANGO_SETTINGS_MODULE", "SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL")


def main() -> None:
    with ExitStack() as stack:
        # Only where `make run` has made an installation and nothing points elsewhere: a
        # deployment that forgot a variable is told so by the settings instead.
        if local.exists() and not any(name in os.environ for name in VARIABLES):
            stack.enter_context(local.environment())
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinfactors.settings")
        command = sys.argv[1] if len(sys.argv) > 1 else "help"
        # What the history says of a change that no person's request made.
        os.environ.setdefault("PGAPPNAME", f"manage.py {command}")
        local.choose_role(command)

        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        try:
            settings.DEBUG  # noqa: B018  reads the settings, which may refuse
        except ImproperlyConfigured as refusal:
            sys.exit(f"cinfactors cannot start: {refusal}")
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
