"""A migration operation that records every change of a table in the history.

Why the first migration of this app names tables of assessments, an app above it: they were there
before the history, so it attaches the triggers to them and depends on their migrations. Its
function that records a reading names children, episodes and assessments too: the database itself
works out, at that moment, whether the reading is out of the reader's team or of a restricted
record, so that no caller can leave it out. An applied migration is not edited, so both stay. A new
table gets `Recorded` in the migration that makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

REFERENCING = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}


class Recorded(Operation):
    """Write every insert, update, delete and truncate of the table to the history.

    The table's primary key is an integer named `id`. `parent` is the column with the key of the
    row that it belongs to, by which its entries are found; of the columns in `withheld`, only
    that they changed is recorded. Stands in the migration that makes the table, after it.
    """

    reversible = True
    category = OperationCategory.SQL

    def __init__(self, table: str, *, parent: str = "", withheld: Sequence[str] = ()) -> None:
        self.table, self.parent, self.withheld = table, parent, tuple(withheld)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (
            type(self).__name__,
            [self.table],
            {"parent": self.parent, "withheld": self.withheld},
        )

    def describe(self) -> str:
        return f"Record every change of {self.table}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: triggers are not part of Django's state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = schema_editor.quote_name(self.table)
        arguments = ", ".join(
            schema_editor.quote_value(column) for column in (self.parent, *self.withheld)
        )
        for event, rows in REFERENCING.items():
            schema_editor.execute(
                f"CREATE TRIGGER history_{event} AFTER {event} ON {table} {rows}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION history.record_change({arguments})"
            )
        schema_editor.execute(
            f"CREATE TRIGGER history_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION history.record_change({arguments})"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = schema_editor.quote_name(self.table)
        for event in (*REFERENCING, "truncate"):
            schema_editor.execute(f"DROP TRIGGER history_{event} ON {table}")
