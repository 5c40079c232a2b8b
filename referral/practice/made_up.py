"""Made-up patients, and a made-up other side, so that one person can practise alone."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.models import Hospital, Membership, Network, Role, User
from referral.codes import ChronicLiverDisease, Presentation
from referral.demo.patients import demo_person, indicators
from referral.intake.first_visit import FirstVisit
from referral.intake.registration import register
from referral.models import Case, Offer
from referral.pathway.perform import perform
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import State, Verb

SAMPLED_BEFORE = timedelta(minutes=35)


class PracticeError(Exception):
    """It cannot be made up; `message` says what is missing."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


def network_of(user: User) -> Network:
    """The practice network in which `user` learns. Raises PracticeError where there is none."""
    network = Network.objects.filter(pk__in=user.access.networks, is_practice=True).first()
    if network is None:
        raise PracticeError(_("This account does not practise."))
    return network


def send_request(network: Network, *, now: datetime) -> Case:
    """A made-up patient of a practice hospital, flagged and offered to its first ward."""
    doctor = _member(network, Role.REFERRING_CLINICIAN)
    hospital = doctor.hospital
    number = Case.objects.filter(network=network).count() + 1
    person = demo_person(number, on=hospital.day_of(now)) if hospital else None
    if hospital is None or person is None:
        raise PracticeError(INCOMPLETE)
    visit = FirstVisit(
        person=person,
        at=now - SAMPLED_BEFORE,
        chronic_liver_disease=ChronicLiverDisease.HEPATITIS_B,
        presentation=Presentation.ACUTE_LIVER_INJURY,
    )
    case = register(actor=doctor.user, hospital=hospital, visit=visit, now=now)
    values = indicators("very_high", seed=number, sampled_at=now - SAMPLED_BEFORE)
    return perform(case, Verb.ASSESS, actor=doctor.user, now=now, values=values)


def answer_request(user: User, *, now: datetime) -> Case:
    """The ward acknowledges and accepts the newest open request of the user's hospitals."""
    offers = Offer.objects.filter(
        state=Offer.State.OPEN,
        case__state=State.OFFERED,
        case__hospital__in=user.access.refers_for,
        case__network__is_practice=True,
    )
    offer = offers.select_related("case").order_by("-offered_at").first()
    if offer is None:
        raise PracticeError(_("No request of yours waits for an answer. Register a patient and refer first."))
    staff = Membership.objects.filter(ward=offer.ward_id, user__is_active=True).select_related("user")
    specialist = staff.first()
    if specialist is None:
        raise PracticeError(INCOMPLETE)
    for verb in (Verb.ACKNOWLEDGE, Verb.ACCEPT):
        case = perform(offer.case, verb, actor=specialist.user, now=now, offer=offer.pk)
    return case


INCOMPLETE: Text = _(
    "The practice network has nobody for the other side. Ask your administrator to complete it."
)


def _member(network: Network, role: Role) -> Membership:
    asking = Hospital.objects.filter(network=network, catchments__isnull=False)
    rows = Membership.objects.filter(network=network, role=role, hospital__in=asking, user__is_active=True)
    member = rows.select_related("user", "hospital").order_by("user__email").first()
    if member is None:
        raise PracticeError(INCOMPLETE)
    return member
