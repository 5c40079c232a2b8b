"""What happened to the demo's patients: one story per case, in hours since the first visit."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from referral.demo.values import (
    LETTER,
    ORGANS,
    PANEL,
    PANEL_AT_DISCHARGE,
    PANEL_LATER,
    PANEL_OF_STEADY,
)
from referral.pathway.vocabulary import Kind, Verb

V = Verb
DAY = 24
SAVE = "save"
CLOSE_WARD, OPEN_WARD = "close_ward", "open_ward"


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing done `after` the first visit. `by`: a login, where it is not the person the table suggests.

    `before`: how much earlier it had happened than it was recorded. Among `inputs`, a number of hours
    (timedelta) is a moment after the first visit (its day for `day`), a `Kind` one of the case's deadlines,
    `ward` a ward's key.
    """

    after: timedelta
    verb: Verb | str
    by: str = ""
    before: timedelta = timedelta(0)
    inputs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """A case whose first visit was `ago`, and its beats in order. `at`: key of the first hospital."""

    ago: timedelta
    at: str
    beats: tuple[Beat, ...]
    disease: str = "hepatitis_b"
    presentation: str = "acute_liver_injury"
    registered_after: timedelta = timedelta(minutes=6)


NAME = "name"
"""What the person at the door says: the name of the story's patient."""


def h(hours: float) -> timedelta:
    return timedelta(hours=hours)


def do(after: float, verb: Verb | str, by: str = "", before: float = 0, **inputs: Any) -> Beat:
    return Beat(h(after), verb, by, h(before), inputs)


def story(ago: float, at: str, *beats: Beat, **more: Any) -> Story:
    return Story(h(ago), at, beats, **more)


def sick(after: float, profile: str = "high", **inputs: Any) -> Beat:
    return do(after, V.ASSESS, profile=profile, **inputs)


def treated(
    flagged: float, admitted: float, category: str, precipitant: str, profile: str = "high"
) -> tuple[Beat, ...]:
    """From assessment to diagnosis, everything in time."""
    return (
        sick(flagged, profile),
        do(flagged + 0.05, V.ACCEPT, bed="08"),
        do(admitted, V.ADMIT),
        do(admitted + 12, V.RECORD_PRECIPITANT, precipitant=precipitant),
        do(admitted + 13, V.RECORD_INTERVENTION, precipitant=precipitant, note="演示：已针对诱因处理。"),
        do(admitted + 21, V.DIAGNOSE, category=category, note="演示：诊断依据见病历。"),
    )


def returned(flagged: float, admitted: float, precipitant: str, plan: str) -> tuple[Beat, ...]:
    """From assessment to early ACLF diagnosed in time, and referred back 12 days after admission."""
    home = admitted + 12 * DAY
    return (
        *treated(flagged, admitted, "early_aclf", precipitant),
        *steady(admitted),
        do(admitted + 10, V.RECORD_PANEL, sampled_at=h(admitted + 4), **PANEL_OF_STEADY),
        do(
            admitted + 26,
            V.RECORD_ARTIFICIAL_LIVER,
            mode="dpmas_pe",
            started_at=h(admitted + 22),
            ended_at=h(admitted + 25),
            plasma_ml=1200,
        ),
        do(admitted + 30.5, V.DECIDE_TRANSPLANT, decision="evaluated"),
        do(home - 20, V.RECORD_PANEL, sampled_at=h(home - 24), **PANEL_AT_DISCHARGE),
        organs(home - 19, bilirubin=71, inr=1.28, creatinine=74, encephalopathy_grade=0, map_mmhg=86),
        do(home, V.BACK_REFER, plan=plan, **LETTER),
    )


SOBER = "演示：完全戒酒；高蛋白饮食，睡前加餐；每周复查肝功能和凝血，有变化及时联系病房。"
ANTIVIRAL = "演示：继续原有抗病毒治疗；高蛋白饮食，睡前加餐；每周复查肝功能和凝血，有变化及时联系病房。"


def organs(after: float, **changes: Any) -> Beat:
    return do(after, V.ASSESS_ORGAN_FAILURE, **ORGANS | changes)


