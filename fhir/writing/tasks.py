"""A Task that was sent back: which verb of the pathway it means, with which inputs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fhir.datatypes import Json, own_system
from fhir.mapping import TASK_AFTER
from fhir.outcomes import Refused, refused
from fhir.writing.elements import Findings, codings_of, objects_in, text_of
from referral.models import BackReferral, Case, Offer
from referral.pathway.inputs import ON_AN_OFFER, VERB_INPUTS, parse_inputs
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb

CHANGEABLE = frozenset({"status", "businessStatus", "statusReason", "input", "output", "note"})
IGNORED = frozenset({"meta", "text", "lastModified", "language"})
VERB_SYSTEM = own_system("verb")
NOT_BY_TASK = frozenset({Verb.REGISTER, Verb.SAVE_INDICATORS, Verb.ASSESS, Verb.ADD_FILE})
"""Verbs whose inputs are no list of values: they have resources of their own."""
VALUES = (
    *("valueString", "valueCode", "valueBoolean", "valueInteger", "valueDecimal", "valueDateTime"),
    *("valueDate", "valueId", "valueUri", "valuePositiveInt"),
)


def act(
    row: Offer | BackReferral,
    served: Json,
    sent: Mapping[str, Any],
    *,
    user: User,
    version: int | None,
    now: datetime,
) -> Verb | None:
    """Do what `sent` says that `served` does not say yet; None where that is nothing.

    Raises Refused and what `perform` raises.
    """
    _refuse_other_changes(served, sent)
    inputs = _inputs(sent)
    verb = _verb(row, served, sent, inputs, user)
    if verb is None:
        return None
    offer = row.pk if isinstance(row, Offer) and verb in ON_AN_OFFER else None
    try:
        perform(
            Case.objects.visible_to(user).select_related("hospital", "policy").get(pk=row.case_id),
            verb,
            actor=user,
            now=now,
            offer=offer,
            if_version=version,
            read=lambda case: parse_inputs(verb, inputs, case=case, user=user),
        )
    except InputError as error:
        named = ((_kind(code), f"Task.input[{name}]", text) for name, code, text in error.rows)
        raise Refused(422, *named) from error
    return verb


def _kind(code: str) -> str:
    return "required" if code == "required" else "value"


def _refuse_other_changes(served: Json, sent: Mapping[str, Any]) -> None:
    """Whatever else differs from what is served cannot be changed by a Task."""
    findings = Findings()
    for name, value in sent.items():
        if name in CHANGEABLE or name in IGNORED or served.get(name) == value:
            continue
        text = _("“%(where)s” cannot be changed. Send the Task as it was read, with its new status.")
        findings.add(f"Task.{name}", text % {"where": f"Task.{name}"}, "not-supported")
    findings.check()


def _inputs(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of the verb, by name: `Task.input`, the reason of the status, and the note."""
    inputs: dict[str, Any] = {}
    for name in ("input", "note"):
        if not isinstance(sent.get(name, []), list):
            raise refused(422, _("This element is a list."), f"Task.{name}", kind="structure")
    for position, row in enumerate(objects_in(sent.get("input"))):
        names = [coding["code"] for coding in codings_of(row.get("type"))]
        values = [row[name] for name in VALUES if name in row]
        values += [coding["code"] for coding in codings_of(row.get("valueCodeableConcept"))[:1]]
        if not names or not values:
            text = _("An input has a code in “type” and a plain value (valueString, valueCode, …).")
            raise refused(422, text, f"Task.input[{position}]", kind="value")
        inputs[names[0]] = values[0]
    if codings := codings_of(sent.get("statusReason")):
        inputs.setdefault("reason", codings[0]["code"])
    if notes := [text_of(row.get("text")) for row in objects_in(sent.get("note"))]:
        inputs.setdefault("note", "\n".join(notes))
    return inputs


def _verb(
    row: Offer | BackReferral, served: Json, sent: Mapping[str, Any], inputs: Mapping[str, Any], user: User
) -> Verb | None:
    codings = codings_of(sent.get("businessStatus"))
    if named := next((one["code"] for one in codings if one.get("system") == VERB_SYSTEM), ""):
        return _named(named)
    status = text_of(sent.get("status"))
    business = _business(served, codings)
    if (status, business or _code(served)) == (served["status"], _code(served)):
        return None
    if isinstance(row, BackReferral):
        return _of_return(status)
    fitting = [
        verb
        for verb, after in TASK_AFTER.items()
        if after and verb not in NOT_BY_TASK and after.status == status and business in ("", after.business)
    ]
    return _chosen(fitting, status, row.case, inputs, user)


def _named(code: str) -> Verb:
    if code not in Verb or Verb(code) in NOT_BY_TASK or Verb(code) not in VERB_INPUTS:
        text = _("“%(code)s” is no verb that a Task can say.") % {"code": code[:40]}
        raise refused(422, text, "Task.businessStatus", kind="code-invalid")
    return Verb(code)


def _of_return(status: str) -> Verb:
    if status != "completed":
        text = _("The Task of a way back is completed when the hospital has the patient, and nothing else.")
        raise refused(422, text, "Task.status", kind="business-rule")
    return Verb.CONFIRM_RETURN


def _code(served: Json) -> str:
    return str(served["businessStatus"]["coding"][0]["code"])


def _business(served: Json, codings: list[Json]) -> str:
    """The business status that was sent, empty where it is left out or is still the former one."""
    given = codings[0]["code"] if codings else ""
    return "" if given == _code(served) else given


def _chosen(fitting: list[Verb], status: str, case: Case, inputs: Mapping[str, Any], user: User) -> Verb:
    """The one verb of `fitting` that is meant. Raises Refused where none or several can be."""
    if not fitting:
        text = _("A Task cannot be set to “%(status)s” with this business status.")
        raise refused(422, text % {"status": status[:40]}, "Task.status", kind="business-rule")
    usable = [verb for verb in fitting if verb in usable_verbs(user, case)]
    whole = [verb for verb in usable if _takes(verb, inputs)]
    chosen = whole if len(whole) == 1 else usable or fitting[:1]
    if len(chosen) > 1:
        text = _("This can mean %(verbs)s. Say which: a coding of %(system)s in Task.businessStatus.")
        named = {"verbs": ", ".join(chosen), "system": VERB_SYSTEM}
        raise refused(422, text % named, "Task.businessStatus", kind="business-rule")
    return chosen[0]


def _takes(verb: Verb, inputs: Mapping[str, Any]) -> bool:
    """Whether a verb has all that it needs of `inputs`, and none that it does not take."""
    accepted = {one.name: one.required for one in VERB_INPUTS[verb]}
    return inputs.keys() <= accepted.keys() and all(name in inputs for name, need in accepted.items() if need)
