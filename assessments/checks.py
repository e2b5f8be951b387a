"""Start-up checks of the catalogue: assessments.E001 and on.

The app's configuration imports this module, which registers them. E001 is a file of it that
cannot be read; E002 to E020 and E023 to E027 are the faults of `catalogue.consistency`; E021 is
a rule whose fields do not fit its kind; E022 is a catalogue that differs from what the migrations
put in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from assessments import migrations, rules
from assessments.catalogue import consistency, loader, timeframes
from assessments.catalogue.errors import CatalogueError
from assessments.database import code_constraints


@register("catalogue")
def catalogue_is_consistent(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Return every fault of every edition, the earliest edition first.

    What can be wrong with the timeframes, reading them finds.
    """
    try:
        editions = loader.editions()
        timeframes.timeframes()
    except CatalogueError as error:
        return [_error("E001", str(error))]
    errors: list[CheckMessage] = []
    for edition in editions.values():
        for fault in consistency.faults(edition, rules.KINDS):
            errors.append(_error(fault.id, fault.message))
        for rule in edition.rules:
            # An unknown kind is E010 already.
            for problem in rules.field_errors(rule) if rule.kind in rules.KINDS else ():
                errors.append(_error("E021", f"{edition.id}: rule {rule.id}: {problem}"))
    for fault in consistency.faults_between(editions.values()):
        errors.append(_error(fault.id, fault.message))
    return errors


@register("migrations")
def migrations_hold_the_catalogue(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Return an error unless the newest migration of codes agrees with today's editions.

    Nothing for a catalogue that cannot be read, which is E001.
    """
    try:
        expected = code_constraints.statements(loader.editions().values())
    except CatalogueError:
        return []
    names = sorted(
        module.name for module in iter_modules(migrations.__path__) if "_codes_" in module.name
    )
    migrated = import_module(f"{migrations.__name__}.{names[-1]}").STATEMENTS if names else None
    if migrated == expected:
        return []
    return [
        Error(
            "no migration holds the database to the codes of the catalogue as it is now",
            hint="Run `manage.py makeeditionmigration`, read what it wrote, and migrate.",
            id="assessments.E022",
        )
    ]


def _error(id: str, message: str) -> Error:
    return Error(
        message, hint="The catalogue's README says how an edition is made.", id=f"assessments.{id}"
    )
