import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from config import static
from config.adapters import EncryptingMFAAdapter

pytestmark = pytest.mark.django_db


def policy_of(client: Client, path: str) -> dict[str, list[str]]:
    header = client.get(path)["Content-Security-Policy"]
    return {words[0]: words[1:] for words in (part.split() for part in header.split(";"))}


def test_a_page_may_load_from_its_own_origin_only_and_run_nothing_inline(client: Client) -> None:
    policy = policy_of(client, reverse("account_login"))
    assert policy["default-src"] == ["'none'"]
    assert policy["connect-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]
    for directive in ("script-src", "style-src"):
        assert set(policy[directive]) <= {"'self'", *(word for word in policy[directive] if "nonce-" in word)}
    assert not any("unsafe" in word or word == "*" for words in policy.values() for word in words)


def test_answers_forbid_sniffing_framing_and_telling_where_one_came_from(client: Client) -> None:
    answer = client.get(reverse("account_login"))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_nobody_can_make_an_account_for_themselves(client: Client) -> None:
    from accounts.models import User

    data = {"email": "someone@elsewhere.example", "password1": "long enough to be taken"}
    client.post(reverse("account_signup"), data)
    client.post("/_allauth/app/v1/auth/signup", data, content_type="application/json")
    assert not User.objects.exists()


def test_sign_in_is_refused_for_a_while_after_several_wrong_passwords(client: Client) -> None:
    from accounts.models import User

    User.objects.create_user("doctor@hospital.example", "the right pass phrase")
    guess = {"email": "doctor@hospital.example", "password": "wrong"}
    statuses = [
        client.post("/_allauth/app/v1/auth/login", guess, content_type="application/json").status_code
        for _ in range(6)
    ]
    assert statuses[0] == 400
    assert statuses[-1] in (400, 429)
    right = {"email": "doctor@hospital.example", "password": "the right pass phrase"}
    assert (
        client.post("/_allauth/app/v1/auth/login", right, content_type="application/json").status_code != 200
    )


def test_a_second_factors_secret_is_stored_encrypted() -> None:
    adapter = EncryptingMFAAdapter()
    stored = adapter.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in stored
    assert adapter.decrypt(stored) == "JBSWY3DPEHPK3PXP"


def test_pages_name_exactly_the_package_files_that_are_served() -> None:
    rooms = ("portal", "api", "accounts", "notifications")
    pages = [page for room in rooms for page in (settings.BASE_DIR / room).rglob("*.html")]
    named = {name for page in pages for name in re.findall(r"static ['\"]vendor/([^'\"]+)", page.read_text())}
    assert named == set(static.FILES)


def test_every_package_file_a_page_may_use_is_there_and_nothing_else_of_the_packages() -> None:
    for file in static.FILES:
        path = finders.find(f"vendor/{file}")
        assert path and Path(str(path)).is_file(), file
    assert not finders.find("vendor/htmx.org/package.json")
    assert not finders.find("vendor/../package.json")
    assert settings.STATIC_URL == "/static/"
