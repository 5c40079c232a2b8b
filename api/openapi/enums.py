"""Closed sets of codes as named enumerations, with their words and with constants for generated clients."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent

from api.vocabularies import Vocabulary

EMPTY = {"const": "", "type": "string", "description": "There is none."}


class CodeExtension(OpenApiSerializerFieldExtension):
    """A reference to the enumeration; where there may be none, that or an empty text."""

    target_class = "api.v1.code_fields.CodeShape"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        vocabulary: Vocabulary = self.target.vocabulary
        component = ResolvedComponent(
            vocabulary.name, ResolvedComponent.SCHEMA, enumeration(vocabulary), vocabulary.name
        )
        auto_schema.registry.register_on_missing(component)
        return {"oneOf": [component.ref, EMPTY]} if self.target.allow_blank else component.ref


class CodeRequestExtension(CodeExtension):
    target_class = "api.v1.code_fields.CodeRequest"


def enumeration(vocabulary: Vocabulary) -> dict[str, Any]:
    """The schema of a vocabulary: `x-enum-varnames` and `x-enum-descriptions` are what generators read."""
    words = {code: str(text) for code, text in vocabulary.words.items()}
    listed = "\n".join(f"* `{code}`: {text}" for code, text in words.items())
    return {
        "type": "string",
        "description": f"{vocabulary.about}\n\n{listed}",
        "enum": list(words),
        "x-enum-varnames": list(vocabulary.constants),
        "x-enum-descriptions": list(words.values()),
    }
