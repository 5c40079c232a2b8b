"""What the forms that are about who the patient is do otherwise than other verbs' forms."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from referral.codes import Removable
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb

if TYPE_CHECKING:
    from portal.pages.verbs.fields import Field

SAID, REMOVED = "said", "removed"
ALWAYS_KNOWN = ("name", "birth_date")


def of_form(verb: Verb, fields: "list[Field]", *, expected: bool) -> "list[Field]":
    """The fields that are shown.

    Only a patient whom the ward does not expect is asked who they are. What is removed from an identity is
    emptied, not ticked.
    """
    hidden = {REMOVED} if verb == Verb.CORRECT_IDENTITY else set()
    if verb == Verb.ADMIT and expected:
        hidden.add(SAID)
    for row in fields:
        is_known = verb == Verb.CORRECT_IDENTITY and row.name in (*ALWAYS_KNOWN, "sex")
        row.required = row.required or is_known or row.name == SAID
    return [row for row in fields if row.name not in hidden]


def emptied(verb: Verb, typed: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str, Text]]]:
    """The inputs of a form, and refusals: a number that was emptied is removed, a name cannot be."""
    if verb != Verb.CORRECT_IDENTITY:
        return typed, []
    gone = [name for name in Removable.values if name in typed and not typed[name].strip()]
    missing = [name for name in ALWAYS_KNOWN if not typed.get(name, "").strip()]
    return {**typed, REMOVED: gone}, [(name, "required", _("Please fill this in.")) for name in missing]
