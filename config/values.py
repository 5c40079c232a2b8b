"""Kinds of values that settings have, and what each says about a malformed one."""

import base64
import binascii
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator


def words(value: Any) -> Any:
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def url_of(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        if urlsplit(value).scheme not in schemes:
            raise ValueError(f"must be an address that starts with {' or '.join(f'{s}://' for s in schemes)}")
        return value

    return AfterValidator(check)


def key_of_32_bytes(value: str) -> str:
    try:
        length = len(base64.urlsafe_b64decode(value))
    except (binascii.Error, ValueError):
        length = 0
    if length != 32:
        raise ValueError("must be 32 random bytes in URL-safe base64 (python -m config.keys makes them)")
    return value


Words = Annotated[tuple[str, ...], BeforeValidator(words)]
WebAddress = Annotated[str, url_of("http", "https")]
