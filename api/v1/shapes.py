"""What the API shows: one serializer for each shape, which also is its schema."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from api import vocabularies
from api.shape import Shape
from api.v1.code_fields import CodeShape
from api.v1.discharge_shapes import QuestionShape
from api.v1.fields import BirthDateField
from api.v1.identity_shapes import GlimpseShape
from notifications.channels.names import ChannelName
from notifications.hooks import render
from notifications.models import Notification
from notifications.types import Severity
from referral.alerts.compose import OPERATION
from referral.codes import DeclineReason, DelayReason
from referral.intake.unannounced import glimpse
from referral.models import Assessment, Case, Deadline, Message, Offer, Patient
from referral.models.patients import Sex
from referral.pathway.vocabulary import Kind, State
from scoring.texts import MODEL_STATUS, red_flag_text, stored_issue_text


class PlaceShape(Shape[Any]):
    """A hospital, a ward or a network."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class HospitalShape(PlaceShape):
    phone = serializers.CharField()


class WardShape(PlaceShape):
    phone = serializers.CharField()
    hospital = PlaceShape()


class WardToCallShape(WardShape):
    is_open = serializers.BooleanField()


class PersonShape(Shape[User]):
    """A member of staff."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class IssueShape(Shape[Any]):
    """Something doubtful about one field."""

    field = serializers.CharField()
    code = CodeShape(vocabularies.CODES_OF_FIELDS)
    message = serializers.CharField()


class PatientShape(Shape[Patient]):
    name = serializers.CharField()
    sex = CodeShape(Sex)
    birth_date = BirthDateField()
    birth_date_estimated = serializers.BooleanField(
        source="birth_date.is_estimated", help_text="only a year is known"
    )


class WholePatientShape(PatientShape):
    national_id = serializers.SerializerMethodField()
    local_number = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()

    def get_national_id(self, patient: Patient) -> str:
        return str(patient.detail("national_id"))

    def get_local_number(self, patient: Patient) -> str:
        return str(patient.detail("local_number"))

    def get_phone(self, patient: Patient) -> str:
        return str(patient.detail("phone"))


class AssessmentShape(Shape[Assessment]):
    """A scored set of indicators. `contributions`: by input, in units of the linear predictor."""

    id = serializers.UUIDField()
    risk_90d = serializers.FloatField(allow_null=True, help_text="0 to 1; null without a score")
    band = serializers.SerializerMethodField()
    high_risk = serializers.BooleanField()
    red_flags = serializers.ListField(child=CodeShape(vocabularies.FLAGS))
    red_flag_texts = serializers.SerializerMethodField()
    model = serializers.CharField(source="model_name")
    model_checksum = serializers.CharField(help_text="its card is at /models/{checksum}, for ever")
    model_status = CodeShape(vocabularies.MODEL_STATUSES)
    model_notice = serializers.SerializerMethodField()
    threshold = serializers.FloatField(source="result.threshold")
    outcome = CodeShape(vocabularies.SCORE_OUTCOMES, source="result.outcome")
    contributions = serializers.DictField(child=serializers.FloatField(), source="result.contributions")
    values = serializers.DictField(help_text="normalised; the unit is in the name")
    warnings = serializers.SerializerMethodField()
    assessed_at = serializers.DateTimeField()

    @extend_schema_field(CodeShape(vocabularies.BANDS_OF_RISK, allow_null=True))
    def get_band(self, assessment: Assessment) -> str | None:
        return assessment.band or None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_red_flag_texts(self, assessment: Assessment) -> list[str]:
        return [red_flag_text(code) for code in assessment.red_flags]

    def get_model_notice(self, assessment: Assessment) -> str:
        return str(MODEL_STATUS.get(assessment.model_status, ""))

    @extend_schema_field(IssueShape(many=True))
    def get_warnings(self, assessment: Assessment) -> list[dict[str, str]]:
        return issues(assessment.result["warnings"])


def issues(stored: list[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Issues in their JSON form, worded in the reader's language."""
    return [
        {"field": issue["field"], "code": issue["code"], "message": stored_issue_text(issue)}
        for issue in stored
    ]


class MessageShape(Shape[Message]):
    id = serializers.UUIDField()
    author = PersonShape()
    text = serializers.CharField()
    sent_at = serializers.DateTimeField()


