from django.apps import AppConfig
from django.db.models.signals import pre_migrate


class AuditConfig(AppConfig):
    name = "cinfactors.audit"
    label = "history"

    def ready(self) -> None:
        from cinfactors.audit.going_back import refuse_to_delete

        # Once for each plan: the signal is sent for every app.
        pre_migrate.connect(refuse_to_delete, sender=self, dispatch_uid="refuse to delete")
