from tests.accounts.conftest import _no_tries_counted, ada, ben, make_person, sign_in

__all__ = ["_no_tries_counted", "ada", "ben", "make_person", "sign_in"]
