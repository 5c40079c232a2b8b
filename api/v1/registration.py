"""POST /cases: a first visit, with or without indicators, to `referral.intake.submission`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from accounts.models import Hospital, User
from api.v1.background_shapes import BackgroundRequest, background_in
from api.v1.code_fields import CodeRequest
from api.v1.fields import BirthDateField, IdField, KnownFieldsMixin, MomentField
from api.v1.inputs import EXAMPLE_VALUES, IndicatorsRequest, values_of
from referral.codes import ChronicLiverDisease, Presentation
from referral.identity.birth import BirthDate
from referral.identity.written import Identity
from referral.intake.first_visit import FirstVisit, doubts
from referral.intake.submission import submit
from referral.models import Case
from referral.models.patients import Sex
from referral.pathway.refusals import AccessError, InputError
from referral.pathway.vocabulary import Verb
from referral.queries.worklists import hospitals_to_refer_for
from scoring import read_inputs


class PatientRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    """Who the patient is. Sex and birth date may be left to a valid resident's number (GB 11643)."""

    name = serializers.CharField(max_length=80)
    sex = CodeRequest(Sex, required=False, allow_blank=True, default="")
    birth_date = BirthDateField(
        required=False, help_text="a date, or a year where the day is not known; then it is estimated"
    )
    age_years = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=130,
        help_text="instead of a birth date that nobody knows; kept as an estimated year",
    )
    national_id = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    local_number = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    confirmed = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        max_length=10,
        help_text="fields of the patient that were asked about (`needs_confirmation`) and are right",
    )
    confirmed_same = serializers.BooleanField(
        required=False,
        default=False,
        help_text="the patient whom the number found (`confirm_identity`) is this one",
    )
    confirmed_different = serializers.BooleanField(
        required=False,
        default=False,
        help_text="the patient whom the number, or name and birth date, found is somebody else",
    )
    answers_to = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=64,
        help_text=(
            "`question` of the refusal that `confirmed_same` or `confirmed_different` answers; an answer "
            "without it, or to a question about somebody else, is not heard and the question is asked again"
        ),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "birth_date" in attrs and "age_years" in attrs:
            message = _("Give the birth date or the age, one of them.")
            raise serializers.ValidationError(
                {"age_years": [serializers.ErrorDetail(str(message), "one_of")]}
            )
        return attrs


class RegistrationRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    """A first visit. Without disease or presentation: registered, with a warning."""

    id = IdField(required=False, help_text="UUIDv7 made by the client, for offline drafts")
    hospital = IdField(required=False, help_text="needed by people of several hospitals")
    patient = PatientRequest()
    first_visit_at = MomentField()
    chronic_liver_disease = CodeRequest(ChronicLiverDisease, required=False, allow_blank=True, default="")
    presentation = CodeRequest(Presentation, required=False, allow_blank=True, default="")
    indicators = IndicatorsRequest(required=False, allow_null=True)
    background = BackgroundRequest(required=False, allow_null=True)


class ReadRegistration(RegistrationRequest):
    """As the schema says, but for the indicators, which `scoring` reads, and the background, which its verb
    does."""

    indicators = serializers.JSONField(required=False, allow_null=True, default=None)
    background = serializers.JSONField(required=False, allow_null=True, default=None)


def submit_request(
    body: Mapping[str, Any], *, actor: User, now: datetime
) -> tuple[Case, list[dict[str, str]]]:
    """Register what `body` says; a complete set of indicators is assessed at once, an incomplete one kept.

    Returns the case and what was left open. Raises what `submit` raises, and Throttled for somebody who
    meets patients of other hospitals too often.
    """
    read = ReadRegistration(data=body)
    read.is_valid(raise_exception=True)
    given = read.validated_data
    values = _values(given["indicators"])
    hospital = _hospital(actor, given.get("hospital"))
    visit = FirstVisit(
        person=identity_from(given["patient"], at=given["first_visit_at"], hospital=hospital),
        at=given["first_visit_at"],
        chronic_liver_disease=given["chronic_liver_disease"],
        presentation=given["presentation"],
        case_id=given.get("id"),
    )
    background = background_in(given["background"])
    case = _registered(actor, hospital, visit, values, background, now)
    return case, [
        {"field": field, "code": code, "message": str(text)} for field, code, text in doubts(visit, now)
    ]


def identity_from(given: Mapping[str, Any], *, at: datetime, hospital: Hospital) -> Identity:
    """The patient of a request. An age is one on the day of the first visit."""
    typed = dict(given)
    born, age = typed.pop("birth_date", None), typed.pop("age_years", None)
    if age is not None:
        born = BirthDate.of_age(age, at.astimezone(ZoneInfo(hospital.zone)).date())
    names = (name.removeprefix("patient.") for name in typed.pop("confirmed", ()))
    return Identity(**typed, birth_date=born, confirmed=frozenset(names))


def _registered(
    actor: User,
    hospital: Hospital,
    visit: FirstVisit,
    values: Mapping[str, Any],
    background: Mapping[str, Any],
    now: datetime,
) -> Case:
    return submit(
        actor=actor,
        hospital=hospital,
        visit=visit,
        values=values,
        then=Verb.ASSESS if _is_complete(values) else None,
        inputs={},
        background=background,
        now=now,
    )


def _values(given: Any) -> dict[str, Any]:
    return {} if given is None else values_of({"indicators": given})


def _is_complete(values: Mapping[str, Any]) -> bool:
    """Whether nothing is missing but the age, which follows from the birth date."""
    return not set(read_inputs(values).missing) - {"age_years"}


def _hospital(actor: User, named: Any) -> Hospital:
    """The hospital of the visit: the one named, or the only one where `actor` refers."""
    own = list(hospitals_to_refer_for(actor).select_related("network"))
    if named is None and len(own) > 1:
        raise InputError(("hospital", "required", _("You work at several hospitals. Say which one this is.")))
    fitting = [hospital for hospital in own if named in (None, hospital.pk)]
    if not fitting:
        raise AccessError
    return fitting[0]


EXAMPLE_REGISTRATION = OpenApiExample(
    "A first visit with all indicators",
    value={
        "patient": {
            "name": "测试患者",
            "sex": "male",
            "birth_date": date(1970, 1, 2).isoformat(),
            "local_number": "A-1024",
        },
        "first_visit_at": "2026-05-17T10:00:00+08:00",
        "chronic_liver_disease": "hepatitis_b",
        "presentation": "acute_liver_injury",
        "indicators": EXAMPLE_VALUES.value,
    },
    request_only=True,
)
