"""A hasher that counts, so that a test can check that nothing was hashed."""

from django.contrib.auth.hashers import MD5PasswordHasher

hashed: list[str] = []


class CountingHasher(MD5PasswordHasher):
    algorithm = "counting"

    def encode(self, password, salt):
        hashed.append(password)
        return super().encode(password, salt)
