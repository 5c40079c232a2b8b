"""The words of every notification of the pathway, chosen when it is read: no personal data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.local_time import in_brief
from notifications.types import Rendered
from referral.alerts import compose
from referral.pathway import timeline
from referral.pathway.vocabulary import Kind
from scoring.texts import MODEL_STATUS, band_text

WORDS = {
    compose.NEW_OFFER: (
        _("New referral request %(number)s from %(hospital)s"),
        _("Please open the case and acknowledge it by %(due)s."),
    ),
    compose.UNPLACED: (
        _("No ward has accepted case %(number)s from %(hospital)s"),
        _(
            "The coordinator was alerted. Please call a ward too; "
            "the case page shows every ward's phone number."
        ),
    ),
    compose.REMINDER: (
        _("Case %(number)s: %(deadline)s by %(due)s"),
        _("Case of %(hospital)s. Still open, due at %(due)s."),
    ),
    compose.MISSED: (
        _("Case %(number)s: %(deadline)s is overdue"),
        _("Case of %(hospital)s. It was due at %(due)s. Please act, and give the reason for the delay."),
    ),
    compose.DONE: (
        _("Case %(number)s: %(event)s"),
        _("Case of %(hospital)s. Open it to see what is next."),
    ),
    compose.MESSAGE: (
        _("Case %(number)s: you have a new message"),
        _("Case of %(hospital)s. Open it to read and to answer."),
    ),
    compose.CONTRADICTED: (
        _("Case %(number)s: statements about the outcome contradict each other"),
        _(
            "Latest entry: %(event)s. Please call %(hospital)s and the ward, ask what is right, "
            "then settle the outcome on the case page. Until then the outcome does not count."
        ),
    ),
    compose.ADMITTED_ELSEWHERE: (
        _("Case %(number)s: another ward has admitted the patient whom your ward expected"),
        _(
            "Case of %(hospital)s. Open the case and compare. If your patient is somebody else, call the "
            "other ward or write on the case page: until %(due)s the admission can be marked as entered in "
            "error."
        ),
    ),
    compose.KEYS_TOO_LATE: (
        _("Case %(number)s: your answer by telephone came too late"),
        _(
            "The request of %(hospital)s was no longer open for your ward, so nothing was acknowledged. "
            "Open the case to see which ward is asked now."
        ),
    ),
    compose.RESULTS: (
        _("Case %(number)s: new laboratory results have arrived"),
        _(
            "Case of %(hospital)s. They are not among the values yet: somebody of the hospital looks at them "
            "and takes what is right."
        ),
    ),
    compose.MET_ELSEWHERE: (
        _("The patient of case %(number)s was seen at another hospital"),
        _(
            "Another hospital of the network tried to register a patient with the same number. "
            "It was told that the patient is known; where the case is open, with your phone number."
        ),
    ),
    compose.MET_DEAD: (
        _("The patient of case %(number)s, recorded as dead, was seen again"),
        _(
            "Somebody registers a patient with a number that belongs to a patient recorded as dead. "
            "Call the hospital: either the number or the death was entered wrongly."
        ),
    ),
    compose.SHARED_NUMBER: (
        _("The patient of case %(number)s has a number that another patient has too"),
        _(
            "Compare the cases with the hospitals: either one of the numbers is wrong and has to be "
            "corrected, or it is one person."
        ),
    ),
    compose.READMITTED: (
        _("The patient of case %(number)s is acutely ill again"),
        _("A new case was registered for the new episode. The outcome of this one is still asked for."),
    ),
    compose.QUARANTINED: (
        _("Case %(number)s: %(deadline)s could not be processed"),
        _(
            "The deadline was set aside. Have the case watched by hand, and open the operator's page: "
            "it names the error."
        ),
    ),
    compose.UNDELIVERABLE: (
        _("Case %(number)s: an alert could not be delivered to anybody"),
        _("Call %(hospital)s or the ward, then look at the operator's page for the address that failed."),
    ),
}
"""Title and body by kind of notification."""

LABELS = {
    compose.NEW_OFFER: _("New referral request"),
    compose.UNPLACED: _("No ward has accepted"),
    compose.REMINDER: _("Something is due"),
    compose.MISSED: _("Something is overdue"),
    compose.DONE: _("Something was done on a case"),
    compose.MESSAGE: _("New message"),
    compose.CONTRADICTED: _("Statements about the outcome contradict each other"),
    compose.KEYS_TOO_LATE: _("An answer by telephone came too late"),
    compose.RESULTS: _("New laboratory results"),
    compose.MET_ELSEWHERE: _("Patient seen at another hospital"),
    compose.MET_DEAD: _("Patient recorded as dead was seen again"),
    compose.SHARED_NUMBER: _("Two patients have one number"),
    compose.READMITTED: _("Patient is acutely ill again"),
    compose.QUARANTINED: _("A deadline could not be processed"),
    compose.UNDELIVERABLE: _("An alert could not be delivered"),
}
"""Every kind of notification in a few words."""

TO_COORDINATORS = {
    compose.NEW_OFFER: _(
        "The ward should acknowledge it by %(due)s. Please call the ward, or ask another one."
    ),
    compose.UNPLACED: _("Please redirect it to a ward; the case page shows every ward's phone number."),
}
"""The body for those who can ask another ward, where it is not everybody's."""


def render(kind: str, payload: Mapping[str, Any], language: str) -> Rendered:
    """Title, body and link of one notification in `language`, which is active while this runs."""
    words = {"number": payload["number"], "hospital": _hospital(payload, language)}
    title, body = _words(kind, payload, words)
    if payload.get("rungs", 1) > 1:
        words["rungs"] = payload["rungs"]
        body = f"{body} " + gettext("%(rungs)s reminders fell due together.")
    if payload.get("nobody_on_duty"):
        body = f"{body} " + gettext("Nobody is on duty on the ward: its lead and the coordinator are told.")
    return Rendered(
        title=title % words,
        body=f"{body % words}{_risk(payload)}",
        url_path=_leads_to(kind, payload),
        parameters={name: str(value) for name, value in words.items()},
    )


def _leads_to(kind: str, payload: Mapping[str, Any]) -> str:
    """The case; for those who run the platform, who may not see it, their own page."""
    if kind in (compose.QUARANTINED, compose.UNDELIVERABLE):
        return reverse("portal:operations")
    return reverse("portal:case", args=[payload["case"]])


def _risk(payload: Mapping[str, Any]) -> str:
    """The band, and that its model is provisional where it is."""
    if not payload.get("band"):
        return ""
    words = gettext("Risk: %(band)s.") % {"band": band_text(payload["band"])}
    return f" {words} {MODEL_STATUS.get(payload.get('model_status', ''), '')}".rstrip()


def _hospital(payload: Mapping[str, Any], language: str) -> str:
    english = language.startswith("en") and payload.get("hospital_en")
    return str(english or payload["hospital_zh"])


def _words(kind: str, payload: Mapping[str, Any], words: dict[str, Any]) -> tuple[str, str]:
    """Title and body of `kind`; adds to `words` what they mention."""
    if "deadline" in payload:
        words["deadline"] = Kind(payload["deadline"]).label
    if "due_at" in payload:
        words["due"] = in_brief(datetime.fromisoformat(payload["due_at"]), payload["zone"])
    if "verb" in payload:
        words["event"] = timeline.label(payload["verb"], payload.get("state", ""))
    title, body = WORDS[kind]
    if payload.get("coordinates"):
        body = TO_COORDINATORS.get(kind, body)
    return str(title), str(body)
