"""The few of allauth's addresses that people whom administrators make have a use for."""

from django.urls import path

from cinfactors.accounts.second_factor import views as factor
from cinfactors.accounts.sign_in import views
from cinfactors.accounts.single_sign_on import views as single_sign_on_views

urlpatterns = [
    path("", views.YourAccountView.as_view(), name="your_account"),
    path("sign-in/", views.SignInView.as_view(), name="account_login"),
    path("sign-in/code/", factor.EnterView.as_view(), name="mfa_authenticate"),
    path("signed-in-again/", views.SignedInAgainView.as_view(), name="signed_in_again"),
    path("sign-out/", views.SignOutView.as_view(), name="account_logout"),
    path("inactive/", views.InactiveView.as_view(), name="account_inactive"),
    path("password/", views.ChangePasswordView.as_view(), name="account_change_password"),
    path("session/", views.session, name="account_session"),
    path("sessions/", views.SessionsView.as_view(), name="account_sessions"),
    path("again/password/", factor.PasswordAgainView.as_view(), name="account_reauthenticate"),
    path("again/code/", factor.CodeAgainView.as_view(), name="mfa_reauthenticate"),
    path("again/passkey/", factor.PasskeyAgainView.as_view(), name="mfa_reauthenticate_webauthn"),
    path("second-factor/", factor.SecondFactorView.as_view(), name="mfa_index"),
    path("second-factor/app/", factor.AddAppView.as_view(), name="mfa_activate_totp"),
    path("second-factor/app/remove/", factor.RemoveAppView.as_view(), name="mfa_deactivate_totp"),
    path("second-factor/passkey/", factor.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "second-factor/passkey/<int:pk>/remove/",
        factor.RemovePasskeyView.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "second-factor/codes/", factor.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"
    ),
    path(
        "second-factor/codes/new/",
        factor.NewRecoveryCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("single-sign-on/", single_sign_on_views.start, name="single_sign_on"),
    path("single-sign-on/back/", single_sign_on_views.come_back, name="single_sign_on_back"),
]
