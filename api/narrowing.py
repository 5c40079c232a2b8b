"""`fields`: of an answer only what a caller names, nested names with dots."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from drf_spectacular.drainage import get_override
from rest_framework import serializers

from referral.pathway.refusals import InputError, Text

Field = serializers.Field[Any, Any, Any, Any]
Shape = serializers.BaseSerializer[Any]
Names = dict[str, "Names"]
"""The names that were asked for with those inside of each; none inside: all of it."""


class FieldsQuery(serializers.Serializer[Any]):
    """How an answer is narrowed."""

    fields = serializers.CharField(  # type: ignore[assignment]  # a field of that name, not the fields
        required=False,
        default="",
        max_length=2000,
        help_text="only these fields, with commas between them and dots to nested ones: "
        "`id,version,patient.name`. What is not named is left out, also where it is required otherwise.",
    )

    def validate_fields(self, value: str) -> Names:
        return named(value)


def named(value: str) -> Names:
    """The names in the text of a `fields` parameter; empty for all."""
    names: Names = {}
    for path in sorted(filter(None, (part.strip() for part in value.split(","))), key=len, reverse=True):
        inside = names
        *parents, last = path.split(".")
        for parent in parents:
            inside = inside.setdefault(parent, {})
        inside[last] = {}
    return names


def narrowed(shape: Shape, names: Names) -> Any:
    """What `shape` shows, narrowed to `names`. Raises InputError with a row for every unknown name."""
    if not names:
        return shape.data
    if unknown := list(_unknown(shape, names)):
        raise InputError(*unknown)
    one = _one(shape)
    for name in set(one.fields) - set(names):
        del one.fields[name]
    return picked(shape.data, names)


def picked(value: Any, names: Names) -> Any:
    """`value`, as JSON has it, narrowed to `names`, which it is known to have."""
    if not names:
        return value
    if isinstance(value, list):
        return [picked(one, names) for one in value]
    if isinstance(value, Mapping):
        return {name: picked(inner, names[name]) for name, inner in value.items() if name in names}
    return value


def _unknown(shape: Shape | None, names: Names, path: str = "") -> Iterator[tuple[str, str, Text]]:
    fields = {} if shape is None else _one(shape).fields
    for name, inside in names.items():
        whole = f"{path}{name}"
        if name not in fields:
            message = _("“%(field)s” is no field of this answer. Check its spelling.")
            yield "fields", "unknown_field", message % {"field": whole}
        elif inside:
            yield from _unknown(_inner(fields[name]), inside, f"{whole}.")


def _one(shape: Shape) -> serializers.Serializer[Any]:
    """The shape of one row, of a list as well."""
    one: Any = getattr(shape, "child", shape)
    return cast("serializers.Serializer[Any]", one)


def _inner(field: Field) -> Shape | None:
    """The shape behind a nested field, a computed one too; None where it has no names of its own."""
    if isinstance(field, serializers.SerializerMethodField):
        method = getattr(field.parent, field.method_name or "")
        described = get_override(method, "field")
        field = described() if isinstance(described, type) else described
    return field if isinstance(field, serializers.BaseSerializer) else None
