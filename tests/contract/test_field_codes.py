"""Every code that a field can be refused or doubted with is in the closed set, wherever it is written."""

import ast
from collections.abc import Iterator
from pathlib import Path

from rest_framework import fields, relations, serializers

from api.field_codes import FIELD_CODES
from api.v1 import fields as own_fields
from scoring.issues import MESSAGES

PACKAGES = ("api", "referral", "labs", "files", "notifications")
REFUSE = {"InputError", "ConfirmationNeeded", "IdentityQuestion", "PersonAsked"}
NOT_OF_THE_API = {"parse_error", "not_a_dict", "no_name", "invalid_image", "not_a_str", "no_match"}
"""What the framework says of kinds of fields that no request here has."""


def test_every_code_of_a_refused_field_is_in_the_closed_set() -> None:
    written = {code: path for path in _modules() for code in _codes(ast.parse(path.read_text()))}
    assert len(written) > 30, "the codes are found where they are written"
    assert {code: path for code, path in written.items() if code not in FIELD_CODES} == {}


def test_every_code_of_a_value_is_in_the_closed_set() -> None:
    assert set(MESSAGES) <= set(FIELD_CODES)


def test_every_code_of_the_fields_of_requests_is_in_the_closed_set() -> None:
    used = {
        code
        for module in (fields, own_fields)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, USED)
        for code in one.default_error_messages
    }
    assert used - NOT_OF_THE_API <= set(FIELD_CODES)


USED = (
    *(fields.BooleanField, fields.CharField, fields.UUIDField, fields.IntegerField, fields.FloatField),
    *(fields.ChoiceField, fields.ListField, serializers.Serializer, relations.RelatedField),
    *(own_fields.MomentField, own_fields.BirthDateField),
)


def _modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in Path(package).rglob("*.py") if "migrations" not in path.parts)


def _codes(module: ast.AST) -> Iterator[str]:
    """The middle of (field, code, message) given to a refusal, and what a serializer fails with."""
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name in REFUSE or name == "__init__":
            rows = [row for row in call.args if isinstance(row, ast.Tuple) and len(row.elts) == 3]
            yield from (text for row in rows for text in _texts(row.elts[1]))
        if name == "ErrorDetail" and len(call.args) == 2:
            yield from _texts(call.args[1])


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
