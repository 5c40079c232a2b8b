"""The evidence library: published trials and therapies."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import PageQuery, Resource, paged
from api.v1.documenting import described, page_of
from referral.evidence import search
from referral.evidence.terms import CERTAINTY, CLASSES, LEVELS, in_words, reference_of, text_of
from referral.models import Evidence


class EvidenceShape(serializers.Serializer[Evidence]):
    """One trial or study. It informs and recommends nothing for a patient."""

    id = serializers.UUIDField()
    therapy = serializers.SerializerMethodField()
    therapy_class = serializers.CharField()
    therapy_class_label = serializers.SerializerMethodField()
    mechanism = serializers.SerializerMethodField()
    study = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    participants = serializers.CharField()
    design = serializers.SerializerMethodField()
    population = serializers.SerializerMethodField()
    outcome = serializers.SerializerMethodField()
    registry_number = serializers.CharField()
    reference = serializers.SerializerMethodField()
    evidence_level = serializers.CharField()
    evidence_level_label = serializers.SerializerMethodField()
    certainty = serializers.CharField()
    certainty_label = serializers.SerializerMethodField()

    def get_therapy(self, row: Evidence) -> str:
        return text_of(row, "therapy")

    def get_mechanism(self, row: Evidence) -> str:
        return text_of(row, "mechanism")

    def get_design(self, row: Evidence) -> str:
        return text_of(row, "design")

    def get_population(self, row: Evidence) -> str:
        return text_of(row, "population")

    def get_outcome(self, row: Evidence) -> str:
        return text_of(row, "outcome")

    def get_reference(self, row: Evidence) -> str:
        return reference_of(row)

    def get_therapy_class_label(self, row: Evidence) -> str:
        return in_words(row.therapy_class, CLASSES)

    def get_evidence_level_label(self, row: Evidence) -> str:
        return in_words(row.evidence_level, LEVELS)

    def get_certainty_label(self, row: Evidence) -> str:
        return in_words(row.certainty, CERTAINTY)


class EvidenceQuery(PageQuery):
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=100,
        help_text="words in either language, all of them",
    )
    therapy_class = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=60, help_text="code of a class"
    )


class EvidenceView(Resource):
    @described(
        "evidence",
        "Published trials and therapies, with registry numbers and reported outcomes",
        tag="evidence",
        answer=page_of(EvidenceShape),
        parameters=[EvidenceQuery],
        refusals=(422,),
    )
    def get(self, request: Request) -> Response:
        query: dict[str, Any] = self.query(EvidenceQuery)
        rows = search(query["q"], query["therapy_class"])
        page = self.cut(rows, order=("collection", "line", "pk"), query=query)
        return paged(EvidenceShape, page, names=query["fields"])
