"""Carriers whose callbacks are lost, doubled, late and out of order, while people answer calls with keys."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from accounts import clock
from notifications.calls.codes import code_of
from notifications.channels.signing import signature
from notifications.models import Subscription
from notifications.reports.addresses import address_of
from tests.chaos.platform import VOICE_SECRET, WEB_START_SECONDS, forward
from tests.chaos.reckoning import rows
from tests.chaos.suite import Chaos, scenario

MINUTE = timedelta(minutes=1)
SENT_SECONDS = 240
"""Alerts of one ward wait a minute for each other, here those of several rungs, one after the other."""
FATES = ("lost", "wrong code", "late", "doubled", "out of order")
ANSWERED = ("doubled", "out of order")
CALLS = """
SELECT "case".id, delivery.id FROM notifications_delivery AS delivery
JOIN notifications_notification AS notification ON notification.id = notification_id
JOIN notifications_alert AS alert ON alert.id = alert_id
JOIN referral_deadline AS deadline ON deadline.id::text = subject_id AND subject_type = 'deadline'
JOIN referral_case AS "case" ON "case".id = case_id
JOIN accounts_user AS person ON person.id = recipient_id
WHERE delivery.channel = 'voice' AND delivery.state IN ('sent', 'delivered')
  AND delivery.carried_by_id IS NULL
  AND alert.severity = 'critical' AND person.name = 'specialist' AND registered_at >= %(since)s
"""
ACKNOWLEDGED = """
SELECT "case".id, count(event.id) FILTER (WHERE what = 'acknowledge'),
    count(event.id) FILTER (WHERE what = 'expire_offer')
FROM referral_case AS "case" JOIN referral_event AS event ON event.case_id = "case".id
WHERE registered_at >= %(since)s GROUP BY 1
"""
OFFERS_OF_TWO = """
SELECT count(*) FROM (SELECT details ->> 'offer' FROM referral_event
    WHERE what = 'acknowledge' AND recorded_at >= %(since)s GROUP BY 1 HAVING count(*) > 1) AS offer
"""


@dataclass
class Carrier:
    """Posts its reports, signed, as often and in whatever order it likes."""

    url: str

    def post(self, *reports: dict[str, Any]) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self._post, reports))

    def _post(self, report: dict[str, Any]) -> int:
        body, second = json.dumps(report).encode(), str(int(clock.wall().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-ACLF-Timestamp": second,
            "X-ACLF-Signature": f"sha256={signature(second, body, VOICE_SECRET)}",
        }
        return httpx.post(self.url, content=body, headers=headers, timeout=30).status_code

    def play(self, fate: str, call: UUID) -> None:
        name, code = {"id": str(call)}, code_of(call)
        delivered, failed = {**name, "status": "delivered"}, {**name, "status": "failed"}
        keys = {**name, "keys": code}
        match fate:
            case "wrong code":
                self.post({**name, "keys": code[::-1]})
                self.post(keys, keys)
            case "doubled":
                self.post(delivered, *[keys] * 5, delivered)
            case "out of order":
                self.post(keys)
                self.post(failed, keys, delivered, delivered, failed, {**name, "keys": "0"})


@scenario("carriers' callbacks lost, doubled, late and out of order", repeats=True)
def callbacks(chaos: Chaos) -> None:
    since, world = clock.now(), chaos.traffic.world
    people = (world.specialist, world.lead)
    phones = [
        Subscription.objects.create(user=user, channel="voice", address=f"+861380000000{nth}")
        for nth, user in enumerate(people)
    ]
    chaos.platform.start("engine", "worker", "delivery")
    chaos.platform.start_web()
    url = f"http://127.0.0.1:{chaos.platform.web_port}{urlsplit(address_of('voice')).path}"
    chaos.expect("the web process answers", lambda: _answers(url), WEB_START_SECONDS)
    fates = [fate for fate in FATES for _ in range(chaos.pick(1, 6))]
    for nth, _fate in enumerate(fates):
        world.flagged(now=since, local_number=f"call-{since:%H%M%S}-{nth}", name=f"来电{nth}")
    forward(6 * MINUTE)
    chaos.expect("every case is called about", lambda: len(_calls(since)) == len(fates), 120)
    plan = dict(zip(sorted(_calls(since)), chaos.random.sample(fates, len(fates)), strict=True))
    calls, carrier = _calls(since), Carrier(url)
    for case, fate in plan.items():
        carrier.play(fate, calls[case])
    forward(50 * MINUTE)
    chaos.expect("nothing is left to send", chaos.all_sent, SENT_SECONDS)
    for case, fate in plan.items():
        if fate == "late":
            carrier.post({"id": str(calls[case]), "keys": code_of(calls[case])})
    _judge(chaos, plan, since)
    Subscription.objects.filter(pk__in=[one.pk for one in phones]).update(retired_at=clock.now())


def _calls(since: Any) -> dict[UUID, UUID]:
    """The call to the duty specialist about each case."""
    return dict(rows(CALLS, since=since))


def _judge(chaos: Chaos, plan: dict[UUID, str], since: Any) -> None:
    """Each call that was answered acknowledged once; all others let the ladder go on to the next ward."""
    for case, acknowledged, expired in rows(ACKNOWLEDGED, since=since):
        is_answered = plan[case] in ANSWERED
        if acknowledged != int(is_answered):
            chaos.wrong.append(f"{acknowledged} acknowledgements of a call whose callbacks were {plan[case]}")
        if not is_answered and not expired:
            chaos.wrong.append(f"the ladder stopped after callbacks that were {plan[case]}")
    if doubled := rows(OFFERS_OF_TWO, since=since)[0][0]:
        chaos.wrong.append(f"{doubled} requests acknowledged twice")
    chaos.remarks.append(
        f"Of {len(plan)} calls whose callbacks were lost, wrong, late, doubled or out of order, "
        f"{sum(fate in ANSWERED for fate in plan.values())} were to be acknowledged, each once."
    )


def _answers(url: str) -> bool:
    try:
        return httpx.post(url, content=b"{}", timeout=5).status_code == 403
    except httpx.TransportError:
        return False
