"""The serializer of what is answered, with fields that are cheap to have.

The library makes each field anew, from the arguments of its class, for every object that is shown. Here a
field is a copy of the one that stands in the class, bound to what shows it.
"""

import copy
from typing import Any, TypeVar

from rest_framework import serializers

T = TypeVar("T")


class Shape(serializers.Serializer[T]):
    # What is written here would describe every shape without words of its own in the API file.
    def get_fields(self) -> dict[str, Any]:
        return {name: _copied(field) for name, field in self._declared_fields.items()}


def _copied(field: Any) -> Any:
    copied = copy.copy(field)
    if hasattr(field, "child"):
        copied.child = _copied(field.child)
        copied.child.parent = copied
    return copied