def worsening(admitted: float) -> tuple[Beat, ...]:
    """The first 20 hours in the ward of a patient with an infection, from one failing organ to three."""
    at = admitted
    return (
        organs(at + 1.5),
        do(at + 8, V.RECORD_PRECIPITANT, precipitant="BACT_INF", icd10="J18.9"),
        do(
            at + 10,
            V.RECORD_IMMUNE_STATUS,
            sampled_at=h(at + 3),
            mhladr_per_cell=6100,
            ferritin_ng_ml=3900,
            lymphocytes_10e9_l=0.7,
            pct_ng_ml=3.4,
        ),
        do(at + 10.5, V.RECORD_PANEL, sampled_at=h(at + 4), **PANEL),
        organs(at + 12, inr=2.7),
        do(at + 12.1, V.RECORD_TREATMENT, item="liver_protection", progress="done"),
        do(at + 12.2, V.RECORD_TREATMENT, item="infection_prevention", progress="done"),
        do(at + 12.3, V.RECORD_TREATMENT, item="icu", progress="planned", note="演示：等待重症监护床位。"),
        do(
            at + 13,
            V.RECORD_ARTIFICIAL_LIVER,
            mode="dpmas_pe",
            started_at=h(at + 9.5),
            ended_at=h(at + 12.5),
            complications=["hypotension"],
        ),
        do(at + 14, V.SET_NUTRITION_TARGET, height_cm=168, weight_kg=61),
        do(at + 14.1, V.RECORD_INTAKE, day=h(at + 2), kcal=780),
        do(at + 17, V.RECORD_IMMUNE_STATUS, sampled_at=h(at + 15), mhladr_per_cell=4700, ferritin_ng_ml=4600),
        do(at + 18, V.RECORD_PANEL, sampled_at=h(at + 16), **PANEL_LATER),
        organs(at + 18.5, inr=2.8, vasopressors=True),
        do(at + 19, V.DECIDE_TRANSPLANT, decision="listed"),
    )


def steady(admitted: float) -> tuple[Beat, ...]:
    """What the ward records of a patient whose organs hold."""
    return (
        organs(admitted + 2, bilirubin=160, inr=1.7, encephalopathy_grade=0),
        do(
            admitted + 10,
            V.RECORD_KIT_RESULT,
            lot="演示-01",
            sampled_at=h(admitted + 3),
            answer="positive",
            probability=0.78,
        ),
        do(admitted + 20, V.SET_NUTRITION_TARGET, height_cm=172, weight_kg=66),
        do(admitted + 30, V.RECORD_INTAKE, day=h(admitted + 6), kcal=1650),
        organs(admitted + 48, bilirubin=118, inr=1.5, encephalopathy_grade=0),
    )


