from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "cinfactors.audit"
    label = "history"
