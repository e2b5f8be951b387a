"""The root URLconf."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from assessments.review.workload import with_workload
from cinfactors.accounts.sign_in.views import SignOutView
from cinfactors.context_processors import icon
from cinfactors.web.authority_stylesheet import authority_stylesheet
from cinfactors.web.fetch_metadata import disabled_view

# The admin's own sign-in page would bypass the throttling of ours.
admin.site.login = secure_admin_login(admin.site.login)
# A manager's begins with the work of their teams.
admin.site.index = with_workload(admin.site.index)
# It would find children by words in a query string, and no reading of them would be recorded.
admin.site.autocomplete_view = disabled_view
admin.site.site_header = admin.site.site_title = "cinfactors"
admin.site.index_title = "Records, people and teams"
# It takes the width that the review queue's table needs, and repeats the few links of the index.
admin.site.enable_nav_sidebar = False

urlpatterns = [
    # The admin's own pages for these count no attempts and do not look like ours.
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
