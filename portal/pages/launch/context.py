"""What a form shows of a launch: each thing that the record has, with a button that takes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from integrations.models import RecordLaunch
from portal.forms.identity import IdentityForm
from referral.codes import ChronicLiverDisease
from referral.models.patients import Sex
from scoring import texts
from scoring.inputs import ANY_INPUT

IDENTITY = ("name", "sex", "birth_date", "national_id", "local_number", "phone")
NO, YES = "no", "yes"


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing of the record: the field it is for, how it is put there, and how people read it."""

    field: str
    label: str | Promise
    value: str
    words: str


def offered(launch: RecordLaunch) -> dict[str, Any]:
    """The context of `portal/launch/_offered.html`."""
    return {
        "launch": launch,
        "offered": [*_identity(launch.content), *_disease(launch.content), *_answers(launch.content)],
        "diagnoses": launch.content["diagnoses"],
    }


def _identity(content: dict[str, Any]) -> Iterator[Offered]:
    for name in IDENTITY:
        if value := content.get(name):
            words = str(Sex(value).label) if name == "sex" else value
            label = IdentityForm.base_fields[name].label or name
            yield Offered(name, label, value, words)


def _disease(content: dict[str, Any]) -> Iterator[Offered]:
    if code := content.get("chronic_liver_disease"):
        words = capfirst(str(ChronicLiverDisease(code).label))
        yield Offered("chronic_liver_disease", _("Chronic liver disease"), code, words)


def _answers(content: dict[str, Any]) -> Iterator[Offered]:
    for name, value in content["answers"].items():
        key = ANY_INPUT[name].key
        is_flag = isinstance(value, bool)
        if is_flag or value in range(5):
            put = (YES if value else NO) if is_flag else str(value)
            yield Offered(name, texts.label(name), put, texts.value_text(key, value))
