"""The product's URLs, and those that it is measured against."""

from django.urls import include, path

from benchmarks import views
from cinfactors.urls import handler400, handler500

__all__ = ["handler400", "handler500", "urlpatterns"]

urlpatterns = [
    path("bench/same-bytes/", views.same_bytes, name="same_bytes"),
    path("bench/stock/<uuid:reference>/", views.stock_page, name="stock_page"),
    path("", include("cinfactors.urls")),
]
