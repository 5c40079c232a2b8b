"""The library's addresses of signing in, for browsers and for the app: what they are to whom.

A route that differs for people and strangers says so; the statuses of others are those of an empty request.
"""

from tests.permissions.rows import PEOPLE, Row

APP = "_allauth/app/v1"

PAGES_FOR_ALL = {
    "accounts/inactive/": 200,
    "accounts/confirm-email/": 200,
    "accounts/password/reset/": 200,
    "accounts/password/reset/done/": 200,
    "accounts/password/reset/key/done/": 200,
    "accounts/email/": 404,
    "accounts/3rdparty/login/cancelled/": 200,
    "accounts/3rdparty/login/error/": 401,
    "accounts/2fa/authenticate/": 302,
    "accounts/3rdparty/signup/": 302,
    **dict.fromkeys(
        (f"accounts/social/{page}/" for page in ("login/cancelled", "login/error", "signup", "connections")),
        301,
    ),
}
"""The same to everybody, signed in or not: nothing of a person is there."""

OF_ONES_OWN = {
    **dict.fromkeys(("reauthenticate/", "password/change/", "2fa/", "2fa/webauthn/", "3rdparty/"), 200),
    **dict.fromkeys(
        (
            *("password/set/", "2fa/reauthenticate/", "2fa/totp/activate/", "2fa/webauthn/add/"),
            *("2fa/recovery-codes/generate/", "2fa/webauthn/reauthenticate/", "login/code/confirm/"),
        ),
        302,
    ),
    **dict.fromkeys(("2fa/totp/deactivate/", "2fa/recovery-codes/", "2fa/recovery-codes/download/"), 404),
}
"""Pages of one's own account: whoever is not signed in is led to sign-in."""

APP_FOR_ALL = {
    ("GET", "config"): 200,
    ("POST", "auth/login"): 400,
    ("POST", "auth/signup"): 404,
    ("POST", "auth/password/request"): 400,
    ("POST", "auth/password/reset"): 400,
    ("POST", "auth/email/verify"): 400,
    ("POST", "auth/email/verify/resend"): 409,
    ("POST", "auth/phone/verify"): 409,
    ("POST", "auth/phone/verify/resend"): 409,
    ("POST", "auth/code/confirm"): 409,
    ("GET", "account/email"): 404,
    ("POST", "auth/provider/signup"): 404,
    ("POST", "auth/provider/token"): 400,
}
"""Requests of the app that need no session; empty, they are refused for what is missing."""

ELSEWHERE = {
    r"^(?:accounts/email/|_allauth/\w+/v1/(?:account/email|auth/(?:\w+/)?signup))$": "closed to everybody",
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": "a link by mail; tests/accounts/test_sign_in.py",
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "tests/accounts/test_sign_in.py",
    "accounts/oidc/^(?P<provider_id>[^/]+)/login/": "tests/accounts/test_sign_in.py",
    "accounts/oidc/^(?P<provider_id>[^/]+)/login/callback/": "tests/accounts/test_sign_in.py",
    "accounts/signup/": "closed; leads on whoever is signed in; tests/accounts/test_sign_in.py",
    "accounts/login/": "leads on whoever is signed in; tests/accounts/test_sign_in.py",
    "accounts/logout/": "ends a session; tests/accounts/test_sign_in.py",
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": "needs a fresh proof first; the library's own",
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": "needs a fresh proof first; the library's own",
    "accounts/2fa/webauthn/login/": "a challenge for everybody; tests/accounts/test_second_factor.py",
    **{
        f"{APP}/{path}": "of the session in the request; tests/api/test_sign_in.py"
        for path in (
            *("auth/session", "auth/reauthenticate", "auth/provider/redirect", "auth/2fa/authenticate"),
            *("auth/2fa/reauthenticate", "auth/webauthn/authenticate", "auth/webauthn/reauthenticate"),
            *("auth/webauthn/login", "account/password/change", "account/phone", "account/providers"),
            *("account/authenticators", "account/authenticators/totp", "account/authenticators/webauthn"),
            *("account/authenticators/recovery-codes", "tokens/refresh"),
        )
    },
    "admin/login/": "leads to the portal's sign-in; tests/accounts/test_sign_in.py",
    r"admin/^(?P<app_label>accounts|scoring|referral|account|mfa|socialaccount)/$": "the index, in part",
    r"admin/(?P<url>.*)$": "any other address",
}
"""Routes without a row of their own, and why."""

ROWS = (
    *(Row("GET", route, PEOPLE, status, open=True) for route, status in PAGES_FOR_ALL.items()),
    *(
        Row(method, f"{APP}/{path}", PEOPLE, status, open=True)
        for (method, path), status in APP_FOR_ALL.items()
    ),
    *(Row("GET", f"accounts/{path}", PEOPLE, status) for path, status in OF_ONES_OWN.items()),
)
