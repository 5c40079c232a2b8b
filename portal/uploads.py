"""What every form that sends a file asks of the request before it reads the file."""

from uuid import UUID

from django.http import HttpRequest

from accounts.ids import is_identifier, new_id
from files.intake import MOST_BYTES

FORM_BYTES = 64 * 1024
"""What a form may need beside the file itself."""


def is_too_long(request: HttpRequest) -> bool:
    """Whether the request says that it holds more than one file of the largest size and its form."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) > MOST_BYTES + FORM_BYTES


def id_given(given: str) -> UUID:
    """The id that the browser made for a file, so that it is sent once; a new one where it made none."""
    try:
        id = UUID(given)
    except ValueError:
        return new_id()
    return id if is_identifier(id) else new_id()
