"""Hashers for tests: one that counts what is hashed, and one during which something happens."""

from collections.abc import Callable

from django.contrib.auth.hashers import MD5PasswordHasher

hashed: list[str] = []


class CountingHasher(MD5PasswordHasher):
    algorithm = "counting"

    def encode(self, password, salt):
        hashed.append(password)
        return super().encode(password, salt)


during: dict[str, Callable[[], object]] = {}
"""What happens while this password is hashed for the first time."""


class SlowHasher(MD5PasswordHasher):
    algorithm = "slow"

    def encode(self, password, salt):
        during.pop(password, lambda: None)()
        return super().encode(password, salt)
