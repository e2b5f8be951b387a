from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.runserver import Command as RunServer

from cinfactors.web.loopback import is_loopback


class Command(RunServer):
    def run(self, **options: Any) -> None:
        """Raise CommandError rather than serve plain HTTP where other machines can connect."""
        if not settings.HTTPS and not is_loopback(self.addr):
            raise CommandError(
                f"HTTPS is off, and {self.addr} is open to other machines. Children's records "
                "leave a machine encrypted or not at all."
            )
        super().run(**options)
