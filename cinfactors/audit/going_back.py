"""Migrating back is refused where a step would delete what is kept, or could not be taken.

To migrate back below the table of the history, of restrictions or of changes in how people sign
in, and then forward again, would leave the tables and none of their rows. No step says beforehand
that it deletes anything, so every step of a plan is looked at before the first of them is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps.registry import Apps
from django.core.exceptions import FieldDoesNotExist
from django.core.management import CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations import AddField, AlterField, CreateModel, Migration, RemoveConstraint
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import (
    BaseConstraint,
    BooleanField,
    CheckConstraint,
    ExpressionWrapper,
    Field,
    Model,
    QuerySet,
)

NOT_KEPT = frozenset(
    {
        *("django_session", "accounts_session", "accounts_heldform", "assessments_idempotencykey"),
        *("assessments_censusfinding", "assessments_censuslateassessment"),
    }
)
"""Tables of what matters for a day at most, and of what each census check makes anew."""


def refuse_to_delete(
    plan: Sequence[tuple[Migration, bool]],
    apps: Apps,
    using: str = DEFAULT_DB_ALIAS,
    **_others: object,
) -> None:
    """Raise CommandError if the plan goes back below a table, a column or a value that is in use.

    A receiver of `pre_migrate`, which comes before the first step: everything stays as it was.
    """
    backwards = [migration for migration, is_backwards in plan if is_backwards]
    lost = dict.fromkeys(
        line
        for each in backwards
        for lines in (_deleted_by(each, apps, using), _not_allowed_before(each, apps, using))
        for line in lines
    )
    if lost:
        raise CommandError(
            f"Going back would lose {', '.join(lost)}. Nothing was changed. To have an earlier "
            "state, restore a copy of the database from that time."
        )


def _deleted_by(migration: Migration, apps: Apps, using: str) -> Iterator[str]:
    """Yield what the reverse of a migration would delete, in words."""
    for operation in _operations(migration.operations):
        if isinstance(operation, CreateModel):
            model = _model(apps, migration.app_label, operation.name)
            rows = model._base_manager.using(using).count() if model else 0
            if model and rows:
                yield f"{_rows(rows)} of {_table(model)}"
        elif isinstance(operation, AddField):
            model = _model(apps, migration.app_label, operation.model_name)
            field = _field(model, operation.name) if model else None
            rows = _entered(field).using(using).count() if field else 0
            if field and rows:
                yield f"{field.column} in {_rows(rows)} of {_table(field.model)}"
        elif isinstance(operation, AlterField) and _may_be_not_known(operation.field):
            # The reverse would make a no of each that is empty.
            model = _model(apps, migration.app_label, operation.model_name)
            field = _field(model, operation.name) if model else None
            rows = _not_known(field).using(using).count() if field else 0
            if field and rows:
                yield f"that {field.column} is not known in {_rows(rows)} of {_table(field.model)}"


def _not_allowed_before(migration: Migration, apps: Apps, using: str) -> Iterator[str]:
    """Yield the rows that a check refuses which the reverse of a migration puts in place again."""
    removed = [each for each in migration.operations if isinstance(each, RemoveConstraint)]
    if not removed:
        return
    loader = MigrationLoader(connections[using])
    before = loader.project_state((migration.app_label, migration.name), at_end=False)
    for operation in removed:
        model = _model(apps, migration.app_label, operation.model_name)
        checks: Iterable[BaseConstraint] = before.models[
            migration.app_label, operation.model_name_lower
        ].options["constraints"]
        check = next(each for each in checks if each.name == operation.name)
        if model and isinstance(check, CheckConstraint):
            rows = _broken(model, check).using(using).count()
            if rows:
                yield f"{_rows(rows)} of {_table(model)} that {check.name} did not allow before"


def _broken(model: type[Model], check: CheckConstraint) -> QuerySet[Model]:
    """Return the rows that a check refuses: not those of which it says neither yes nor no."""
    condition: Any = check.condition
    allowed = ExpressionWrapper(condition, output_field=BooleanField())
    return model._base_manager.alias(allowed_before=allowed).filter(allowed_before=False)


def _may_be_not_known(field: Field[Any, Any]) -> bool:
    return isinstance(field, BooleanField) and field.null


def _operations(operations: Iterable[Operation]) -> Iterator[Operation]:
    """Yield the operations, with those that SQL stands for."""
    for operation in operations:
        yield operation
        for within in ("state_operations", "database_operations"):
            yield from _operations(getattr(operation, within, None) or ())


def _model(apps: Apps, app_label: str, name: str) -> type[Model] | None:
    """Return the model as the database has it by now; None if it is gone, or holds nothing kept."""
    try:
        model = apps.get_model(app_label, name)
    except LookupError:
        return None
    return None if _table(model) in NOT_KEPT else model


def _field(model: type[Model], name: str) -> Field[Any, Any] | None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) and field.column else None


def _entered(field: Field[Any, Any]) -> QuerySet[Model]:
    """Return the rows in which the column has another value than it would begin with again."""
    rows = field.model._base_manager.all()
    if field.null:
        return rows.exclude(**{f"{field.name}__isnull": True})
    if field.has_default() and callable(field.default):
        return rows
    return rows.exclude(**{field.name: field.get_default()})


def _not_known(field: Field[Any, Any]) -> QuerySet[Model]:
    return field.model._base_manager.filter(**{f"{field.name}__isnull": True})


def _table(model: type[Model]) -> str:
    return model._meta.db_table.replace('"', "")


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
