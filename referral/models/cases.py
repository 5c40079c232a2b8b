from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models import Hospital, Network, User, Ward
from referral.codes import (
    Advice,
    ChronicLiverDisease,
    DeclineReason,
    OrganFailureSeen,
    OutcomeStatus,
    Presentation,
)
from referral.models.fields import CurrentTransaction, TransactionField
from referral.models.lookups import one_of
from referral.models.patients import Patient, Person
from referral.models.policies import PathwayPolicy
from referral.pathway.vocabulary import ACUTE, State

if TYPE_CHECKING:
    from referral.models.assessments import Assessment, Indicators


LEFT_WARD = "left_ward"
"""In an event's details: the ward that no longer has the case after it."""


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> "CaseQuerySet":
        """The cases of the user's hospitals, wards and networks: the only door to cases.

        A ward sees a case while it is asked, expects or has the patient, or has an open question about it;
        one that declined or was passed over, or has answered, does not see what follows. One whose patient
        another ward admitted sees the case until that can no longer be undone.
        """
        access = user.access
        seen = Q(hospital__in=access.refers_for) | Q(network__in=access.coordinates)
        if access.wards:
            offers = Offer.objects.filter(ward__in=access.wards, state=Offer.State.OPEN)
            questions = Question.objects.open().filter(ward__in=access.wards)
            seen |= Q(ward__in=access.wards) | Q(expecting_ward__in=access.wards)
            seen |= one_of(offers.values("case")) | one_of(questions.values("case"))
        return self.filter(seen)

    def admissible_by(self, user: User) -> "CaseQuerySet":
        """Cases that a ward of the user may admit unannounced: those of the ward's network."""
        return self.filter(
            network__in=Ward.objects.filter(pk__in=user.access.wards).values("hospital__network")
        )


class Case(models.Model):
    """One patient's journey through the two windows, from first visit to day 90.

    `outcome_28`, `outcome_90`, `organ_failure_28`, `outcome_disputed` and `died_at` say what holds of all
    statements about the outcome (`referral.outcomes.resolve`). Until `undo_until` the admission may be marked
    as entered in error; `expecting_ward` is the other ward that expected the patient, until then.
    `voided_stays` counts the admissions that were.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("case number"), max_length=20, unique=True, editable=False)
    event_count = models.PositiveIntegerField(default=0)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REGISTERED)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="cases")
    hospital = models.ForeignKey(
        Hospital, verbose_name=_("first hospital"), on_delete=models.PROTECT, related_name="cases"
    )
    ward = models.ForeignKey(Ward, null=True, on_delete=models.PROTECT, related_name="cases")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="case")
    policy = models.ForeignKey(PathwayPolicy, on_delete=models.PROTECT, related_name="cases")
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="later")
    assessment: "models.ForeignKey[Assessment | None]" = models.ForeignKey(
        "referral.Assessment", null=True, on_delete=models.PROTECT, related_name="+"
    )
    chronic_liver_disease = models.CharField(
        _("chronic liver disease"),
        max_length=20,
        choices=ChronicLiverDisease,
        default=ChronicLiverDisease.UNKNOWN,
    )
    presentation = models.CharField(_("how it worsened"), max_length=24, choices=Presentation, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    first_visit_at = models.DateTimeField(_("first visit"))
    flagged_at = models.DateTimeField(null=True)
    flagged_late = models.BooleanField(default=False)
    accepted_at = models.DateTimeField(null=True)
    bed = models.CharField(_("bed"), max_length=40, blank=True)
    departed_at = models.DateTimeField(null=True)
    expected_arrival_at = models.DateTimeField(null=True)
    admitted_at = models.DateTimeField(null=True)
    undo_until = models.DateTimeField(null=True)
    expecting_ward = models.ForeignKey(Ward, null=True, on_delete=models.PROTECT, related_name="+")
    voided_stays = models.PositiveSmallIntegerField(default=0, db_default=0)
    diagnosed_at = models.DateTimeField(null=True)
    died_at = models.DateTimeField(null=True)
    outcome_28 = models.CharField(_("outcome at day 28"), max_length=12, choices=OutcomeStatus, blank=True)
    outcome_90 = models.CharField(_("outcome at day 90"), max_length=12, choices=OutcomeStatus, blank=True)
    organ_failure_28 = models.CharField(
        _("organ failure within 28 days"), max_length=8, choices=OrganFailureSeen, blank=True
    )
    outcome_disputed = models.BooleanField(_("outcome disputed"), default=False)
    updated_at = models.DateTimeField()

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering: ClassVar = ["-registered_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["network", "state"], name="case_by_network_state"),
            models.Index(fields=["hospital", "state"], name="case_by_hospital_state"),
            models.Index(fields=["ward", "state"], name="case_by_ward_state"),
            models.Index(fields=["-registered_at", "-id"], name="case_newest_first"),
            models.Index(
                fields=["undo_until"], condition=Q(undo_until__isnull=False), name="case_by_undo_until"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="case_state_known"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=sorted(ACUTE)), name="person_has_one_acute_case"
            ),
            models.CheckConstraint(
                condition=Q(admitted_at__isnull=True) | Q(admitted_at__gte=F("first_visit_at")),
                name="case_admitted_after_first_visit",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def age(self) -> int:
        """The patient's completed years at the first visit, by the calendar of the hospital."""
        return self.patient.age_on(self.first_visit_at.astimezone(ZoneInfo(self.hospital.zone)).date())

    @property
    def is_new(self) -> bool:
        """Whether the case is about to begin, so that nothing is stored of it yet."""
        return self._state.adding

    @property
    def draft(self) -> "Indicators | None":
        """The saved draft of the indicators; None before there is one, without a query for a new case."""
        if self.is_new and not Case.indicators.related.is_cached(self):
            return None
        return getattr(self, "indicators", None)

    @property
    def journey(self) -> Any:
        """The case's `Transport`: who brings the patient; None before anybody said so."""
        return None if self.is_new else getattr(self, "transport", None)

    @property
    def version(self) -> int:
        """Grows with every event, so it names one state of the case."""
        return self.event_count


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: User) -> "OfferQuerySet":
        """Offers to the user's own wards, whatever became of them, and those of cases the user sees."""
        return self.filter(Q(ward__in=user.access.wards) | Q(case__in=Case.objects.visible_to(user)))


