"""Sign-in and second factors for the app in the OpenAPI file: what the library serves here, and no more.

The library (django-allauth) ships a file of its own that covers everything it can be set up for. This one
says what this installation answers; `tests/api/test_sign_in_contract.py` compares both with its routes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from api.openapi.answers import COMMON, Json, headers
from api.openapi.enums import enumeration
from api.problems import MEDIA_TYPE
from api.vocabularies import SECOND_FACTORS

DEVICE_TOKEN: Json = {
    "name": "X-Device-Token",
    "in": "header",
    "description": "`meta.device_token` of an earlier sign-in on this device, which makes it known.",
    "schema": {"type": "string"},
}
ROOT = "/_allauth/app/v1/"
TAG = "sign-in"
TOKEN: list[Json] = [{"sessionToken": []}]
REF = "#/components/schemas/"


class Operation(NamedTuple):
    """One thing that the app can ask. `takes`, `gives`: names of schemas below; `refusals`: statuses.

    `token`: whether a session token is sent, also one of a sign-in that is not complete.
    """

    method: str
    path: str
    name: str
    summary: str
    gives: str
    takes: str = ""
    refusals: tuple[str, ...] = ()
    token: bool = True
    description: str = ""


PENDING = (
    "401 `second_factor_needed` is the way on where a second factor is set up: keep `meta.session_token` and "
    "send a code with it to `auth/2fa/authenticate`."
)
PROVE = "Needs a recent proof: 401 `second_proof_required` names in `data.flows` how to give one."

OPERATIONS: tuple[Operation, ...] = (
    Operation("get", "config", "sign_in_options", "How one can sign in here", "SignInOptions", token=False),
    Operation(
        *("post", "auth/login", "sign_in", "Sign in with e-mail address and password", "SignedIn"),
        *("PasswordSignInRequest", ("400", "401", "409", "429"), False, PENDING),
    ),
    Operation(
        *("post", "auth/2fa/authenticate", "send_code", "Complete a sign-in with a code", "SignedIn"),
        *("CodeRequest", ("400", "401", "409", "429")),
        description="A code of the authenticator app, or one of the recovery codes.",
    ),
    Operation(
        *("get", "auth/session", "session", "Who is signed in with this session token", "SignedIn", ""),
        ("401",),
    ),
    Operation(
        *("post", "auth/reauthenticate", "prove_password", "Prove again who you are, by password"),
        *("SignedIn", "PasswordProofRequest", ("400", "401", "429")),
    ),
    Operation(
        *("post", "auth/2fa/reauthenticate", "prove_code", "Prove again who you are, by a code"),
        *("SignedIn", "CodeRequest", ("400", "401", "429")),
    ),
    Operation(
        *("post", "auth/password/request", "request_password_reset", "Have a link for a new password mailed"),
        *("Acknowledged", "AddressRequest", ("400", "401", "429"), False),
        description="The same answer whether somebody has the address or not.",
    ),
    Operation(
        *("post", "account/password/change", "change_password", "Choose another password", "SignedIn"),
        *("PasswordChangeRequest", ("400", "401", "429")),
        description=(
            "Ends every other session and access token. Go on with `meta.session_token` of the answer: the "
            "one before is over, the refresh token stays. Answers 401 where it ends this sign-in too."
        ),
    ),
    Operation(
        *("get", "account/authenticators", "second_factors", "Your second factors", "SecondFactors", ""),
        ("401",),
    ),
    Operation(
        *("get", "account/authenticators/totp", "authenticator_app", "The authenticator app that is set up"),
        *("SecondFactorAnswer", "", ("401", "404", "409")),
        description="404 where there is none: `meta.secret` and `meta.totp_url` are for setting one up.",
    ),
    Operation(
        *("post", "account/authenticators/totp", "set_up_authenticator_app", "Set up an authenticator app"),
        *("SecondFactorAnswer", "CodeRequest", ("400", "401", "409", "429")),
        description=f"With a code of the secret that the GET gave. {PROVE}",
    ),
    Operation(
        *(
            "delete",
            "account/authenticators/totp",
            "remove_authenticator_app",
            "Take the authenticator app away",
        ),
        *("Acknowledged", "", ("401", "404")),
        description=PROVE,
    ),
    Operation(
        *(
            "get",
            "account/authenticators/recovery-codes",
            "recovery_codes",
            "The recovery codes not used yet",
        ),
        *("SecondFactorAnswer", "", ("401", "404")),
        description=PROVE,
    ),
    Operation(
        *("post", "account/authenticators/recovery-codes", "make_recovery_codes", "Make new recovery codes"),
        *("SecondFactorAnswer", "", ("400", "401")),
        description=f"Those before no longer count. {PROVE}",
    ),
)

LEFT_OUT: Mapping[str, str] = {
    "auth/password/reset": "the mailed link leads to the portal",
    "auth/session": "signing out answers 401, which generators refuse: `DELETE /api/v1/me/sessions/current`",
    "auth/2fa/trust": "for browsers only",
    "auth/provider/redirect": "the hospital's own sign-in leads through a browser",
    "auth/provider/token": "the hospital's own sign-in leads through a browser",
    "auth/webauthn/authenticate": "security keys are used in the portal",
    "auth/webauthn/reauthenticate": "security keys are used in the portal",
    "auth/webauthn/login": "security keys are used in the portal",
    "account/authenticators/webauthn": "security keys are set up in the portal",
}
"""Addresses that the library serves and the file does not promise, and why."""


def _object(required: Json, optional: Json | None = None, about: str = "") -> Json:
    return {
        "type": "object",
        **({"description": about} if about else {}),
        "properties": {**required, **(optional or {})},
        "required": list(required),
    }


def _open(required: Json) -> Json:
    """An object that may have more members, which mean nothing here."""
    return {**_object(required), "additionalProperties": True}


def _list_of(schema: Json) -> Json:
    return {"type": "array", "items": schema}


def _answer(data: Json, meta: Json | None = None) -> Json:
    return _object(
        {"status": {"type": "integer", "const": 200}, "data": data}, {"meta": meta} if meta else {}
    )


TEXT: Json = {"type": "string"}
SECRET: Json = {"type": "string", "format": "password"}
SECONDS: Json = {"type": "number", "description": "seconds since 1970"}
FLAG: Json = {"type": "boolean"}
NUMBER: Json = {"type": "integer"}
META = {
    "session_token": {**TEXT, "description": "for the header `X-Session-Token`; only where it is new"},
    "access_token": TEXT,
    "device_token": {**TEXT, "description": "makes this device known: keep it for ever, on this device only"},
    "refresh_token": {**TEXT, "description": "for `POST /api/v1/sessions/refresh`, to be used once"},
    "expires_in": {**NUMBER, "description": "seconds that the session token lives"},
}
SCHEMAS: Mapping[str, Json] = {
    "PasswordSignInRequest": _object({"email": {"type": "string", "format": "email"}, "password": SECRET}),
    "CodeRequest": _object({"code": {"type": "string", "minLength": 1}}),
    "PasswordProofRequest": _object({"password": SECRET}),
    "AddressRequest": _object({"email": {"type": "string", "format": "email"}}),
    "PasswordChangeRequest": _object({"new_password": SECRET}, {"current_password": SECRET}),
    "SignInErrorRow": _object(
        {"field": TEXT, "code": TEXT, "message": TEXT},
        {"param": {**TEXT, "description": "the field, under the name that the sign-in library has for it"}},
    ),
    "SignInFlow": _object(
        {"id": {**TEXT, "examples": ["mfa_authenticate"]}},
        {
            "is_pending": FLAG,
            "types": _list_of({"$ref": f"{REF}SecondFactorKind"}),
            "providers": _list_of(TEXT),
        },
        "A way on: the pending one is what is asked for now.",
    ),
    "SignedInPerson": _object(
        {"id": {"type": "string", "format": "uuid"}, "display": TEXT, "has_usable_password": FLAG},
        {"email": {"type": "string", "format": "email"}},
    ),
    "SignInMethod": _object(
        {"method": {**TEXT, "examples": ["password", "mfa"]}, "at": SECONDS},
        {
            **{"email": TEXT, "reauthenticated": FLAG, "type": {"$ref": f"{REF}SecondFactorKind"}},
            **{"id": NUMBER, "provider": TEXT, "uid": TEXT},
        },
    ),
    "SignedIn": _answer(
        _object(
            {
                "user": {"$ref": f"{REF}SignedInPerson"},
                "methods": _list_of({"$ref": f"{REF}SignInMethod"}),
            },
            {"flows": _list_of({"$ref": f"{REF}SignInFlow"})},
        ),
        _object({"is_authenticated": FLAG}, META),
    ),
    "Acknowledged": _object({"status": {"type": "integer", "const": 200}}, {"meta": _object({}, META)}),
    "SecondFactor": _object(
        {
            "type": {"$ref": f"{REF}SecondFactorKind"},
            "created_at": SECONDS,
            "last_used_at": {"type": ["number", "null"], "description": "seconds since 1970"},
        },
        {
            **{"total_code_count": NUMBER, "unused_code_count": NUMBER, "unused_codes": _list_of(TEXT)},
            **{"id": NUMBER, "name": TEXT, "is_passwordless": FLAG},
        },
        "The later members belong to recovery codes, or to security keys.",
    ),
    "SecondFactors": _answer(_list_of({"$ref": f"{REF}SecondFactor"})),
    "SecondFactorAnswer": _answer(
        {"$ref": f"{REF}SecondFactor"}, _object({}, {"recovery_codes_generated": FLAG, **META})
    ),
    "SignInOptions": _answer(
        _open(
            {
                "account": _open({"login_methods": _list_of(TEXT), "is_open_for_signup": FLAG}),
                "mfa": _open(
                    {
                        "supported_types": _list_of({"$ref": f"{REF}SecondFactorKind"}),
                        "passkey_login_enabled": FLAG,
                    }
                ),
            }
        )
    ),
}


def _problem(common: Json) -> Json:
    """A refusal of sign-in: a problem, with the ways on and the token of what was begun."""
    row = {"$ref": f"{REF}SignInErrorRow"}
    meta = {
        **{"is_authenticated": FLAG, **META},
        "secret": {**TEXT, "description": "of an authenticator app to be set up"},
        "totp_url": {**TEXT, "description": "the same as a link, for a QR code"},
    }
    data = {
        "flows": {**_list_of({"$ref": f"{REF}SignInFlow"}), "description": "the ways on"},
        "user": {"$ref": f"{REF}SignedInPerson"},
        "methods": _list_of({"$ref": f"{REF}SignInMethod"}),
    }
    more = {
        "errors": _list_of(row),
        "data": _object({}, data),
        "meta": _object({}, meta),
    }
    return {**common, "description": _problem.__doc__, "properties": {**common["properties"], **more}}


def add_sign_in(result: Json, **_kwargs: Any) -> Json:
    """Postprocessing hook: the app's sign-in beside the API."""
    components = result["components"]
    schemas = components["schemas"]
    schemas |= {**SCHEMAS, SECOND_FACTORS.name: enumeration(SECOND_FACTORS)}
    schemas |= {"SignInProblem": _problem(schemas["Problem"])}
    components["parameters"]["DeviceToken"] = DEVICE_TOKEN
    components["responses"]["SignInRefused"] = {
        "description": "`code` says why, and `data.flows` how to go on with `meta.session_token`. 410 "
        "`session_ended`: the `X-Session-Token` that was sent has ended; sign in without it.",
        "headers": headers("Retry-After", *COMMON),
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"{REF}SignInProblem"}}},
    }
    for row in OPERATIONS:
        result["paths"].setdefault(f"{ROOT}{row.path}", {})[row.method] = _described(row)
    return result


def _described(row: Operation) -> Json:
    body = {"content": {"application/json": {"schema": {"$ref": f"{REF}{row.takes}"}}}, "required": True}
    return {
        "operationId": row.name,
        "summary": row.summary,
        **({"description": row.description} if row.description else {}),
        "tags": [TAG],
        "parameters": [
            {"$ref": f"#/components/parameters/{name}"} for name in ("DeviceToken", "AcceptLanguage")
        ],
        **({"requestBody": body} if row.takes else {}),
        "security": TOKEN if row.token else [],
        "responses": dict(sorted(_answers(row).items())),
    }


def _answers(row: Operation) -> Json:
    refused = {"400", "410", *row.refusals, "500", "503"} | ({"413"} if row.takes else set())
    answers: Json = {status: {"$ref": "#/components/responses/SignInRefused"} for status in refused}
    if row.gives:
        content = {"application/json": {"schema": {"$ref": f"{REF}{row.gives}"}}}
        answers["200"] = {"description": "Done.", "headers": headers(*COMMON), "content": content}
    return answers
