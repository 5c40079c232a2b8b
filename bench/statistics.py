"""How fast the statistics are over a million cases: whole pages, through the real views.

`python -m bench.statistics` fills an embedded PostgreSQL of its own with a million rows of facts of one
network (60 months, 60 hospitals, 6 wards; 50,000 cases of them open, a tenth of their deadlines overdue;
50,000 with a result of the kit, every third of them with an organ table; 50,000 scored in shadow), and ten
notifications for each case of the last year to 300 people. It keeps what is settled at the end of the last
month as beat would, copies the days of notifications to the four years before, asks for each page several
times, prints the median, the slowest and the first one after a start, and writes
bench/results/statistics.json.
"""

import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import report, rig

CASES, OPEN_CASES, KITS, SHADOWED = 1_000_000, 50_000, 50_000, 50_000
MONTHS, HOSPITALS, WARDS = 60, 60, 6
PEOPLE, WRITTEN = 300, 2_000_000
RUNS = 7
TARGET_MS, FIRST_MS = 500, 800
FIRST_MONTH = datetime(2021, 1, 1, tzinfo=UTC)
END = datetime(2025, 12, 31, 12, tzinfo=UTC)

CASE_FACTS = """
INSERT INTO referral_casefacts (
    case_id, network_id, hospital_id, ward_id, month, state, first_visit_at, indicators_at, flagged_at,
    flagged_late, offered_at, acknowledged_at, accepted_at, admitted_at, diagnosed_at, intervened_at,
    died_at, offers, declines, expiries, risk_90d, model, assessment, policy_version, outcome_28, outcome_90,
    assess_verdict, acknowledge_verdict, decide_verdict, admit_verdict, diagnose_verdict,
    treat_precipitant_verdict, follow_up_90_verdict, kit_results, kit_indeterminate, kit_beside_purpose,
    kit_lot
)
SELECT
    gen_random_uuid(), %(network)s, (%(hospitals)s::uuid[])[1 + floor(random() * %(hospital_count)s)],
    (%(wards)s::uuid[])[1 + floor(random() * %(ward_count)s)],
    date_trunc('month', visit AT TIME ZONE 'UTC')::date,
    CASE WHEN n < %(open)s THEN 'admitted' ELSE 'closed' END, visit,
    visit + random() * interval '5 h', visit + interval '3 h', random() < 0.05, visit + interval '3 h',
    visit + interval '3 h' + random() * interval '30 min', visit + interval '4 h' + random() * interval '2 h',
    visit + interval '6 h' + random() * interval '60 h', visit + interval '66 h' + random() * interval '60 h',
    visit + interval '70 h' + random() * interval '60 h',
    CASE WHEN n %% 5 = 0 THEN visit + interval '30 d' END, 1, 0, 0, random(), 'aclf8-provisional-1',
    gen_random_uuid(), 1,
    'alive', CASE WHEN n %% 5 = 0 THEN 'dead' ELSE 'alive' END,
    late(0.2), late(0.1), late(0.1), late(0.3), late(0.2), late(0.2), late(0.1), 0, 0, 0, ''
FROM (
    SELECT n, %(first)s::timestamptz + (n %% %(months)s) * interval '1 month'
        + random() * interval '27 d' AS visit
    FROM generate_series(0, %(cases)s - 1) AS n
) AS drawn
"""
WITHOUT_REFERENCES = """
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid IN (
            'referral_casefacts'::regclass, 'referral_case'::regclass, 'referral_deadline'::regclass,
            'referral_kitresult'::regclass, 'referral_organfailureassessment'::regclass,
            'notifications_delivery'::regclass, 'notifications_notification'::regclass)
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.place, found.conname); END LOOP;
END $$
"""
LATE = """
CREATE FUNCTION pg_temp.late(share float) RETURNS smallint VOLATILE LANGUAGE sql AS
$$ SELECT CASE WHEN random() < share THEN 1 + floor(random() * 8) ELSE 0 END::smallint $$
"""
CASES_BEHIND = """
INSERT INTO referral_case SELECT (jsonb_populate_record(template, jsonb_build_object(
    'id', facts.case_id, 'number', 'B' || row_number() OVER (), 'patient_id', gen_random_uuid(),
    'person_id', gen_random_uuid(), 'state', facts.state, 'hospital_id', facts.hospital_id,
    'ward_id', facts.ward_id, 'organ_failure_28', CASE WHEN facts.state = 'closed' THEN 'no' ELSE '' END))).*
FROM ((SELECT * FROM referral_casefacts WHERE state = 'admitted')
      UNION ALL (SELECT * FROM referral_casefacts WHERE state = 'closed' LIMIT %(kits)s)) AS facts,
    referral_case AS template
"""
KIT_COUNTS = """
UPDATE referral_casefacts AS facts SET
    kit_results = used.results, kit_indeterminate = used.indeterminate,
    kit_beside_purpose = used.beside_purpose
FROM (
    SELECT case_id, count(*) AS results,
           count(*) FILTER (WHERE answer = 'indeterminate') AS indeterminate,
           count(*) FILTER (WHERE organ_failure_at_sampling) AS beside_purpose
    FROM referral_kitresult AS result
    WHERE NOT EXISTS (SELECT FROM referral_retraction WHERE record = result.id)
    GROUP BY case_id
) AS used
WHERE used.case_id = facts.case_id
"""
FIRST_KIT_RESULTS = """
UPDATE referral_casefacts AS facts SET
    kit_ward_id = first.ward_id, kit_lot = first.lot, kit_sampled_at = first.sampled_at,
    kit_positive = first.answer = 'positive', kit_failed = first.failed
FROM (
    SELECT DISTINCT ON (result.case_id) result.case_id, result.ward_id, lot, sampled_at, answer, CASE
        WHEN known.organ_failure_28 = 'yes' OR EXISTS (
            SELECT FROM referral_organfailureassessment AS organs
            WHERE organs.case_id = result.case_id AND failures > 0
              AND organs.occurred_at BETWEEN sampled_at AND sampled_at + interval '28 days'
              AND NOT EXISTS (SELECT FROM referral_retraction WHERE record = organs.id)
        ) THEN true
        WHEN known.organ_failure_28 = 'no' THEN false
    END AS failed
    FROM referral_kitresult AS result JOIN referral_case AS known ON known.id = result.case_id
    WHERE answer <> 'indeterminate' AND organ_failure_at_sampling IS NOT TRUE
      AND NOT EXISTS (SELECT FROM referral_retraction WHERE record = result.id)
    ORDER BY result.case_id, sampled_at, result.recorded_at, result.id
) AS first
WHERE first.case_id = facts.case_id
"""
KIT_RESULTS = """
INSERT INTO referral_kitresult (
    id, case_id, ward_id, actor_id, occurred_at, recorded_at, lot, sampled_at, answer, assay)
SELECT gen_random_uuid(), case_id, facts.ward_id, gen_random_uuid(),
    facts.admitted_at + interval '1 h',
    facts.admitted_at + interval '1 h', 'L' || floor(random() * 20), facts.admitted_at,
    CASE WHEN random() < 0.3 THEN 'positive' ELSE 'negative' END, '{}'
FROM referral_casefacts AS facts JOIN referral_case ON referral_case.id = case_id
WHERE facts.state = 'closed'
"""
ORGAN_TABLES = """
INSERT INTO referral_organfailureassessment (id, case_id, actor_id, occurred_at, recorded_at, entered,
    values, background, definitions, subscores, failing, missing, failures, grade, simple_grade,
    opens_transplant, from_two)
SELECT gen_random_uuid(), case_id, actor_id, sampled_at + interval '2 d', recorded_at, '{}', '{}', '{}',
    '{}', '{}', '[]', '[]', 1, '1a', 'I', false, false
FROM referral_kitresult WHERE random() < 0.33
"""
SHADOW_SCORES = """
INSERT INTO scoring_shadowscore (id, subject, model_id, risk_90d, high_risk, active_checksum,
    active_risk_90d, active_high_risk, at)
SELECT gen_random_uuid(), assessment, %(model)s, random(), random() < 0.3, '', risk_90d, random() < 0.3, now()
FROM referral_casefacts WHERE month >= '2025-01-01' AND state = 'closed' AND assessment IS NOT NULL
LIMIT %(shadowed)s
"""
DEADLINES_OF_OPEN = """
INSERT INTO referral_deadline SELECT (jsonb_populate_record(template, jsonb_build_object(
    'id', gen_random_uuid(), 'case_id', facts.case_id, 'kind', due,
    'first_due_at', now() + CASE WHEN random() < 0.1 THEN -interval '1 h' ELSE interval '1 d' END))).*
FROM referral_casefacts AS facts, referral_deadline AS template,
    unnest(array['diagnose', 'follow_up_90']) AS due
WHERE facts.state = 'admitted' AND template.kind = 'assess'
"""


