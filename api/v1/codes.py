"""Every closed set of codes with its words, for whoever shows them to people."""

import hashlib
from typing import Any

from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.narrowing import FieldsQuery
from api.resource import Resource, whole
from api.v1.documenting import described
from api.vocabularies import Vocabulary, vocabularies

KEPT = "public, max-age=3600"


class CodeWordsShape(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField(help_text="in the request's language")  # type: ignore[assignment]


class VocabularyShape(serializers.Serializer[Vocabulary]):
    """One closed set. `name`: of its enumeration in the OpenAPI file."""

    name = serializers.CharField()
    codes = CodeWordsShape(many=True)


class VocabulariesShape(serializers.Serializer[Any]):
    results = VocabularyShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="always null")


def worded(vocabulary: Vocabulary) -> list[dict[str, str]]:
    """The codes of a vocabulary, each with its words in the reader's language."""
    return [{"code": code, "label": str(text)} for code, text in vocabulary.words.items()]


class CodesView(Resource):
    """Equal for everybody, so that nobody has to sign in for it and a cache may keep it."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    @described(
        "codes",
        "Every closed set of codes with its words, in Chinese or English",
        tag="codes",
        description="Without a sign-in. Ask for it once a day and in each language that is shown.",
        answer=VocabulariesShape,
        parameters=[FieldsQuery],
    )
    def get(self, request: Request) -> Response:
        names = self.query(FieldsQuery)["fields"]
        rows = [{"name": vocabulary.name, "codes": worded(vocabulary)} for vocabulary in vocabularies()]
        response = whole(VocabularyShape, rows, names=names)
        digest = hashlib.sha256(JSONRenderer().render(response.data)).hexdigest()[:20]
        response.headers["ETag"], response.headers["Cache-Control"] = f'"{digest}"', KEPT
        return response
