"""For migrations: record every change of a table."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.migrations.operations.base import Operation, OperationCategory

REFERENCING = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}


class Recorded(Operation):
    """Every insert, update, delete and truncate of the table is an entry of the history.

    The table's key is a whole number named `id`. `parent` is the column that names the row it
    belongs to, by which its entries are found; `withheld` are columns of whose values only
    the change is recorded. In the migration that makes the table, after it.
    """

    reversible = True
    category = OperationCategory.SQL

    def __init__(self, table: str, *, parent: str = "", withheld: Sequence[str] = ()) -> None:
        self.table, self.parent, self.withheld = table, parent, tuple(withheld)

    def deconstruct(self):
        return (
            type(self).__name__,
            [self.table],
            {"parent": self.parent, "withheld": self.withheld},
        )

    def describe(self) -> str:
        return f"Record every change of {self.table}"

    def state_forwards(self, app_label, state) -> None:
        """Triggers are no part of Django's state."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        table = schema_editor.quote_name(self.table)
        told = ", ".join(schema_editor.quote_value(word) for word in (self.parent, *self.withheld))
        for event, rows in REFERENCING.items():
            schema_editor.execute(
                f"CREATE TRIGGER history_{event} AFTER {event} ON {table} {rows}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION history.record_change({told})"
            )
        schema_editor.execute(
            f"CREATE TRIGGER history_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION history.record_change({told})"
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        table = schema_editor.quote_name(self.table)
        for event in (*REFERENCING, "truncate"):
            schema_editor.execute(f"DROP TRIGGER history_{event} ON {table}")