ALERTS = """
INSERT INTO notifications_alert (id, dedup_key, subject_type, subject_id, kind, severity, payload, created_at)
SELECT uuidv7(), 'bench ' || n, 'case', 'x', 'missed', 'warning', '{}', %(end)s
FROM generate_series(0, %(count)s / 4) AS n
"""
NOTIFICATIONS = """
INSERT INTO notifications_notification (id, alert_id, recipient_id, urgent, created_at, read_at,
    acknowledged_at)
SELECT uuidv7(), alert.id, (%(people)s::uuid[])[1 + floor(random() * 300)], random() < 0.5, at,
    CASE WHEN drawn < 0.8 THEN at + interval '20 min' END,
    CASE WHEN drawn < 0.5 THEN at + interval '20 min' + random() * interval '3 h' END
FROM (
    SELECT n, %(end)s - interval '1 year' + n * interval '1 year' / %(count)s AS at, random() AS drawn
    FROM generate_series(0, %(count)s - 1) AS n
) AS written
JOIN notifications_alert AS alert ON dedup_key = 'bench ' || n / 4
ON CONFLICT DO NOTHING
"""
DELIVERIES = """
INSERT INTO notifications_delivery (id, notification_id, channel, bundle_key, urgent, state, attempts,
    uncertain_attempts, available_at, next_hint_at, provider_reference, sent_at, last_error, dropped_reason)
SELECT uuidv7(), id, 'email', '', true,
    CASE WHEN random() < 0.9 THEN 'sent' WHEN random() < 0.5 THEN 'failed' ELSE 'undeliverable' END, 1, 0,
    created_at, created_at, '', created_at, '', ''
FROM notifications_notification
"""
DAYS_OF_BEFORE = """
INSERT INTO referral_notificationday (id, zone, day, layout, people, answers, deliveries)
SELECT uuidv7(), zone, day - 365 * before, layout, people, answers, deliveries
FROM referral_notificationday, generate_series(1, 4) AS before
"""


