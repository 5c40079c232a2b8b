"""The library's addresses of signing in, for browsers and for the app, that `config.urls` leaves open.

It knows no roles, so that one person stands for all; each request is an empty one. What its list of addresses
has beyond these is closed to everybody, which is tried too.
"""

import re

from config.urls import NOT_OURS
from tests.permissions.routes import PARAMETER, filled, routes
from tests.permissions.rows import PEOPLE, Row

APP = "_allauth/app/v1"

PAGES = {
    "login/": (200, 302),
    "logout/": (302, 200),
    "inactive/": (200, 200),
    "reauthenticate/": (302, 200),
    "password/change/": (302, 200),
    "password/reset/": (200, 200),
    "password/reset/done/": (200, 200),
    "password/reset/key/done/": (200, 200),
    "2fa/": (302, 200),
    "2fa/authenticate/": (302, 302),
    "2fa/reauthenticate/": (302, 302),
    "2fa/totp/activate/": (302, 302),
    "2fa/totp/deactivate/": (302, 404),
    "2fa/recovery-codes/": (302, 404),
    "2fa/recovery-codes/generate/": (302, 302),
    "2fa/recovery-codes/download/": (302, 404),
    "2fa/webauthn/": (302, 200),
    "2fa/webauthn/add/": (302, 302),
    "2fa/webauthn/reauthenticate/": (302, 302),
    "2fa/webauthn/keys/<int:pk>/remove/": (302, 302),
    "2fa/webauthn/keys/<int:pk>/edit/": (302, 302),
    "2fa/webauthn/login/": (302, 302),
    "3rdparty/login/cancelled/": (200, 200),
    "3rdparty/login/error/": (401, 401),
}
"""By page: what a stranger and what somebody signed in is answered."""

APP_READS = {
    "config": (200, 200),
    "auth/session": (401, 200),
    "auth/password/reset": (400, 400),
    "auth/webauthn/login": (200, 200),
    "auth/webauthn/reauthenticate": (401, 200),
    "account/authenticators": (401, 200),
    "account/authenticators/totp": (401, 404),
    "account/authenticators/recovery-codes": (401, 404),
    "account/authenticators/webauthn": (401, 401),
}
APP_SENDS = {
    "auth/login": (400, 400),
    "auth/reauthenticate": (401, 400),
    "auth/password/request": (400, 400),
    "auth/password/reset": (400, 400),
    "auth/provider/redirect": (401, 401),
    "auth/provider/token": (400, 400),
    "auth/2fa/authenticate": (401, 401),
    "auth/2fa/reauthenticate": (401, 400),
    "auth/webauthn/authenticate": (401, 401),
    "auth/webauthn/login": (400, 400),
    "auth/webauthn/reauthenticate": (401, 400),
    "account/password/change": (401, 400),
    "account/authenticators/totp": (401, 400),
    "account/authenticators/recovery-codes": (401, 400),
    "account/authenticators/webauthn": (401, 400),
}
"""What the paths of the app answer; a missing session is a 401 there."""

ELSEWHERE = {
    NOT_OURS: "closes the others",
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": "closed",
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "a link by mail, tried with it",
    "accounts/oidc/^(?P<provider_id>[^/]+)/login/": "single sign-on, where it is set up",
    "accounts/oidc/^(?P<provider_id>[^/]+)/login/callback/": "single sign-on, where it is set up",
    "admin/login/": "leads to the portal's sign-in",
    r"admin/^(?P<app_label>accounts|scoring|integrations|referral)/$": "the index, in part",
    r"admin/(?P<url>.*)$": "any other address",
}
"""Routes without a row of their own, and why; `tests/accounts` tries them."""


def _row(method: str, route: str, stranger: int, person: int) -> Row:
    values = dict.fromkeys(PARAMETER.findall(route), "1")
    return Row(method, route, PEOPLE, person, strangers=stranger, values=values)


def _closed() -> list[str]:
    plain = [route for route in routes() if route.startswith(("accounts/", "_allauth/")) and "^" not in route]
    sample = {route: filled(route, dict.fromkeys(PARAMETER.findall(route), "1"))[1:] for route in plain}
    return [route for route, address in sample.items() if re.match(NOT_OURS, address)]


ROWS = (
    *(_row("GET", f"accounts/{path}", *statuses) for path, statuses in PAGES.items()),
    *(_row("GET", f"{APP}/{path}", *statuses) for path, statuses in APP_READS.items()),
    *(_row("POST", f"{APP}/{path}", *statuses) for path, statuses in APP_SENDS.items()),
    *(_row("GET", route, 404, 404) for route in _closed()),
)
