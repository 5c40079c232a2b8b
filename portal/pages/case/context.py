"""What the page of one case shows: who is awaited, what is due, what can be done, whom to call, the talk."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Ward
from notifications import hooks
from portal.background import earlier_of, parts_of
from portal.pages.case import timeline_texts
from portal.pages.case.expected_steps import sorted_out
from portal.pages.case.proof import in_words
from portal.pages.case.scene import People, people_around, ward_of
from portal.pages.case.situation import situation_of
from portal.pages.discharge import context
from portal.pages.discharge.trends import newest_values
from portal.pages.files.context import in_a_list
from portal.pages.reference.calculator_context import comparators_of
from portal.pages.verbs import forms
from portal.pages.verbs.forms import VerbForm
from portal.pages.verbs.slugs import slug
from portal.pages.verbs.texts import TEXTS, VerbText
from portal.pages.verbs.ward_hints import ward_hints
from portal.windows import Window, label_of, window_of, window_of_case, with_alarm
from referral.models import Case, Deadline, Message, Offer
from referral.pathway.case_roles import answers_for, open_question, own_clocks
from referral.pathway.perform import verbs_of
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import ACUTE, BEFORE_ADMISSION, FOLLOW_UPS, Kind, Party, State, Verb
from referral.queries import cases
from referral.queries.alert_proof import proof_of
from referral.queries.background import versions_of
from referral.queries.referral_reasons import grounds_of
from referral.queries.urgency import unanswered_red_flags

NOBODY_ON_DUTY: Text = _("nobody is on duty now")


@dataclass(frozen=True, slots=True)
class Awaited:
    """What the case waits for, of whom, and whether that is the reader."""

    who: Text
    what: Text
    mine: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A verb that leads to a page of its own."""

    slug: str
    text: VerbText