def write_notifications(network: Any) -> None:
    """To people of the network's hospitals and wards; settled days are kept, and copied to four years."""
    from django.db import connection

    from accounts.models import Hospital, Membership, Role, User, Ward
    from referral.statistics.columns.notification_days import seal_days

    people = User.objects.bulk_create(
        User(email=f"bench{n}@hospital.test", name=f"bench{n}") for n in range(PEOPLE)
    )
    hospitals, wards = (
        Hospital.objects.filter(network=network),
        Ward.objects.filter(hospital__network=network),
    )
    places = [{"hospital": one} for one in hospitals] + [{"ward": one} for one in wards]
    roles = {"hospital": Role.REFERRING_CLINICIAN, "ward": Role.SPECIALIST}
    Membership.objects.bulk_create(
        Membership(user=person, network=network, role=roles[next(iter(place))], **place)
        for person, place in zip(people, itertools.cycle(places), strict=False)
    )
    asked = {"people": [person.pk for person in people], "end": END, "count": WRITTEN}
    with connection.cursor() as cursor:
        cursor.execute(ALERTS, asked)
        cursor.execute(NOTIFICATIONS, asked)
        cursor.execute(DELIVERIES)
        cursor.execute(
            "VACUUM ANALYZE notifications_alert, notifications_notification, notifications_delivery"
        )
        while seal_days(END):
            pass
        cursor.execute(DAYS_OF_BEFORE)


