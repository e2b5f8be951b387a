"""Every address, by the part that answers it."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from cinfactors.accounts.sign_in.views import SignOutView
from cinfactors.context_processors import icon
from cinfactors.web.authority_stylesheet import authority_stylesheet
from cinfactors.web.fetch_metadata import unused

# The admin's own sign-in would go round the throttling of ours.
admin.site.login = secure_admin_login(admin.site.login)
# It finds children by name from words in an address, which no history of readings would know.
admin.site.autocomplete_view = unused
admin.site.site_header = admin.site.site_title = "cinfactors"
admin.site.index_title = "Records, people and teams"
# It takes the room that the review desk's table needs, and repeats the few links of the index.
admin.site.enable_nav_sidebar = False

urlpatterns = [
    # Nor do its own pages for these count the tries or look like ours.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/logout/", SignOutView.as_view()),
    path("admin/", admin.site.urls),
    path("favicon.ico", icon),
    path("authority.css", authority_stylesheet, name="authority_stylesheet"),
    path("account/", include("cinfactors.accounts.urls")),
    path("", include("assessments.pages.urls")),
]

handler400 = "cinfactors.error_pages.bad_request"
handler500 = "cinfactors.error_pages.server_error"
