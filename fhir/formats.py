"""What comes and goes: FHIR in JSON, and nothing else."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts import strict_json
from fhir.outcomes import refused

MEDIA_TYPE = "application/fhir+json"
DEEPEST = 32
FORMATS = frozenset({"json", "application/json", "application/fhir+json", "text/json"})
ANY = ("*/*", "application/*", "application/json", "application/fhir+json", "text/json")


class FhirRenderer(JSONRenderer):
    media_type = MEDIA_TYPE
    format = "json"


class FhirParser(BaseParser):
    """One JSON object, as `accounts.strict_json` reads it."""

    media_type = MEDIA_TYPE

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The object. Raises Refused (400, 413)."""
        limit = settings.FHIR_MOST_BYTES
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise too_large()
        return read_json(raw)


class PlainJsonParser(FhirParser):
    media_type = "application/json"


def read_json(raw: bytes) -> Any:
    """The value of a body. Raises Refused."""
    try:
        return strict_json.loads(raw, deepest=DEEPEST)
    except strict_json.MalformedJSON as error:
        text = _("The body is not valid JSON. Nothing was changed.")
        raise refused(400, text, kind="structure", code="malformed") from error
    except strict_json.UnstorableText as error:
        text = _("This has signs that are no text. Type it again.")
        raise refused(400, text, error.path, kind="value") from error


def too_large() -> Exception:
    megabytes = settings.FHIR_MOST_BYTES // 1024 // 1024
    text = _("A request may have %(most)s MiB at most. Send less at once.") % {"most": megabytes}
    return refused(413, text, code="too_large")


class JsonOnly(DefaultContentNegotiation):
    """FHIR JSON for everybody who takes it; `_format` counts more than the header `Accept`."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        asked = request.query_params.get("_format")
        accepted = [part.partition(";")[0].strip().lower() for part in _accepted(request)]
        is_taken = asked.replace(" ", "+") in FORMATS if asked else any(part in ANY for part in accepted)
        if not is_taken:
            raise refused(406, _("Only JSON is served: ask for application/fhir+json."), code="format")
        return renderers[0], renderers[0].media_type


def _accepted(request: Request) -> list[str]:
    return str(request.headers.get("Accept") or "*/*").split(",")
