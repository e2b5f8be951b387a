from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "cinfactors.audit"
    label = "history"
