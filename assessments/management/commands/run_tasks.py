from __future__ import annotations

import logging
import os
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.db import DatabaseError, close_old_connections
from django_tasks_db.management.commands import db_worker

from assessments.services.returns import look_after_tasks

LOOK_SECONDS = 5
logger = logging.getLogger("cinfactors.tasks")


class Command(db_worker.Command):
    help = (
        "Do what was asked for and takes longer than a page may, such as census files, and check "
        "the census years each night. The web server starts one by itself, unless RUN_TASKS is "
        "off; several may run, on any machine."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--until-input-ends",
            action="store_true",
            help="end at once when standard input does: with the process that started it",
        )

    def handle(  # type: ignore[override]  # the base names its options one by one
        self, *, until_input_ends: bool, **options: Any
    ) -> None:
        if until_input_ends:
            threading.Thread(target=_end_with_the_input, daemon=True).start()
        if not options["batch"]:
            threading.Thread(target=_look_after, daemon=True).start()
        try:
            super().handle(**options)
        except DatabaseError as error:  # it went away: whoever started this starts it again
            logger.info("Tasks end for now: %s", type(error).__name__)
            sys.exit(1)


def _look_after() -> None:
    pause = threading.Event()
    while True:
        try:
            close_old_connections()
            look_after_tasks()
        except DatabaseError as error:
            logger.info("Tasks could not be looked after: %s", type(error).__name__)
        pause.wait(LOOK_SECONDS)


def _end_with_the_input() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever sent
    os._exit(1)
