"""People, the teams they belong to and the role that each has."""

from __future__ import annotations

import uuid
from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower

from cinfactors.accounts.user_names import UserNameValidator, are_same
from cinfactors.web.clean_text import (
    NameField,
    clean_name_constraints,
    clean_text_constraints,
)


class Role(models.TextChoices):
    SOCIAL_WORKER = "social_worker", "Social worker"
    TEAM_MANAGER = "team_manager", "Team manager"
    DATA_OFFICER = "data_officer", "Data officer"
    ADMINISTRATOR = "administrator", "Administrator"


ROLES_IN_THE_ADMIN = {Role.TEAM_MANAGER, Role.ADMINISTRATOR}
"""The roles whose work, or part of it, is in the admin."""


class Density(models.TextChoices):
    """How much of the guide the factor page shows."""

    FULL = "full", "Full guidance"
    KEY_POINTS = "key_points", "Key points"


class Team(models.Model):
    """A team of social workers, with one or more managers."""

    name = NameField(max_length=100)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="team_names_are_unique",
                violation_error_message="There is a team of this name already",
            ),
            *clean_text_constraints("team", "name"),
            *clean_name_constraints("team", "name"),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(DjangoUserManager["User"]):
    """Creates and finds people; `createsuperuser` creates an administrator."""

    def with_user_name(self, name: str) -> User | None:
        """Return the person of this user name; only the capitals of A to Z do not matter."""
        if not name.isprintable():
            return None  # the database can store none such
        found = self.filter(username__iexact=name)
        return next((person for person in found if are_same(person.username, name)), None)

    def create_superuser(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **extra_fields: Any,
    ) -> User:
        """Create an administrator; raise ValidationError where the password may not be used.

        The command asks the same at a keyboard and lets a person go on all the same, and asks
        nothing of DJANGO_SUPERUSER_PASSWORD.
        """
        extra_fields.setdefault("role", Role.ADMINISTRATOR)
        if password is not None:
            person = self.model(username=username, email=email or "", **extra_fields)
            validate_password(password, person)
        return super().create_superuser(username, email, password, **extra_fields)


class User(AbstractUser):
    """A person who signs in. What they may see follows from role and teams."""

    # Django's way to leave a parent's field out.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(
        "user name",
        max_length=150,
        unique=True,
        validators=[UserNameValidator()],
        error_messages={"unique": "Somebody has this user name already"},
    )
    name = NameField("full name", max_length=150)
    role = models.CharField(max_length=20, choices=Role)
    density = models.CharField(max_length=20, choices=Density, default=Density.FULL)
    shortcuts = models.BooleanField(
        default=True, help_text="Whether single keys do things on the factor page"
    )
    shows_shortcuts = models.BooleanField(
        default=False, help_text="Whether the factor page lists those keys"
    )
    shows_code_words = models.BooleanField(
        default=False, help_text="Whether the guide’s words stand below each selected code"
    )
    shows_review_guidance = models.BooleanField(
        default=True, help_text="Whether the guide’s words stand open below each code under review"
    )
    exports_restricted = models.BooleanField(
        "may export restricted records",
        default=False,
        db_default=False,
        help_text="Whether a data officer may make census files, which hold restricted records too",
    )
    teams = models.ManyToManyField(Team, through="Membership", related_name="people")

    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                name="person_has_a_role", condition=models.Q(role__in=Role.values)
            ),
            models.CheckConstraint(
                name="only_data_officers_export_restricted_records",
                condition=models.Q(exports_restricted=False) | models.Q(role=Role.DATA_OFFICER),
                violation_error_message="Only a data officer may export restricted records",
            ),
            # Sign-in ignores capitals, and could not tell two such people apart.
            models.UniqueConstraint(
                Lower("username"),
                name="user_names_differ_by_more_than_capitals",
                violation_error_message="Somebody has this user name already",
            ),
            *clean_text_constraints("person", "name", "username", "email", optional=["email"]),
            *clean_name_constraints("person", "name", "username"),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the person's password; hash it anew where it was hashed as before.

        Django's own would write it also where another password was set during the hashing.
        """
        before = self.password

        def hash_anew(password: str | None) -> None:
            hashed = make_password(password)
            if User.objects.filter(pk=self.pk, password=before).update(password=hashed):
                self.password = hashed

        return check_password(raw_password, before, hash_anew)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_social_worker(self) -> bool:
        return self.role == Role.SOCIAL_WORKER

    @property
    def is_team_manager(self) -> bool:
        return self.role == Role.TEAM_MANAGER

    @property
    def is_data_officer(self) -> bool:
        return self.role == Role.DATA_OFFICER

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR


class Membership(models.Model):
    """A person's place in a team; managers may have several."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "team"],
                name="one_membership_of_a_team_for_each_person",
                violation_error_message="This person is in the team already",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class HeldForm(models.Model):
    """An unsent draft: what a person typed when their sign-in had ended, encrypted.

    See `form_recovery`. The class keeps an older name, since renaming a model renames its content
    type, and its table.
    """

    token_hash = models.CharField(max_length=64, primary_key=True)
    path = models.TextField()
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    body = models.BinaryField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Held for {self.person}"


class Session(AbstractBaseSession):
    """A browser's session, with its person once they have signed in; see `sessions`."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store


class SignInChangeKind(models.TextChoices):
    """What can change about how a person signs in, or throws doubt on it."""

    FACTOR_ADDED = "factor_added", "Second factor added"
    FACTOR_REMOVED = "factor_removed", "Second factor taken away"
    CODES_MADE = "codes_made", "Recovery codes made"
    LINKED = "linked", "Single sign-on linked"
    UNLINKED = "unlinked", "Single sign-on unlinked"
    SESSIONS_ENDED = "sessions_ended", "Signed out everywhere"
    PASSKEY_REFUSED = "passkey_refused", "Passkey refused, since it may have been copied"


class SignInChange(models.Model):
    """A change to how a person signs in, and who made it. Rows are only added."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_in_changes")
    what = models.CharField(max_length=20, choices=SignInChangeKind)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="sign_in_change_is_of_a_known_kind",
                condition=models.Q(what__in=SignInChangeKind.values),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.person}"
