"""Identifiers that sort by the moment they were made and that a phone may make while offline."""

import uuid

import uuid_utils.compat


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562)."""
    return uuid_utils.compat.uuid7()
