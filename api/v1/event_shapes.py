"""The timeline: a line for everything that happened to a case, its details typed by what happened."""

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from api import vocabularies
from api.shape import Shape
from api.v1.code_fields import CodeShape
from api.v1.identity_shapes import CorrectedVersionsShape
from api.v1.shapes import PersonShape
from referral import codes
from referral.models import Event
from referral.models.cases import LEFT_WARD
from referral.pathway import timeline
from referral.pathway.inputs import REASONS
from referral.pathway.vocabulary import Kind, State, Verb
from referral.ward import codes as ward_codes

Field = serializers.Field[Any, Any, Any, Any]
Fields = Mapping[str, Callable[[], Field]]


class EventShape(Shape[Event]):
    """A line of the timeline. `actor` is null for the deadline engine."""

    number = serializers.IntegerField()
    what = CodeShape(vocabularies.EVENTS)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    actor = PersonShape(allow_null=True)
    state_before = CodeShape(State, allow_blank=True)
    state_after = CodeShape(State)
    details = serializers.DictField()
    note = serializers.CharField(allow_null=True)
    personal = CorrectedVersionsShape(allow_null=True, help_text="of a corrected identity, else null")
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()

    def get_label(self, event: Event) -> str:
        return str(timeline.label(event.what, event.state_after))


def of(field: type[Field], **named: Any) -> Callable[[], Field]:
    """How a field of an event's details is made; not every line has every one."""
    return lambda: field(required=False, **named)


def code(choices: Any, **named: Any) -> Callable[[], Field]:
    return lambda: CodeShape(choices, required=False, **named)


def codes_of(choices: Any) -> Callable[[], Field]:
    return lambda: serializers.ListField(child=CodeShape(choices), required=False)


ID, MOMENT, TEXT = of(serializers.UUIDField), of(serializers.DateTimeField), of(serializers.CharField)
FLAG, NUMBER, DAY = (
    of(serializers.BooleanField),
    of(serializers.IntegerField),
    of(serializers.DateField),
)
KIND = code(Kind)


class LeadingDetailsShape(Shape[Any]):
    """What the definition that leads says of a table. `value` is null while something is missing."""

    definition = CodeShape(codes.LeadingDefinition)
    value = CodeShape(vocabularies.DEFINITION_GRADES, allow_null=True)
    at_least = CodeShape(vocabularies.DEFINITION_GRADES)
    aclf_type = CodeShape(vocabularies.ACLF_TYPES, allow_blank=True)


GRADES: Fields = {
    "leading": of(LeadingDetailsShape),
    "grade": code(vocabularies.ACLF_GRADES),
    "simple_grade": code(vocabularies.SIMPLE_GRADES, allow_blank=True),
    "is_lower_bound": of(serializers.BooleanField),
}


class PassedOverShape(Shape[Any]):
    """A ward that was not asked in its place, because it had said that no bed is free."""

    ward = serializers.UUIDField()
    stated_at = serializers.DateTimeField()


PLACED: Fields = {"passed_over": of(PassedOverShape, many=True), "all_full": FLAG}
"""Why a ward was asked out of the order of the catchment, on the line of whatever let one be asked."""
ASKED: Fields = {"offer": ID, "ward": ID}
JUDGED: Fields = {"kind": KIND, "met_by_another": MOMENT, "unmet_by": MOMENT, "runs_again": FLAG}
RECORDED: Fields = {"record": ID, "corrects": ID, **JUDGED}
KITS: Fields = {
    "kits": lambda: serializers.DictField(child=serializers.BooleanField(allow_null=True), required=False)
}
TRANSPORT: Fields = {"means": code(codes.TransportMeans), "needs": codes_of(codes.TransportNeed)}
JOURNEY: Fields = {"ward": ID, "expected_arrival_at": MOMENT}
MET: Fields = {"hospital": ID}
RECORDED_PRECIPITANT: Fields = {**RECORDED, "precipitant": code(codes.PrecipitantCode)}


class AgreedShape(Shape[Any]):
    """What holds of the outcome after a statement."""

    outcome_28 = CodeShape(codes.OutcomeStatus, allow_blank=True)
    outcome_90 = CodeShape(codes.OutcomeStatus, allow_blank=True)
    organ_failure_28 = CodeShape(codes.OrganFailureSeen, allow_blank=True)
    died_at = serializers.DateTimeField(allow_null=True)


