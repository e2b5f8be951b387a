"""Pages of a signed-in person are not stored by the browser or a cache."""

import pytest

from cinfactors.accounts.models import Role, User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/assessments/", "/guidance/", "/account/password/", "/none/"])
def test_pages_for_a_signed_in_person_are_not_stored(client, address):
    client.force_login(User.objects.create(username="asha", name="Asha", role=Role.SOCIAL_WORKER))
    assert "no-store" in client.get(address)["Cache-Control"]


def test_the_authoritys_stylesheet_may_be_cached(client):
    assert client.get("/authority.css")["Cache-Control"] == "max-age=3600, public"
