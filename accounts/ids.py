"""Identifiers that sort by the moment they were made and that a phone may make while offline."""

import uuid

import uuid_utils.compat

VERSIONS = range(1, 9)


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562)."""
    return uuid_utils.compat.uuid7()


def is_identifier(given: uuid.UUID) -> bool:
    """Whether somebody made this id to be unique: not the nil or the max UUID, nor digits typed by hand."""
    return given.variant == uuid.RFC_4122 and given.version in VERSIONS