class OfferShape(Shape[Offer]):
    id = serializers.UUIDField()
    ward = WardShape()
    state = CodeShape(Offer.State)
    offered_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = PersonShape(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = PersonShape(allow_null=True)
    reason = CodeShape(DeclineReason, allow_blank=True)
    question = MessageShape(allow_null=True, help_text="what the ward asked back before it decides")
    answer = MessageShape(allow_null=True, help_text="what the first hospital answered")
    bed_promised_until = serializers.DateTimeField(
        allow_null=True, help_text="the ward accepts when a bed is free, until then at the latest"
    )


class DeadlineShape(Shape[Deadline]):
    """`state`: open, met, missed or cancelled. `first_due_at` is before any extension."""

    id = serializers.UUIDField()
    kind = CodeShape(Kind)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    offer = serializers.UUIDField(source="offer_id", allow_null=True)
    starts_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    first_due_at = serializers.DateTimeField()
    state = CodeShape(vocabularies.DEADLINE_STATES)
    missed_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    delay_reason = CodeShape(DelayReason, allow_blank=True)
    quiet_until = serializers.DateTimeField(allow_null=True)

    def get_label(self, deadline: Deadline) -> str:
        return str(Kind(deadline.kind).label)


class PartingShape(Shape[Any]):
    """What a ward keeps of a case that its own verb passed on: its request, and nothing that follows."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    state = CodeShape(State)
    hospital = PlaceShape()
    offer = OfferShape(allow_null=True)
    question = QuestionShape(allow_null=True, help_text="the one that the ward has just answered")
    patient = PatientShape(allow_null=True, help_text="always null")
    assessment = AssessmentShape(allow_null=True, help_text="always null")
    deadlines = DeadlineShape(many=True, help_text="always empty")
    allowed_verbs = serializers.ListField(child=CodeShape(vocabularies.VERBS), help_text="always empty")


class SentTogetherShape(Shape[Any]):
    """A message that told this notification together with `others` more."""

    channel = CodeShape(ChannelName)
    sent_at = serializers.DateTimeField()
    others = serializers.IntegerField()


class NotificationShape(Shape[Notification]):
    """`title` and `body` are worded in the request's language."""

    id = serializers.UUIDField()
    kind = CodeShape(vocabularies.NOTIFICATION_KINDS, source="alert.kind")
    severity = CodeShape(Severity, source="alert.severity")
    case = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    title = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField()
    sent_together = serializers.SerializerMethodField()

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_case(self, notification: Notification) -> str | None:
        """None for those who run the platform, and need not see the case."""
        alert = notification.alert
        return None if alert.subject_type == OPERATION else alert.payload.get("case")

    @extend_schema_field(SentTogetherShape(many=True))
    def get_sent_together(self, notification: Notification) -> Any:
        return SentTogetherShape(self.context["together"].get(notification.pk, []), many=True).data

    def get_title(self, notification: Notification) -> str:
        return render(notification, self.context["language"]).title

    def get_body(self, notification: Notification) -> str:
        return render(notification, self.context["language"]).body


class UnannouncedShape(Shape[Case]):
    """What a ward needs to compare a patient who arrives unannounced, and nothing else.

    To admit, the person says the full name or the birth date: the input `said`.
    """

    id = serializers.UUIDField()
    number = serializers.CharField()
    state = CodeShape(State)
    patient = serializers.SerializerMethodField()
    hospital = serializers.SerializerMethodField()

    @extend_schema_field(GlimpseShape)
    def get_patient(self, case: Case) -> Any:
        return GlimpseShape(glimpse(case.patient)).data

    def get_hospital(self, case: Case) -> dict[str, str]:
        return {"name": case.hospital.name, "phone": case.hospital.phone}


class ErrorRowShape(Shape[Any]):
    field = serializers.CharField(help_text="name or dotted path")
    code = CodeShape(vocabularies.CODES_OF_FIELDS)
    message = serializers.CharField(help_text="what to do, in the request's language")


class CallHospitalShape(Shape[Any]):
    """A hospital to call, in a problem."""

    name = serializers.CharField()
    phone = serializers.CharField()


class ProblemShape(Shape[Any]):
    """Any refusal (RFC 9457). The last members belong to some codes only."""

    type = serializers.RegexField(r"^/problems/[a-z-]+$", help_text="`/problems/` and the code, with hyphens")
    title = serializers.CharField(help_text="for people, by status")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="for people: what to do, in the request's language")
    code = CodeShape(vocabularies.PROBLEM_CODES)
    errors = ErrorRowShape(many=True)  # type: ignore[assignment]
    allowed_verbs = serializers.ListField(
        child=CodeShape(vocabularies.VERBS),
        required=False,
        help_text="`verb_not_allowed`: what you can do instead",
    )
    version = serializers.IntegerField(
        required=False, help_text="`stale_version`, `beds_changed`: the present one"
    )
    free = serializers.IntegerField(required=False, help_text="`beds_changed`: the present figure")
    hospital = CallHospitalShape(required=False, help_text="`open_case_exists`, `not_coming`: whom to call")
    case = serializers.UUIDField(
        required=False, allow_null=True, help_text="`open_case_exists`: its id where it is your hospital's"
    )
    method = CodeShape(
        vocabularies.PROOFS,
        required=False,
        allow_null=True,
        help_text="`second_proof_required`: how to prove it",
    )
    confirmable = serializers.BooleanField(
        required=False,
        help_text="`open_case_exists`: may be somebody else, who is confirmed with `confirmed_different`",
    )
    question = serializers.CharField(
        required=False,
        help_text="`confirm_identity`, `open_case_exists`: what `answers_to` names",
    )