REGISTERED = (
    story(0.35, "town"),
    story(2.4, "county", do(1.1, SAVE, profile="high", only=("bilirubin", "urea", "sodium_mmol_l"))),
    story(
        5.2,
        "university",
        do(3.4, SAVE, profile="moderate", only=("inr", "cirrhosis")),
        do(4.6, V.EXPLAIN_DELAY, deadline=Kind.ASSESS, reason="late_labs", note="演示：标本复查中。"),
        disease="alcohol",
        presentation="acute_decompensation",
    ),
)
WATCHED = (
    story(31, "county", sick(1.9, "moderate"), sick(25, "moderate"), disease="alcohol"),
    story(27.5, "town", sick(1.5, "low"), disease="masld"),
    story(20, "county", sick(1.7), do(2.4, V.WITHDRAW, reason="improved", note="演示：复查指标好转。")),
    story(3.2, "university", sick(0.9, "moderate"), disease="none"),
    story(10, "town", sick(1.6, hold_back="refused", note="演示：家属暂不同意转诊。")),
)
OFFERED = (
    story(1.3, "town", sick(1.18, "very_high")),
    story(
        3.1,
        "county",
        sick(1.9, "bleeding"),
        do(1.95, V.ACKNOWLEDGE),
        do(2.95, V.DECLINE, reason="no_bed"),
        disease="alcohol",
        presentation="acute_decompensation",
    ),
    story(2.6, "town", sick(1.3), do(2.12, V.ACKNOWLEDGE, "specialist2")),
    story(0.9, "university", sick(0.8, "red_flag"), presentation="acute_decompensation"),
    story(
        2.4,
        "county",
        do(1.6, V.REFER, reason="values_missing", note="演示：夜间不能测凝血。"),
        do(1.66, V.ACKNOWLEDGE),
        do(1.8, V.MESSAGE, text="演示：目前意识清楚，血压平稳，正在补测凝血。"),
        disease="unknown",
    ),
)
UNPLACED = (
    story(
        3.3,
        "town",
        sick(1.8, "very_high"),
        do(2.4, V.DECLINE, reason="no_bed"),
        do(3, V.DECLINE, "specialist2", reason="no_staff"),
    ),
)
ACCEPTED = (
    story(
        3.4,
        "town",
        sick(1.5),
        do(1.55, V.ACKNOWLEDGE),
        do(2.1, V.ACCEPT, bed="12"),
        do(2.3, V.MESSAGE, "specialist", text="演示：请带上末次化验单和影像光盘。"),
        do(2.6, V.MESSAGE, "doctor", text="演示：好的，救护车一小时内出发。"),
    ),
    story(
        9,
        "county",
        sick(1.9),
        do(2.3, V.DECLINE, reason="no_bed"),
        do(2.6, V.DECLINE, "specialist2", reason="no_staff"),
        do(3, V.REDIRECT, ward="first", note="演示：已电话协调加床。"),
        do(3.05, V.ACCEPT, bed="加03"),
        disease="hepatitis_c",
    ),
    story(
        38,
        "university",
        sick(1.8),
        do(2.4, V.ACCEPT, bed="21"),
        do(
            30,
            V.EXTEND,
            "coordinator",
            deadline=Kind.ADMIT,
            due_at=h(54),
            reason="演示：道路中断，改期转运。",
        ),
    ),
    story(
        13,
        "town",
        sick(1.7),
        do(1.75, V.ACCEPT, bed="05"),
        do(7.5, V.RELEASE, reason="bed_lost"),
        do(7.55, V.ACCEPT, "specialist2", bed="31"),
    ),
)
CREW: dict[str, Any] = {
    "means": "emergency_service",
    "team": "演示车组",
    "contact": "020-5555 0120",
    "needs": ["oxygen", "monitor", "escort"],
}
IN_TRANSIT = (
    story(
        7.5,
        "town",
        sick(1.9, "very_high"),
        do(1.95, V.ACCEPT, bed="15"),
        do(6.8, V.DEPART, expected_arrival_at=h(8.4), **CREW),
        do(7.1, V.MESSAGE, text="演示：途中收缩压 92，已加快补液。"),
        do(7.3, V.CHANGE_ARRIVAL, expected_arrival_at=h(8.8), note="演示：高速拥堵。"),
    ),
    story(
        12,
        "county",
        sick(1.9),
        do(1.95, V.ACCEPT, bed="17"),
        do(9.5, V.DEPART, expected_arrival_at=h(11.8)),
        do(
            11,
            V.DIVERT,
            "specialist",
            ward="second",
            expected_arrival_at=h(12.7),
            note="演示：途中病情变化，就近收治。",
        ),
    ),
    story(
        16,
        "town",
        sick(1.6),
        do(1.65, V.ACCEPT, bed="09"),
        do(12.2, V.DEPART, expected_arrival_at=h(14.4), **CREW),
    ),
)
PASSED_ON = story(
    27,
    "county",
    sick(1.3),
    do(1.4, CLOSE_WARD, "lead", ward="first", reason="演示：监护床位已满，暂停接收。"),
    do(1.65, V.ACCEPT, "specialist2", bed="28"),
    do(5, V.DEPART, expected_arrival_at=h(7)),
    do(5.2, OPEN_WARD, "lead", ward="first"),
    do(6.6, V.ARRIVE, "specialist2"),
    do(6.8, V.HAND_OVER, "specialist2", handed_over_by="演示车组"),
)
"""The ward that was asked first closes for some hours, and its request passes to the next."""
ADMITTED = (
    PASSED_ON,
    story(
        74,
        "county",
        sick(6, "moderate"),
        do(6.2, V.EXPLAIN_DELAY, deadline=Kind.ASSESS, reason="late_labs"),
        sick(9, "very_high"),
        do(9.05, V.ACCEPT, bed="19"),
        do(51, V.DEPART, expected_arrival_at=h(53)),
        do(53, V.ADMIT),
        do(54, V.EXPLAIN_DELAY, deadline=Kind.ADMIT, reason="transport", note="演示：无可用救护车。"),
        do(62, V.RECORD_INTERVENTION, precipitant="BACT_INF", note="演示：已留取培养并开始处理。"),
        *worsening(53),
        presentation="acute_decompensation",
    ),
    story(12.5, "town", sick(1.6), do(2.1, V.ADMIT, "specialist2", bed="26", said=NAME)),
    story(
        70,
        "university",
        sick(1.9, "moderate"),
        sick(25, "moderate"),
        sick(41, "very_high"),
        do(41.05, V.ACCEPT, bed="02"),
        do(54, V.ADMIT),
        disease="drug",
    ),
    story(
        69,
        "town",
        sick(1.8),
        do(1.85, V.ACCEPT, bed="14"),
        do(8, V.ADMIT),
        do(20, V.RECORD_PRECIPITANT, precipitant="NUC_STOP"),
        do(22, V.RECORD_INTERVENTION, precipitant="NUC_STOP", note="演示：已恢复抗病毒治疗。"),
        do(60, V.EXPLAIN_DELAY, deadline=Kind.DIAGNOSE, reason="other", note="演示：等待影像会诊。"),
    ),
)
DIAGNOSED = (story(4.2 * DAY, "county", *treated(1.5, 9, "early_aclf", "HBV_FLARE"), *steady(9)),)
FOLLOW_UP = (
    story(14.6 * DAY, "county", *returned(1.4, 20, "ALCOHOL", SOBER), disease="alcohol"),
    story(9 * DAY, "town", sick(1.4), do(1.45, V.ACCEPT, bed="04"), do(8, V.END_REFERRAL, reason="refused")),
    story(
        5 * DAY, "university", sick(1.4, "low"), do(22, V.DISCHARGE, "doctor3", to="home"), disease="masld"
    ),
)
CLOSED = (
    story(
        96 * DAY,
        "county",
        *returned(1.2, 12, "HEV", ANTIVIRAL),
        do(13 * DAY, V.CONFIRM_RETURN),
        do(28.2 * DAY, V.RECORD_OUTCOME, before=0.2 * DAY, day=28, status="alive"),
        do(90.3 * DAY, V.RECORD_OUTCOME, day=90, status="alive"),
    ),
    story(
        10 * DAY,
        "town",
        sick(1.1, "red_flag"),
        do(1.15, V.ACCEPT, bed="22"),
        do(5, V.DEPART, expected_arrival_at=h(7.5)),
        do(7, V.RECORD_DEATH, before=0.5, note="演示：转运途中死亡。"),
        presentation="acute_decompensation",
    ),
    story(
        21 * DAY,
        "university",
        *treated(1.2, 7, "aclf", "BACT_INF", "very_high"),
        do(9 * DAY, V.RECORD_DEATH, "specialist2", before=1, note="演示：多器官衰竭。"),
    ),
)
CANCELLED = (story(8, "county", sick(1.5), do(1.55, V.MARK_ENTERED_IN_ERROR, reason="entered_twice")),)

STORIES = (
    *REGISTERED,
    *WATCHED,
    *OFFERED,
    *UNPLACED,
    *ACCEPTED,
    *IN_TRANSIT,
    *ADMITTED,
    *DIAGNOSED,
    *FOLLOW_UP,
    *CLOSED,
    *CANCELLED,
)
