from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db.migrations.loader import MigrationLoader

import assessments
from assessments.catalogue import loader
from assessments.database.code_constraints import statements

TEMPLATE = """from django.db import migrations

# Written by `manage.py makeeditionmigration` from the editions {editions}.
STATEMENTS = [
{statements}
]


class Migration(migrations.Migration):
    dependencies = [("assessments", "{previous}")]

    operations = [migrations.RunSQL(STATEMENTS, reverse_sql=migrations.RunSQL.noop)]
"""


class Command(BaseCommand):
    help = "Write the migration that puts the catalogue's editions into the database."
    # Without the check for missing migrations, which fails until this one is written.
    requires_system_checks = ["catalogue"]

    def handle(self, *args: Any, **options: Any) -> None:
        [(_, previous)] = MigrationLoader(None).graph.leaf_nodes("assessments")
        editions = loader.editions()
        newest = list(editions)[-1].replace("-", "_")
        number = int(previous[:4]) + 1
        path = Path(assessments.__file__).parent / "migrations" / f"{number:04}_codes_{newest}.py"
        path.write_text(
            TEMPLATE.format(
                editions=", ".join(editions),
                previous=previous,
                statements="\n".join(
                    f'    """{statement}""",' for statement in statements(editions.values())
                ),
            )
        )
        self.stdout.write(f"Wrote {path.name}. Read it, then run `manage.py migrate`.")