STATED: Fields = {
    "day": NUMBER,
    "status": code(codes.OutcomeStatus),
    "organ_failure": code(codes.OrganFailureSeen),
    "disputed": FLAG,
    "holds": of(AgreedShape),
}

SOURCES: Fields = {"sources": lambda: serializers.DictField(child=serializers.IntegerField(), required=False)}
"""How many values came in each form but by typing; see `SourceForm`."""

DETAILS: Mapping[str, Fields] = {
    Verb.REGISTER: {"identity": code(vocabularies.IDENTITY_ANSWERS)},
    Verb.SAVE_INDICATORS: {"missing": codes_of(vocabularies.INPUT_NAMES), **SOURCES},
    Verb.STATE_BACKGROUND: {
        "background": lambda: serializers.ListField(child=serializers.CharField(), required=False)
    },
    timeline.DEADLINE_MISSED: {"kind": KIND, "deadline": ID},
    timeline.DEADLINE_MET_LATE_RECORD: {"kind": KIND},
    timeline.NOBODY_ON_DUTY: {"kind": KIND, "verb": code(vocabularies.EVENTS)},
    timeline.NEXT_ALERTED: {"kind": KIND, "number_ending": TEXT},
    timeline.DEADLINE_QUARANTINED: {"kind": KIND},
    timeline.DEADLINE_RELEASED: {"kind": KIND},
    timeline.ALERT_UNDELIVERABLE: {"kind": KIND, "verb": code(vocabularies.EVENTS)},
    timeline.MET_ELSEWHERE: MET,
    timeline.MET_DEAD: MET,
    timeline.READMITTED: {"later": ID, "number": TEXT},
    Verb.ASSESS: {
        "assessment": ID,
        "flagged": FLAG,
        "band": code(vocabularies.BANDS_OF_RISK, allow_null=True),
        "hold_back": code(codes.HoldBackReason, allow_blank=True, allow_null=True),
        **SOURCES,
        **PLACED,
    },
    Verb.ASK_ADVICE: {"question": ID, "ward": ID},
    Verb.ANSWER_ADVICE: {"question": ID, "ward": ID, "advice": code(codes.Advice)},
    Verb.ACKNOWLEDGE: {**ASKED, "number_ending": TEXT},
    Verb.ACCEPT: {**ASKED, "bed": TEXT, "beyond_beds": FLAG},
    Verb.DECLINE: {**ASKED, **PLACED},
    Verb.ASK_BACK: {**ASKED, "message": ID},
    Verb.ANSWER_BACK: {**ASKED, "message": ID},
    Verb.ACCEPT_WHEN_FREE: {**ASKED, "until": MOMENT},
    Verb.EXPIRE_OFFER: {**ASKED, **PLACED, "promised_until": MOMENT},
    Verb.PASS_ON: {**ASKED, **PLACED},
    Verb.REDIRECT: {"ward": ID},
    Verb.REFER: PLACED,
    Verb.RELEASE: PLACED,
    Verb.DEPART: {"expected_arrival_at": MOMENT, **TRANSPORT},
    Verb.DESCRIBE_TRANSPORT: TRANSPORT,
    Verb.CHANGE_ARRIVAL: {
        "expected_arrival_at": MOMENT,
        "expected_arrival_at_before": MOMENT,
        "not_arrived": FLAG,
    },
    Verb.HAND_OVER: {"ward": ID, "bed": TEXT},
    Verb.CORRECT_JOURNEY: {
        "departed_at": MOMENT,
        "departed_at_before": MOMENT,
        "expected_arrival_at": MOMENT,
        "expected_arrival_at_before": MOMENT,
    },
    Verb.DIVERT: JOURNEY,
    Verb.ADMIT: {"ward": ID, "bed": TEXT, "unannounced": FLAG},
    Verb.UNDO_ADMISSION: {"since": NUMBER, **ASKED},
    Verb.RECORD_KIT_RESULT: {
        **RECORDED,
        "kit": code(ward_codes.KitAnswer),
        "beside_purpose": of(serializers.BooleanField, allow_null=True),
    },
    Verb.ASSESS_ORGAN_FAILURE: {
        **RECORDED,
        **GRADES,
        **KITS,
        **SOURCES,
        "failures": NUMBER,
        "third_failure": code(vocabularies.THIRD_FAILURES),
    },
    Verb.RETRACT_RECORD: {
        "retracted": ID,
        "of": code(ward_codes.RecordKind),
        **JUDGED,
        **GRADES,
        **KITS,
        "no_third_failure": FLAG,
        "third_failure_at": MOMENT,
    },
    Verb.RECORD_PRECIPITANT: RECORDED_PRECIPITANT,
    Verb.RECORD_INTERVENTION: {**RECORDED_PRECIPITANT, "treatment": code(ward_codes.InterventionKind)},
    Verb.RECORD_TREATMENT: {
        "item": code(ward_codes.TreatmentItem),
        "progress": code(ward_codes.Progress),
    },
    Verb.RECORD_ARTIFICIAL_LIVER: {
        **RECORDED,
        "mode": code(ward_codes.ArtificialLiverMode),
        "complications": codes_of(ward_codes.Complication),
    },
    Verb.SET_NUTRITION_TARGET: {"target_kcal": NUMBER},
    Verb.RECORD_INTAKE: {"on_day": DAY, "kcal": NUMBER},
    Verb.RECORD_IMMUNE_STATUS: {**RECORDED, "markers": codes_of(vocabularies.MARKER_NAMES)},
    Verb.RECORD_PANEL: {**RECORDED, "values": NUMBER},
    Verb.TRANSFER: {"ward": ID, "bed": TEXT},
    Verb.DECIDE_TRANSPLANT: {
        **RECORDED,
        "transplant": code(ward_codes.TransplantDecision),
    },
    Verb.DIAGNOSE: {"category": code(codes.DiagnosisCategory)},
    Verb.CORRECT_DIAGNOSIS: {
        "category": code(codes.DiagnosisCategory),
        "instead_of": code(codes.DiagnosisCategory),
    },
    Verb.DISCHARGE: {"to": code(codes.DischargeTo)},
    Verb.RECORD_OUTCOME: STATED,
    Verb.CORRECT_OUTCOME: STATED,
    Verb.SETTLE_OUTCOME: STATED,
    Verb.RECORD_DEATH: STATED,
    Verb.MESSAGE: {"message": ID},
    Verb.ADD_FILE: {"file": ID, "kind": code(codes.FileKind)},
    Verb.RETRACT_FILE: {"file": ID},
    Verb.CORRECT_FIRST_VISIT: {"before": MOMENT, "after": MOMENT},
    Verb.CORRECT_IDENTITY: {
        "fields": lambda: serializers.ListField(child=serializers.CharField(), required=False)
    },
    Verb.MARK_ENTERED_IN_ERROR: {"assessment": ID},
    Verb.EXTEND: {"kind": KIND, "before": MOMENT, "after": MOMENT},
    Verb.SNOOZE: {"kind": KIND, "until": MOMENT},
    Verb.EXPLAIN_DELAY: {"kind": KIND, "deadline": ID},
}
"""The details that a line may have, by what happened, but for the reason that was given."""


def _details_of(what: str) -> dict[str, Field]:
    """The fields of the details of the lines that say `what`."""
    fields = {name: make() for name, make in {**DETAILS.get(what, {}), LEFT_WARD: ID}.items()}
    if what in REASONS:
        reason = REASONS[Verb(what)]
        fields["reason"] = code(reason.codes, allow_blank=not reason.required)()
    return fields


def _camel(what: str) -> str:
    return what.title().replace("_", "")


def _of_event(what: str) -> type[EventShape]:
    """The shape of the lines that say `what`."""
    details = type(f"{_camel(what)}DetailsShape", (Shape,), {**_details_of(what), "__doc__": ""})
    constant = extend_schema_field({"type": "string", "const": what})(type("WhatField", (CodeShape,), {}))
    named = {"what": constant(vocabularies.EVENTS), "details": details(), "__doc__": ""}
    return type(f"{_camel(what)}EventShape", (EventShape,), named)


TYPED_EVENT = PolymorphicProxySerializer(
    "Event",
    {str(what): _of_event(str(what)) for what in vocabularies.EVENTS.words},
    resource_type_field_name="what",
    many=True,
)


class EventPageShape(Shape[Any]):
    results = TYPED_EVENT
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page")
