from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "cinfactors.history"
    label = "history"
