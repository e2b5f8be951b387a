"""The addresses of accounts, under allauth's names for them.

Of allauth's own only those that have a use where administrators add people: no sign-up, no e-mail.
"""

from django.urls import path

from cinfactors.accounts import views
from cinfactors.accounts.second_factor import views as second_factor
from cinfactors.accounts.sign_in import views as sign_in
from cinfactors.accounts.single_sign_on import views as single_sign_on

urlpatterns = [
    path("", views.YourAccountView.as_view(), name="your_account"),
    path("session/", views.session, name="account_session"),
    path("sessions/", views.SessionsView.as_view(), name="account_sessions"),
    path("sign-in/", sign_in.SignInView.as_view(), name="account_login"),
    path("sign-in/code/", second_factor.EnterCodeView.as_view(), name="mfa_authenticate"),
    path("signed-in-again/", sign_in.SignedInAgainView.as_view(), name="signed_in_again"),
    path("sign-out/", sign_in.SignOutView.as_view(), name="account_logout"),
    path("inactive/", sign_in.InactiveView.as_view(), name="account_inactive"),
    path("password/", sign_in.ChangePasswordView.as_view(), name="account_change_password"),
    path(
        "again/password/",
        second_factor.ReauthenticateWithPasswordView.as_view(),
        name="account_reauthenticate",
    ),
    path(
        "again/code/",
        second_factor.ReauthenticateWithCodeView.as_view(),
        name="mfa_reauthenticate",
    ),
    path(
        "again/passkey/",
        second_factor.ReauthenticateWithPasskeyView.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("second-factor/", second_factor.SecondFactorView.as_view(), name="mfa_index"),
    path("second-factor/app/", second_factor.AddAppView.as_view(), name="mfa_activate_totp"),
    path(
        "second-factor/app/remove/",
        second_factor.RemoveAppView.as_view(),
        name="mfa_deactivate_totp",
    ),
    path("second-factor/passkey/", second_factor.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "second-factor/passkey/<int:pk>/remove/",
        second_factor.RemovePasskeyView.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "second-factor/codes/",
        second_factor.RecoveryCodesView.as_view(),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/codes/new/",
        second_factor.NewRecoveryCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("single-sign-on/", single_sign_on.start, name="single_sign_on"),
    path("single-sign-on/link/", single_sign_on.link, name="single_sign_on_link"),
    path("single-sign-on/back/", single_sign_on.callback, name="single_sign_on_back"),
]
