"""The few of allauth's addresses that people whom administrators make have a use for."""

from django.urls import path

from cinfactors.accounts import views

urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="account_login"),
    path("sign-out/", views.SignOutView.as_view(), name="account_logout"),
    path("inactive/", views.InactiveView.as_view(), name="account_inactive"),
    path("password/", views.ChangePasswordView.as_view(), name="account_change_password"),
]
