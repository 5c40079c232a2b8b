"""SMART App Launch 2: sent here from a patient record, and reading there what the form can use.

Only addresses of an integration's record are called, through the guard of channels: public machines, or those
in the operator's own networks; bounded in time and size; no redirect is followed.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

from accounts import clock, strict_json
from integrations import own_key
from integrations.models import Integration
from notifications.channels.base import AddressError, ChannelError
from notifications.channels.http import Answer, Bounds, call
from notifications.channels.targets import target_url

log = structlog.get_logger(__name__)
SCOPES = "launch patient/Patient.rs patient/Observation.rs patient/Condition.rs"
SECONDS = 6.0
MOST_BYTES = 2 * 1024 * 1024
DEEPEST = 40
LONGEST_LAUNCH = 2000
FORM = "application/x-www-form-urlencoded"
TEXTS = {
    "unknown_record": _("This patient record is not connected here. Ask your administrator to connect it."),
    "other_hospital": _("This patient record belongs to a hospital that you do not refer for."),
    "no_launch": _("The patient record did not say which patient this is about. Open it from there again."),
    "away": _("The patient record does not answer now. Try again from there, or enter the case by hand."),
    "not_understood": _(
        "The patient record answered something that cannot be understood. Enter the case by hand and tell "
        "your administrator."
    ),
    "too_large": _("The patient record answered with more than can be read. Enter the case by hand."),
    "no_pkce": _("The patient record does not offer a safe way to launch (PKCE with S256)."),
    "state": _("This launch was used already, or is too old. Open it from the patient record again."),
    "refused": _("The patient record refused the launch. Ask its administrator what this program may read."),
    "no_patient": _("The patient record named no patient. Open it from a patient's page there."),
    "two_patients": _("The patient record sent data of more than one patient. Nothing of it was taken."),
}


class LaunchFailed(Exception):
    """A launch that comes to nothing; `code` is one of TEXTS, `integration` whose record it is, if known."""

    def __init__(self, code: str, integration: Integration | None = None) -> None:
        super().__init__(code)
        self.code, self.integration = code, integration

    @property
    def message(self) -> Any:
        return TEXTS[self.code]


@dataclass(frozen=True)
class Begun:
    """A launch that was begun: where the browser goes, and what has to be kept until it comes back."""

    url: str
    state: str
    kept: Mapping[str, str]


@dataclass(frozen=True)
class Granted:
    """What the record's server gave: an access token for one patient."""

    token: str
    patient: str


def redirect_uri() -> str:
    return f"{settings.BASE_URL}/smart/callback/"


def integration_at(iss: str) -> Integration:
    """The active integration whose record is at `iss`. Raises LaunchFailed."""
    rows = Integration.objects.select_related("hospital", "account")
    address = iss.rstrip("/").replace("\x00", "")
    row = rows.filter(fhir_base=address, is_active=True).exclude(fhir_base="").first()
    if row is None or not row.smart_client_id:
        raise LaunchFailed("unknown_record")
    return row


