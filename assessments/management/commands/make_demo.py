from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from assessments.demo.load import RecordsExist, make_demo

SEED = 2021


class Command(BaseCommand):
    help = (
        "Make invented assessments, with children, teams and people, in an empty database. The "
        "people who can sign in are written to var/demo-accounts.json."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--assessments", type=_number, default=300, metavar="N")
        parser.add_argument("--seed", type=int, default=SEED, metavar="S")
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="where there are records already, say so and succeed",
        )

    def handle(self, *, assessments: int, seed: int, if_empty: bool, **options: Any) -> None:
        accounts = settings.BASE_DIR / "var" / "demo-accounts.json"
        try:
            with tqdm(total=assessments, unit=" assessments", disable=None) as bar:
                make_demo(
                    assessments,
                    seed=seed,
                    today=timezone.localdate(),
                    accounts=accounts,
                    progress=bar.update,
                )
        except RecordsExist as refusal:
            if not if_empty:
                raise CommandError(
                    f"{refusal}. Demo data is made in an empty database alone; nothing was changed."
                ) from refusal
            self.stdout.write("There are records already; no demo data was made.")
        except OSError as refusal:
            raise CommandError(
                f"The accounts could not be written to {accounts}, so nothing was made: {refusal}"
            ) from refusal
        else:
            self.stdout.write(f"Made {assessments} invented assessments. Accounts: {accounts}")


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