class Offer(models.Model):
    """A case offered to one ward. At most one is open per case; a closed one never opens again.

    `question`: what the ward asked back before it decides, `answer` what the first hospital said to it.
    `bed_promised_until`: the ward accepts when a bed is free, until then at the latest.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("expired")
        WARD_CLOSED = "ward_closed", _("passed on, the ward closed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        RELEASED = "released", _("released")
        SUPERSEDED = "superseded", _("superseded")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="offers")
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="offers")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    offered_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=20, choices=DeclineReason, blank=True)
    question = models.ForeignKey("referral.Message", null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.ForeignKey("referral.Message", null=True, on_delete=models.PROTECT, related_name="+")
    bed_promised_until = models.DateTimeField(null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral request")
        verbose_name_plural = _("referral requests")
        ordering: ClassVar = ["offered_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["ward", "state"], name="offer_by_ward_state")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="open"), name="case_has_one_open_offer"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "open",
                        "accepted",
                        "declined",
                        "expired",
                        "ward_closed",
                        "withdrawn",
                        "released",
                        "superseded",
                    ]
                ),
                name="offer_state_known",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def awaits_answer(self) -> bool:
        """Whether the first hospital has not answered yet what the ward asked back."""
        return self.is_open and self.question_id is not None and self.answer_id is None


class QuestionQuerySet(models.QuerySet["Question"]):
    def open(self) -> "QuestionQuerySet":
        return self.filter(closed_at__isnull=True)

    def visible_to(self, user: User) -> "QuestionQuerySet":
        """Questions to the user's own wards, answered or not, and those of cases the user sees."""
        return self.filter(Q(ward__in=user.access.wards) | Q(case__in=Case.objects.visible_to(user)))


class Question(models.Model):
    """A question about a watched case to one ward; question and answer are encrypted.

    While it is open the ward sees the case. It is closed by the answer, or without one when the case is no
    longer watched.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="questions")
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="questions")
    text = EncryptedField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = EncryptedField(null=True)
    advice = models.CharField(_("advice"), max_length=8, choices=Advice, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering: ClassVar = ["asked_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["ward"], condition=Q(closed_at__isnull=True), name="question_open_by_ward"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(closed_at__isnull=True), name="case_has_one_open_question"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer__isnull=True, answered_by__isnull=True)
                | Q(
                    answered_at__isnull=False,
                    answer__isnull=False,
                    answered_by__isnull=False,
                    closed_at__isnull=False,
                ),
                name="question_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(advice__in=["", *Advice.values]), name="question_advice_known"
            ),
        ]


class Event(models.Model):
    """A line of the case's timeline. Append-only: a trigger refuses UPDATE and DELETE.

    `what` is a verb or one of the engine's lines (see `referral.pathway.timeline`); `details` holds codes,
    ids and numbers that it was given, never personal data; that is in `personal`, encrypted. `occurred_at` is
    when it happened, `recorded_at` when it was entered, `transaction` what `referral.queries.changes` orders
    by.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=40)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    state_before = models.CharField(max_length=12, choices=State, blank=True)
    state_after = models.CharField(max_length=12, choices=State)
    details = models.JSONField(default=dict)
    note = EncryptedField(null=True)
    personal = EncryptedField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    transaction = TransactionField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        ordering: ClassVar = ["case", "number"]
        indexes: ClassVar = [models.Index(fields=["transaction", "id"], name="event_by_transaction")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="event_number_once")]


class Message(models.Model):
    """A line of the talk between the ward and the first hospital; the text is encrypted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = EncryptedField()
    sent_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["sent_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["case", "sent_at"], name="message_by_case")]