def begin(integration: Integration, launch: str) -> Begun:
    """Ask the record's server where to send the browser. Raises LaunchFailed."""
    if not 0 < len(launch) <= LONGEST_LAUNCH:
        raise LaunchFailed("no_launch", integration)
    said = _json(integration, f"{integration.fhir_base}/.well-known/smart-configuration")
    methods = said.get("code_challenge_methods_supported", [])
    if not isinstance(methods, list) or "S256" not in methods:
        raise LaunchFailed("no_pkce", integration)
    authorize, token = (
        _address(integration, said.get(name)) for name in ("authorization_endpoint", "token_endpoint")
    )
    client = WebApplicationClient(integration.smart_client_id)
    verifier, state = client.create_code_verifier(64), secrets.token_urlsafe(32)
    asked = {
        "response_type": "code",
        "client_id": integration.smart_client_id,
        "redirect_uri": redirect_uri(),
        "scope": SCOPES,
        "state": state,
        "aud": integration.fhir_base,
        "launch": launch,
        "code_challenge": client.create_code_challenge(verifier, "S256"),
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(authorize).query else "?"
    kept = {"integration": str(integration.pk), "verifier": verifier, "token_url": token}
    methods = said.get("token_endpoint_auth_methods_supported", [])
    kept["auth"] = own_key.METHOD if isinstance(methods, list) and own_key.METHOD in methods else ""
    return Begun(f"{authorize}{joint}{urlencode(asked)}", state, kept)


def exchange(integration: Integration, *, code: str, kept: Mapping[str, str]) -> Granted:
    """The access token for a code. Raises LaunchFailed."""
    client = WebApplicationClient(integration.smart_client_id)
    body = client.prepare_request_body(
        code=code,
        redirect_uri=redirect_uri(),
        code_verifier=kept["verifier"],
        include_client_id=not integration.smart_secret,
        **_proof(integration, kept),
    )
    headers = {"Content-Type": FORM, "Accept": "application/json"} | _basic(integration)
    answer = _called(integration, "POST", kept["token_url"], body.encode(), headers)
    if not answer.is_yes:
        raise LaunchFailed("refused", integration)
    try:
        said = client.parse_request_body_response(answer.body.decode())
    except (OAuth2Error, ValueError) as error:
        raise LaunchFailed("not_understood", integration) from error
    token, patient = said.get("access_token"), said.get("patient")
    if not isinstance(token, str) or str(said.get("token_type", "")).lower() != "bearer":
        raise LaunchFailed("not_understood", integration)
    if not isinstance(patient, str) or not 0 < len(patient) <= 64:
        raise LaunchFailed("no_patient", integration)
    return Granted(token, patient)


def read(integration: Integration, granted: Granted, path: str) -> dict[str, Any]:
    """A resource of the record, such as `Patient/7` or a search. Raises LaunchFailed."""
    headers = {"Authorization": f"Bearer {granted.token}", "Accept": "application/fhir+json"}
    return _json(integration, f"{integration.fhir_base}/{path}", headers)


def as_parameter(text: str) -> str:
    return quote(text, safe="")


def _proof(integration: Integration, kept: Mapping[str, str]) -> dict[str, str]:
    """What a confidential client without a secret proves itself with, where the record's server hears it."""
    if integration.smart_secret or kept["auth"] != own_key.METHOD or not own_key.is_there():
        return {}
    signed = own_key.assertion(integration.smart_client_id, kept["token_url"], clock.wall())
    return {"client_assertion_type": own_key.ASSERTION_TYPE, "client_assertion": signed}


def _basic(integration: Integration) -> dict[str, str]:
    """The header of a confidential client; none of a public one."""
    if not integration.smart_secret:
        return {}
    pair = f"{quote(integration.smart_client_id, safe='')}:{quote(integration.smart_secret, safe='')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _address(integration: Integration, given: Any) -> str:
    try:
        return target_url(given if isinstance(given, str) else "", field="address")
    except AddressError as error:
        raise LaunchFailed("not_understood", integration) from error


def _json(integration: Integration, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    answer = _called(integration, "GET", url, b"", headers or {"Accept": "application/json"})
    if not answer.is_yes:
        raise LaunchFailed("refused" if answer.status in (401, 403) else "away", integration)
    try:
        value = strict_json.loads(answer.body, deepest=DEEPEST)
    except (strict_json.MalformedJSON, strict_json.UnstorableText) as error:
        raise LaunchFailed("not_understood", integration) from error
    if not isinstance(value, dict):
        raise LaunchFailed("not_understood", integration)
    return value


def _called(
    integration: Integration, method: str, url: str, body: bytes, headers: Mapping[str, str]
) -> Answer:
    bounds = Bounds(is_guarded=True, most_bytes=MOST_BYTES, seconds=SECONDS)
    try:
        answer = call(method, url, body=body, headers=headers, bounds=bounds)
    except ChannelError as error:
        log.warning("smart_record_away", integration=str(integration.pk), error=str(error)[:120])
        raise LaunchFailed("away", integration) from error
    if answer.is_cut:
        raise LaunchFailed("too_large", integration)
    return answer
