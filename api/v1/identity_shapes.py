"""What the API shows of who a patient is, beside the identity itself."""

from typing import Any

from rest_framework import serializers

from api.shape import Shape
from api.v1.code_fields import CodeShape
from referral.models.patients import Sex


class CorrectedVersionsShape(Shape[Any]):
    """What an identity said before and after a correction, by field; only what differs."""

    before = serializers.DictField(child=serializers.CharField(allow_blank=True))
    after = serializers.DictField(child=serializers.CharField(allow_blank=True))


class GlimpseShape(Shape[Any]):
    """Enough to compare with the person at the door. `surname`: the rest of the name as `＊`."""

    surname = serializers.CharField()
    sex = CodeShape(Sex)
    birth_year = serializers.IntegerField()
    birth_year_estimated = serializers.BooleanField(help_text="it may be two years off")
