"""A simulated month of a network: people answer late, wards are full, carriers fail, arrivals are overdue.

`python -m bench.month` lives through it twice with the same patients: bare, and equipped with free beds that
wards state, calls that say a code, and carriers' reports. At the end deadlines, alerts and statistics are
counted against each other: whatever must be 0 and is not is a missed target. How people and carriers behave
is an assumption that stands in `bench/month_of_a_network`; what is compared is the product under it.
"""

import random
import sys
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bench import report, rig

if TYPE_CHECKING:
    from bench.month_of_a_network.life import Month

BEGIN = datetime(2026, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
DAYS, A_DAY, SEED = 30, 1.2, 20260601
NUMBERS = {
    "ACLF_SMS_PROVIDER": "generic",
    "ACLF_VOICE_PROVIDER": "generic",
    "ACLF_LOG_LEVEL": "ERROR",
}
SETTINGS = NUMBERS | {
    f"ACLF_{channel}_{name}": value
    for channel in ("SMS", "VOICE")
    for name, value in (("URL", "http://127.0.0.1:9/"), ("SECRET", "of-a-simulated-carrier"))
}
STATED_AT = (7, 13, 19)
ILL = {
    "cirrhosis": True, "variceal_bleeding": False, "encephalopathy_grade": 2, "bilirubin": 310,
    "bilirubin_unit": "umol/L", "inr": 2.2, "urea": 11.0, "urea_unit": "mmol/L", "sodium_mmol_l": 129,
}  # fmt: skip


def live(*, equipped: bool) -> "Month":
    """One month, from the first patient to the end of the thirtieth day."""
    from bench.month_of_a_network.carrier import Carrier
    from bench.month_of_a_network.life import Month
    from bench.month_of_a_network.places import build
    from notifications.channels.email import EmailChannel
    from notifications.channels.gateways.phones import PhoneChannel

    dice = random.Random(SEED)  # noqa: S311 - a simulation
    carrier = Carrier(random.Random(SEED + 1))  # noqa: S311
    for channel in (EmailChannel, PhoneChannel):
        channel.send = lambda own, message: carrier.send(own, message)  # type: ignore[method-assign]
    places = build(BEGIN, equipped=equipped)
    month = Month(places, carrier, dice, BEGIN, BEGIN + timedelta(days=DAYS))
    _patients(month)
    if equipped:
        _beds(month)
    month.run()
    return month


def _patients(month: "Month") -> None:
    """Patients come at any hour, more of them by day."""
    moment, number = timedelta(0), 0
    while True:
        moment += timedelta(days=month.dice.expovariate(A_DAY))
        if moment > timedelta(days=DAYS):
            return
        number += 1
        month.after(moment, _first_visit(month, number))


def _first_visit(month: "Month", number: int) -> Any:
    from bench.month_of_a_network.life import course_of
    from referral.demo.patients import demo_person
    from referral.intake.first_visit import FirstVisit
    from referral.intake.registration import register
    from referral.pathway.vocabulary import Verb

    hospital = month.places.hospitals[number % len(month.places.hospitals)]
    course = course_of(random.Random(f"{SEED}-{number}"))  # noqa: S311

    def come() -> None:
        person = demo_person(number, on=hospital.day_of(month.now))
        doctor = month.places.doctors[hospital.pk]
        visit = FirstVisit(
            person=person,
            at=month.now,
            chronic_liver_disease="hepatitis_b",
            presentation="acute_liver_injury",
        )
        case = register(actor=doctor, hospital=hospital, visit=visit, now=month.now)
        month.courses[case.pk] = course
        values = {**ILL, "sampled_at": month.now.isoformat()}
        month.do(case.pk, Verb.ASSESS, doctor, values=values)

    return come


def _beds(month: "Month") -> None:
    """Three times a day each ward says how many beds it can give."""
    from referral.intake.free_beds import state_beds

    def state(ward: Any) -> None:
        duty = month.places.staff[ward.pk][0]
        state_beds(ward=ward, actor=duty, free=max(0, month.free(ward)), now=month.now)

    for day in range(DAYS):
        for hour in STATED_AT:
            for ward in month.places.wards:
                month.after(timedelta(days=day, hours=hour), lambda ward=ward: state(ward))


def figures(month: "Month", name: str) -> list[report.Figure]:
    """What the month came to, and what must be 0."""
    from bench.month_of_a_network import reckoning

    places = month.places
    placed, asked, median, p90 = reckoning.placements(places)
    answers = reckoning.answers_of(places, month.end)
    journeys, overdue = reckoning.overdue_journeys(places)
    sent, failed = reckoning.messages(places)
    rows: list[tuple[str, float]] = [
        ("patients flagged", month.done["assess"]),
        ("patients placed", placed),
        ("wards asked per placement", asked),
        ("hours to the acceptance, median", median),
        ("hours to the acceptance, 90th centile", p90),
        ("requests answered", answers.whole.cases),
        ("minutes to the first answer, median", (answers.whole.median or 0) / 60),
        ("minutes to the first answer, 90th centile", (answers.whole.p90 or 0) / 60),
        *_by_alert(answers),
        ("requests that ran out without an answer", answers.unanswered),
        ("journeys", journeys),
        ("journeys overdue", overdue),
        ("messages", sent),
        ("messages that the carrier, or its report, gave up", failed),
        *((f"calls answered with keys: {outcome}", n) for outcome, n in sorted(month.keys.items())),
        ("acts refused, as somebody was quicker", sum(month.refused.values())),
    ]
    shown = [report.Figure(f"{name}: {label}", float(value)) for label, value in rows]
    wrong = reckoning.faults(places, month.end)
    return shown + [report.Figure(f"{name}: {what}", n, "0", n == 0) for what, n in wrong.items()]


def _by_alert(answers: Any) -> list[tuple[str, float]]:
    return [
        (f"minutes to the first answer after {way.value} ({spread.cases})", spread.median / 60)
        for way, spread in answers.by_alert.items()
        if spread.median is not None
    ]


def _hasten() -> None:
    """A month in minutes: nothing dies in it, so that commits need not wait for the disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def main() -> int:
    """Live both months; 1 if anything that must be 0 is not."""
    rig.start(**SETTINGS)
    _hasten()
    rows, began = [], time.monotonic()
    for name, equipped in (("bare", False), ("equipped", True)):
        month = live(equipped=equipped)
        rows += figures(month, name)
        print(f"{name}: {dict(month.done)} refused {dict(month.refused)}", flush=True)
    conditions = rig.conditions() | {"seed": SEED, "days": DAYS, "seconds": round(time.monotonic() - began)}
    return report.publish("month", "A simulated month of a network", rows, conditions)


if __name__ == "__main__":
    sys.exit(main())
