from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "cinfactors.administration"
    label = "administration"
