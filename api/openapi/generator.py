"""The OpenAPI file's generator: always in English, with names that read well in a client."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

GUIDE = Path(__file__).with_name("guide.md")
IN_PATHS: Mapping[str, str] = {
    "key": "The id of a device.",
    "name": "A model by its name, by name and version, or by its checksum.",
    "number": "Of a page, from 1; 0 for the others.",
    "role": "Which part of the file.",
    "token": "The last part of the address that `link_to_file` gave.",
    "token_id": "The id of an access token.",
}
"""What variables in addresses mean, where their name does not say it."""


class Schema(AutoSchema):
    """Names components as their shapes are named; says of an operation only what was written for readers."""

    def get_description(self) -> str:  # type: ignore[override]
        return ""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        name: str = super().get_serializer_name(serializer, direction)
        return name.removesuffix("Shape")

    def _resolve_path_parameters(self, variables: Any) -> Any:
        parameters = super()._resolve_path_parameters(variables)  # type: ignore[no-untyped-call]
        return [{**one, "description": _in_path(one["name"])} for one in parameters]

    def _get_serializer_field_meta(self, field: Any, direction: Any) -> Any:
        """Without defaults, which generators take for members that are always there."""
        meta = super()._get_serializer_field_meta(field, direction)  # type: ignore[no-untyped-call]
        default = meta.pop("default", None)
        if default:
            meta["description"] = "; ".join(filter(None, (meta.get("description"), f"{default} if left out")))
        return meta


def _in_path(name: str) -> str:
    return IN_PATHS.get(name) or f"The id of a {name.removesuffix('_id').replace('_', ' ')}."


class Generator(SchemaGenerator):
    """As the library's; what people read is English whatever language the process runs in."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        with translation.override("en"):
            schema: dict[str, Any] = super().get_schema(request, public)  # type: ignore[no-untyped-call]
            schema["info"]["description"] = GUIDE.read_text(encoding="utf-8")
        return schema
