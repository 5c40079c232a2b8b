"""The background of a patient, as it is said and as it is answered."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.v1.shapes import PersonShape
from api.v1.verb_fields import field_of
from referral.models import Background
from referral.pathway.inputs.background import BACKGROUND
from referral.pathway.refusals import InputError

BackgroundRequest = type(
    "BackgroundRequest",
    (serializers.Serializer,),
    {
        **{row.name: field_of(row) for row in BACKGROUND},
        "__doc__": "What else is said of a patient. All of it is optional.",
    },
)

BackgroundShape = type(
    "BackgroundShape",
    (serializers.Serializer,),
    {
        "stated_at": serializers.DateTimeField(),
        "stated_by": PersonShape(),
        **{row.name: field_of(row) for row in BACKGROUND},
        "__doc__": "What the first hospital says of a patient beyond the indicators, as it is now.",
    },
)


def background_answer(background: Background | None) -> dict[str, Any] | None:
    """A background as `BackgroundShape` has it."""
    if background is None:
        return None
    return {
        "stated_at": serializers.DateTimeField().to_representation(background.stated_at),
        "stated_by": PersonShape(background.stated_by).data,
        **{row.name: background.content.get(row.name) for row in BACKGROUND},
    }


def background_in(given: Any) -> Mapping[str, Any]:
    """The background of a request, by name of its inputs. Raises InputError for what is no object."""
    if given is not None and not isinstance(given, Mapping):
        raise InputError(
            ("background", "not_an_object", _("Give the background by name, in one JSON object."))
        )
    return given or {}