def fill() -> Any:
    """A network with its coordinator and its million rows; the coordinator."""

    from django.db import connection

    from accounts.models import Membership, Role, User
    from referral.statistics.columns.seal import seal_settled
    from tests.scoring.test_governance import install, shadow, variant
    from tests.world import build

    world = build()
    world.register(now=END - timedelta(days=2))
    in_shadow = install(variant())
    shadow(str(in_shadow))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(WITHOUT_REFERENCES)
        cursor.execute(LATE)
        cursor.execute(CASE_FACTS.replace("late(", "pg_temp.late("), places(world.network))
        cursor.execute(CASES_BEHIND, {"kits": KITS})
        cursor.execute(DEADLINES_OF_OPEN)
        cursor.execute(KIT_RESULTS)
        cursor.execute(ORGAN_TABLES)
        cursor.execute(KIT_COUNTS)
        cursor.execute(FIRST_KIT_RESULTS)
        cursor.execute(SHADOW_SCORES, {"model": in_shadow.pk, "shadowed": SHADOWED})
        seal_settled(END)
        write_notifications(world.network)
        cursor.execute("VACUUM ANALYZE")
    Membership.objects.get_or_create(user=world.coordinator, role=Role.COORDINATOR, network=world.network)
    return User.objects.get(pk=world.coordinator.pk)


def places(network: Any) -> dict[str, Any]:
    """Hospitals and wards of `network`, made here, and the sizes, as FACTS asks for them."""
    from accounts.models import Hospital, Ward

    hospitals = [Hospital(network=network, name_zh=f"医院{n}", level="primary") for n in range(HOSPITALS)]
    Hospital.objects.bulk_create(hospitals)
    wards = [Ward(hospital=hospitals[n], name_zh=f"病房{n}", phone="1", beds=9) for n in range(WARDS)]
    Ward.objects.bulk_create(wards)
    return {
        "network": network.pk,
        "hospitals": [place.pk for place in hospitals],
        "hospital_count": HOSPITALS,
        "wards": [place.pk for place in wards],
        "ward_count": WARDS,
        "open": OPEN_CASES,
        "first": FIRST_MONTH,
        "months": MONTHS,
        "cases": CASES,
    }


def milliseconds(ask: Callable[[], Any]) -> list[float]:
    """How long each of several runs took; the first one has nothing in memory yet."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{answer.status_code}: {answer.content[:300]}")
    return times


def measure(user: Any) -> dict[str, list[float]]:
    """Each page's runs in milliseconds."""
    from django.test import Client
    from django.urls import get_resolver

    client = Client()
    client.force_login(user)
    # As a web process has done before anybody asks, so that the first time is that of the page itself.
    get_resolver().url_patterns  # noqa: B018
    client.get("/places/")
    year, ever = "since=2025-01&until=2025-12", "since=2021-01&until=2025-12"
    pages = {
        "Overview, 12 months (200,000 cases)": f"/statistics/?{year}",
        "Overview, 60 months, by month (1,000,000)": f"/statistics/?{ever}",
        "Overview, 60 months, by hospital": f"/statistics/?{ever}&by=hospital",
        "Overview, 60 months, by ward": f"/statistics/?{ever}&by=ward",
        "Predictions, 12 months": f"/statistics/models/?{year}",
        "Predictions, 60 months": f"/statistics/models/?{ever}",
        "Kit and research, 60 months": f"/statistics/research/?{ever}",
        "API, 60 months, by month": f"/api/v1/statistics?{ever}",
        "Notifications, 12 months (2,000,000)": f"/statistics/notifications/?{year}",
        "Notifications, 60 months, by ward (10,000,000)": f"/statistics/notifications/?{ever}&by=ward",
    }
    return {name: milliseconds(lambda path=path: client.get(path)) for name, path in pages.items()}


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    rig.start()
    start = time.perf_counter()
    user = fill()
    print(f"Filled in {time.perf_counter() - start:.0f} s", flush=True)
    figures = [
        figure
        for name, times in measure(user).items()
        for figure in (
            report.below(f"{name}, ms", report.median(times[1:]), TARGET_MS),
            report.Figure("  slowest, ms", max(times[1:])),
            report.below("  the first time, ms", times[0], FIRST_MS),
        )
    ]
    conditions = rig.conditions() | {"cases": CASES, "open": OPEN_CASES, "runs": RUNS}
    return report.publish("statistics", "Statistics of a million cases", figures, conditions)


if __name__ == "__main__":
    raise SystemExit(main())
