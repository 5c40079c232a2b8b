"""The OpenAPI file's generator: always in English, every operation with the common refusal."""

from typing import Any

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object

from api.problems import MEDIA_TYPE

PROBLEM = "#/components/schemas/Problem"
GUIDE = """\
Referral of patients with acute-on-chronic liver failure, for the mobile app and for programs.

**Sign-in.** `POST /_allauth/app/v1/auth/login` with `{"email", "password"}` gives `meta.session_token`, to be
sent as `X-Session-Token`; where a second factor is set up, `POST /_allauth/app/v1/auth/2fa/authenticate` with
`{"code"}` and that token completes it. A program uses an access token made under `/me/tokens`.

**What you may not see does not exist** (404). What your role does not allow on a case you see is a 403, and
`allowed_verbs` of the case always says what you can do now.

**Repeating.** Ids may be made by the client (UUIDv7). A POST with an `Idempotency-Key` that is sent again is
done once. A verb with `If-Match` is refused (412) when the case has changed since it was read.

**Errors** are `application/problem+json` with a stable `code`, and `errors` by field, in the language of
`Accept-Language` (Chinese unless it asks for English). Values beyond a soft limit answer 422 with the code
`needs_confirmation`: send them again with their names in `confirmed`.

**Who the patient is.** A number, or name and birth date, finds candidates, and a person confirms: a 422
with the code `confirm_identity` is answered by sending the case again with `confirmed_same` or
`confirmed_different` of the patient. A 409 `open_case_exists` whose `confirmable` is true is answered by
`confirmed_different` where it is somebody else. Nothing stored of a patient is changed by a match.

**Times** are RFC 3339 with offset. **Lists** are pages of `results` with `next`, to be sent as `cursor`.

The risk model is provisional: it informs and never decides.
"""


class Schema(AutoSchema):
    """Names components as their shapes are named, without the suffix."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        name: str = super().get_serializer_name(serializer, direction)
        return name.removesuffix("Shape")


class Generator(SchemaGenerator):
    """As the library's; what people read is English whatever language the process runs in."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        with translation.override("en"):
            schema: dict[str, Any] = super().get_schema(request, public)  # type: ignore[no-untyped-call]
            schema["info"]["description"] = GUIDE
        return schema


def add_other_refusals(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Postprocessing hook: any other status is a problem too."""
    other = {"description": "Any other refusal.", "content": {MEDIA_TYPE: {"schema": {"$ref": PROBLEM}}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = other
    return result


class AccessTokenScheme(OpenApiAuthenticationExtension):
    target_class = "api.authentication.AccessTokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            **build_bearer_security_scheme_object("Authorization", "Bearer"),
            "description": "A personal access token, made under /me/tokens.",
        }


class SessionTokenScheme(OpenApiAuthenticationExtension):
    target_class = "api.authentication.SessionTokenAuthentication"
    name = "sessionToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-Session-Token",
            "description": "The app's sign-in: `meta.session_token` of /_allauth/app/v1/auth/login.",
        }


class CookieScheme(OpenApiAuthenticationExtension):
    target_class = "api.authentication.CookieAuthentication"
    name = "portalSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The portal's session; what changes something also needs X-CSRFToken.",
        }
