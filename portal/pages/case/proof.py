"""The proof that somebody knows, in words: who was alerted, what became of it, who is next."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.punctuation import listed
from notifications.fates import Alerted, Fate, Knowledge
from portal.windows import duration
from referral.deadlines.ladder_texts import audience_of
from referral.models import Case
from referral.queries.alert_proof import AlertProof, NextAlert

UNSEEN = frozenset({Knowledge.NOBODY_ALERTED, Knowledge.WAITING, Knowledge.HANDED_OVER, Knowledge.DELIVERED})


@dataclass(frozen=True, slots=True)
class Line:
    """One alert to one person; `channels` in words, `mark`: "good", "bad" or none."""

    name: str
    at: datetime
    channels: tuple[str, ...]
    answer: str
    mark: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """What follows if nothing is done."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Proof:
    headline: str
    lines: list[Line]
    ahead: list[Ahead]
    is_unseen: bool


def in_words(proof: AlertProof | None, case: Case, now: datetime) -> Proof | None:
    """What the page of a case says; None where nobody waits for anybody."""
    if proof is None:
        return None
    return Proof(
        headline=headline(proof, now),
        lines=[_line(row) for row in proof.alerts],
        ahead=[Ahead(rung.at, _rung(rung)) for rung in proof.ahead],
        is_unseen=proof.knowledge in UNSEEN,
    )


def headline(proof: AlertProof, now: datetime) -> str:
    """How far it is certain that somebody knows, and who is alerted next."""
    said = _known(proof)
    if proof.knowledge == Knowledge.ACKNOWLEDGED or not proof.ahead:
        return said
    rung = proof.ahead[0]
    words = {"who": audience_of(rung.step), "time": duration(rung.at - now)}
    coming = _("Next: %(who)s in %(time)s.") % words
    return f"{said} {coming}"


def _known(proof: AlertProof) -> str:
    best = proof.best
    words: dict[str, object] = {"number": len({row.recipient.pk for row in proof.alerts})}
    words |= {"name": best.recipient.name, "after": _after(best)} if best else {}
    match proof.knowledge:
        case Knowledge.ACKNOWLEDGED:
            return _("%(name)s acknowledged the alert %(after)s after it.") % words
        case Knowledge.OPENED:
            return _("%(name)s opened the alert %(after)s after it; nobody has acknowledged it yet.") % words
        case Knowledge.DELIVERED:
            return _("The carrier reports it delivered to %(name)s; nobody has opened it yet.") % words
        case Knowledge.NOBODY_ALERTED:
            return _("Nobody was alerted yet.")
        case _:
            return _("Nobody has seen it yet; people alerted: %(number)s.") % words


def _after(alert: Alerted) -> str:
    row = alert.notification
    moment = row.acknowledged_at or row.read_at or row.created_at
    return duration(moment - row.created_at)


def _line(alert: Alerted) -> Line:
    row = alert.notification
    if row.acknowledged_at:
        answer, mark = _("acknowledged after %(time)s") % {"time": _after(alert)}, "good"
    elif row.read_at:
        answer, mark = _("opened after %(time)s, not acknowledged") % {"time": _after(alert)}, ""
    else:
        answer, mark = _("not opened yet"), "bad"
    channels = tuple(f"{row.label}{_(': ')}{row.fate.label}{_since(alert, row.at)}" for row in alert.channels)
    all_failed = bool(alert.channels) and all(row.fate == Fate.FAILED for row in alert.channels)
    return Line(alert.recipient.name, row.created_at, channels, answer, "bad" if all_failed else mark)


def _since(alert: Alerted, at: datetime | None) -> str:
    if at is None:
        return ""
    return _(" (after %(time)s)") % {"time": duration(at - alert.notification.created_at)}


def _rung(rung: NextAlert) -> str:
    parts = [audience_of(rung.step), str(rung.deadline.get_kind_display())]
    if rung.step.expires_offer:
        parts.append(_("the request goes to the next ward"))
    return listed(parts)
