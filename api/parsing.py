"""The one parser: JSON, strictly, so that nothing is misread in silence and nothing cannot be stored."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import BaseParser

from accounts import strict_json
from api.problems import Refusal
from referral.pathway.refusals import InputError

DEEPEST = 16


class StrictJSONParser(BaseParser):
    """UTF-8 JSON without repeated names, numbers that are none, deep nesting or text that cannot be kept."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value. Raises Refusal (400, 413) or InputError."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise too_large()
        return read(raw)


def read(raw: bytes) -> Any:
    """The value of a JSON text. Raises Refusal (400) or InputError."""
    try:
        return strict_json.loads(raw, deepest=DEEPEST)
    except strict_json.MalformedJSON as error:
        raise malformed() from error
    except strict_json.UnstorableText as error:
        message = _("This has signs that are no text. Type it again.")
        raise InputError((error.path, "invalid_text", message)) from error


def too_large() -> Refusal:
    return Refusal(413, "too_large", _("A request may have 1 MiB at most. Send less at once."))


def malformed() -> Refusal:
    return Refusal(400, "malformed", _("The body is not valid JSON. Nothing was changed."))
