"""Every address, by the part that answers it."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# The admin's own sign-in would go round the throttling of ours.
admin.site.login = secure_admin_login(admin.site.login)
admin.site.site_header = admin.site.site_title = "cinfactors"
admin.site.index_title = "Records, people and teams"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("account/", include("cinfactors.accounts.urls")),
    path("", include("assessments.urls")),
]

handler400 = "cinfactors.errors.bad_request"
handler500 = "cinfactors.errors.server_error"