@dataclass(frozen=True, slots=True)
class Said:
    """A message with where its author stands."""

    message: Message
    place: Text
    mine: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call. `note` says what to know before."""

    role: Text
    name: str
    phone: str
    note: Text = ""
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Delay:
    """A missed deadline, the ward it was about if any, and the form that asks why."""

    deadline: Deadline
    place: str
    form: VerbForm | None


def page(case: Case, user: User, now: datetime) -> dict[str, Any]:
    """The context of a case page. `case` comes from `selectors.cases`."""
    offer = cases.current_offer(case)
    sides = cases.sides(user, case)
    usable = verbs_of(sides, case)
    people = people_around([case], now, with_duty=True)
    return {
        "case": case,
        "now": now,
        "zone": case.hospital.zone,
        "offer": offer,
        "awaited": awaited(case, user, offer),
        "situation": situation_of(case, sides, now, people),
        "proof": in_words(proof_of(case, now), case, now),
        "alerts": alerts(case, user, usable),
        "is_before_admission": case.state in BEFORE_ADMISSION,
        "ward": case.ward if case.state in ACUTE else None,
        "bed": case.bed if case.state in ACUTE else "",
        **identity(case),
        **_due(case, user, sides, usable, now),
        **actions(case, usable, offer, user, now),
        **talk(case, user, usable),
        **in_a_list(case, user),
        "may_add_file": Verb.ADD_FILE in usable,
        **background(case, usable),
        "contacts": contacts(case, people),
        "wards": cases.wards_to_call(case) if case.state in WARDS_IN_FRONT else (),
        **context.parts(case),
        **newest_values(case, now),
        "grounds": grounds_of(case),
        "earlier": cases.earlier_case(user, case),
        "lines": timeline_texts.lines(case, cases.events(case)),
        "comparators": comparators_of(case) if sides & SPECIALISTS else None,
    }


def background(case: Case, usable: Container[Verb]) -> dict[str, Any]:
    """What was said beyond the indicators, the versions before, and whether the reader may say more."""
    versions, zone = versions_of(case), case.hospital.zone
    stated = versions[-1] if versions else None
    return {
        "background": stated,
        "background_parts": parts_of(stated, zone),
        "background_before": earlier_of(versions, zone),
        "may_state_background": Verb.STATE_BACKGROUND in usable,
    }


SPECIALISTS = frozenset({Party.OFFER_WARD, Party.CARE_WARD, Party.COORDINATOR})
"""Who is shown the published scores beside the risk model."""

WARDS_IN_FRONT = frozenset({State.REGISTERED, State.WATCHED, State.UNPLACED})


def identity(case: Case) -> dict[str, Any]:
    """Who the patient is, beyond the name."""
    details = ("national_id", "local_number", "phone")
    return {"age": case.age, **{name: case.patient.detail(name) for name in details}}


def awaited(case: Case, user: User, offer: Offer | None) -> Awaited | None:
    """Of whom something is awaited; None when the case has ended."""
    step = cases.awaited_of(case)
    if step is None:
        return None
    party, what = step
    question = open_question(case)
    places: dict[Party, Text] = {
        Party.ORIGIN: case.hospital.name,
        Party.OFFER_WARD: _place(offer.ward) if offer else "",
        Party.CARE_WARD: _place(case.ward) if case.ward else "",
        Party.ADVICE_WARD: _place(question.ward) if question else "",
        Party.COORDINATOR: Party.COORDINATOR.label,
    }
    return Awaited(places[party], what, party in cases.sides(user, case))


def alerts(case: Case, user: User, usable: Iterable[Verb]) -> list[str]:
    """Titles of the alerts that one tap acknowledges; none where acknowledging the request does that."""
    unanswered = any(row.is_open and not row.acknowledged_at for row in case.offers.all())
    if Verb.ACKNOWLEDGE in usable and unanswered:
        return []
    language = get_language() or user.language
    titles = (hooks.render(row, language).title for row in cases.alerts_about(case, user))
    return list(dict.fromkeys(titles))


def _place(ward: Ward) -> str:
    return f"{ward.hospital.name} · {ward.name}"


def time_left(case: Case, sides: frozenset[Party], now: datetime) -> tuple[Window | None, Window | None]:
    """What is due first, and the 48 hours the case is in where those are something else.

    Outcomes of the follow-up count only where nothing else runs.
    """
    window = window_of_case(case, now)
    rows = [row for row in own_clocks(case, sides) if row.closed_at is None]
    acute = [row for row in rows if row.kind not in FOLLOW_UPS]
    first = next(iter(acute or rows), None)
    due = with_alarm(window_of(first, now, case.hospital.zone), case) if first else None
    if due is None or window is None or due.due_at == window.due_at:
        return window or due, None
    return due, window


def _due(
    case: Case, user: User, sides: frozenset[Party], usable: Iterable[Verb], now: datetime
) -> dict[str, Any]:
    """What is due first, in large; what else runs, what was missed without a reason, and what is over."""
    rows = own_clocks(case, sides)
    due, window = time_left(case, sides, now)
    zone = case.hospital.zone
    shown = {shown.label for shown in (due, window) if shown}
    running = [row for row in rows if row.closed_at is None and not _is_shown(row, shown, zone)]
    missed = [
        row
        for row in rows
        if row.missed_at is not None and not row.delay_reason and answers_for(user, row, case, sides)
    ]
    return {
        "due": due,
        "window": window,
        "running": [row for row in running if row.kind not in FOLLOW_UPS],
        "later": [window_of(row, now, zone) for row in running if row.kind in FOLLOW_UPS],
        "delays": [delay(case, row, usable) for row in missed],
        "over": [(row, window_of(row, now, zone)) for row in rows if row.closed_at is not None],
    }


def _is_shown(row: Deadline, shown: Container[Text], zone: str) -> bool:
    return row.kind == Kind.ADMIT or label_of(row, zone) in shown


def delay(case: Case, row: Deadline, usable: Iterable[Verb]) -> Delay:
    place = next((_place(offer.ward) for offer in case.offers.all() if offer.pk == row.offer_id), "")
    if Verb.EXPLAIN_DELAY not in usable:
        return Delay(row, place, None)
    form = forms.build(Verb.EXPLAIN_DELAY, case=case, typed={"deadline": str(row.pk)})
    return Delay(row, place, form)


def actions(
    case: Case, usable: list[Verb], offer: Offer | None, user: User, now: datetime, back: str = ""
) -> dict[str, Any]:
    """The expected verbs as forms, the others as links."""
    first, more = sorted_out(case, usable, offer)
    named = offer.pk if offer is not None and offer.is_open else None
    return {
        "assess": Verb.ASSESS in first,
        "is_urgent": Verb.REFER in first and bool(unanswered_red_flags(case)),
        "forms": [
            forms.build(verb, case=case, offer=named, back=back, hints=ward_hints(verb, case, user, now))
            for verb in first
            if verb != Verb.ASSESS
        ],
        "more": [Step(slug(verb), TEXTS[verb]) for verb in more if verb != Verb.ASSESS],
        "assess_again": Verb.ASSESS in more,
        "may_assess": Verb.ASSESS in usable,
    }


def talk(case: Case, user: User, usable: Iterable[Verb]) -> dict[str, Any]:
    """What was said, and the form to say more where that is allowed."""
    spoken = list(cases.messages(case))
    authors = {message.author_id: message.author for message in spoken}
    places = {pk: place_of(author, case) for pk, author in authors.items()}
    return {
        "said": [
            Said(message, places[message.author_id], message.author_id == user.pk) for message in spoken
        ],
        "message_form": forms.build(Verb.MESSAGE, case=case) if Verb.MESSAGE in usable else None,
    }


def place_of(author: User, case: Case) -> str | Promise:
    """Where somebody who speaks on a case stands."""
    access = author.access
    if case.hospital_id in access.refers_for:
        return case.hospital.name
    wards = {offer.ward_id: offer.ward for offer in case.offers.all()}
    if case.ward is not None:
        wards[case.ward.pk] = case.ward
    own = next((ward for pk, ward in wards.items() if pk in access.wards), None)
    return own.name if own else Party.COORDINATOR.label


def contacts(case: Case, people: People) -> list[Contact]:
    """Whom to call about the case: the ward and its duty, the first hospital, the coordinators."""
    ward = ward_of(case)
    people_to_call = ward_contacts(ward, (people.duty or {}).get(ward.pk, ())) if ward else []
    clinician = case.registered_by
    people_to_call.append(Contact(_("first hospital"), case.hospital.name, case.hospital.phone))
    people_to_call.append(Contact(_("registered by"), clinician.name, clinician.phone))
    people_to_call += [
        Contact(Party.COORDINATOR.label, person.name, person.phone)
        for person in people.coordinators.get(case.network_id, ())
    ]
    return people_to_call


def ward_contacts(ward: Ward, duty: Iterable[User]) -> list[Contact]:
    """A ward's own number and the people on duty there."""
    closed = _("closed for new requests") if not ward.is_open else ""
    own = Contact(_("ward"), _place(ward), ward.phone, closed, alarm=bool(closed))
    return [own, *duty_contacts(duty)]


def duty_contacts(people: Iterable[User]) -> list[Contact]:
    """The people on duty in a ward, or that nobody is."""
    duty = [Contact(_("on duty"), person.name, person.phone) for person in people]
    return duty or [Contact(_("on duty"), "", "", NOBODY_ON_DUTY, alarm=True)]
