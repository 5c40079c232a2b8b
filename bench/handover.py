"""How many messages a second reach a provider over HTTP.

`python -m bench.handover` prints a table and writes bench/results/handover.json. Each message is a text
message to another person through the generic gateway, signed, with its row claimed, limited, confirmed and
recorded as always; two Celery worker processes hand over to a receiver on this machine that does nothing,
first one that answers after 100 ms, as a provider does, then one that answers at once.
"""

import json
import time
from typing import TYPE_CHECKING
from urllib.request import urlopen

from bench import report, rig
from config.servers import free_port

if TYPE_CHECKING:
    from referral.models import Case

MESSAGES, WARM_UP, RUNS = 4_000, 400, 3
ANSWERS = {
    "provider that answers after 100 ms": (100, 1_000, 500),
    "provider that answers at once": (0, MESSAGES, 1_500),
}
"""Milliseconds until the answer, messages per run, and how many a second are aimed at."""

LONGEST_SECONDS = 120
WORKER = "-m celery --quiet -A config worker --queues critical,notify --concurrency 2 --without-gossip"


def people() -> "Case":
    """A case, and as many colleagues as messages, each with a telephone and no wish for e-mail."""
    from accounts import clock
    from accounts.models import Membership, Role, User
    from bench import scene
    from notifications.models import Subscription
    from referral.models import Case

    scene.build(clock.now())
    scene.clear(clock.now())
    case = Case.objects.select_related("hospital", "network", "assessment").get()
    users = User.objects.bulk_create(
        User(email=f"person{number}@bench.example", name=str(number)) for number in range(MESSAGES)
    )
    Membership.objects.bulk_create(
        Membership(user=user, role=Role.REFERRING_CLINICIAN, hospital=case.hospital, network=case.network)
        for user in users
    )
    Subscription.objects.bulk_create(
        Subscription(user=user, channel="email", address=user.email, address_key=user.email, enabled=False)
        for user in users
    )
    Subscription.objects.bulk_create(
        Subscription(user=user, channel="sms", address=f"+86139{nth:08}", address_key=str(nth))
        for nth, user in enumerate(users)
    )
    return case


def send_messages(case: "Case", messages: int, name: str) -> float:
    """Write so many notices; when they were committed, in seconds of this machine's clock."""
    from accounts import clock
    from accounts.models import User
    from notifications.services import notify
    from notifications.types import Notice
    from referral.alerts import compose

    recipients = User.objects.filter(name__regex=r"^\d+$").values_list("pk", flat=True)[:messages]
    payload = compose.about(case, verb="accept")
    notice = Notice(
        dedup_key=name,
        recipients=list(recipients),
        subject_type=compose.CASE,
        subject_id=str(case.pk),
        kind=compose.DONE,
        severity="warning",
        payload=payload,
    )
    notify(notices=[notice], now=clock.now())
    return clock.wall().timestamp()


class Sink:
    """The receiving end."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"

    def count(self) -> tuple[int, float]:
        """How many messages it has, and when the last one came."""
        with urlopen(self.url, timeout=5) as answer:  # noqa: S310
            said = json.load(answer)
        return said["received"], said["last"]

    def answer_after(self, milliseconds: int) -> None:
        with urlopen(f"{self.url}{milliseconds}", timeout=5):  # noqa: S310
            pass

    def answers(self) -> bool:
        try:
            return self.count()[0] >= 0
        except OSError:
            return False

    def wait(self, count: int) -> float:
        """When the message number `count` had come."""
        rig.wait_for(f"{count} messages", lambda: self.count()[0] >= count, LONGEST_SECONDS)
        return self.count()[1]


def rate(sink: Sink, case: "Case", messages: int, name: str) -> float:
    """Messages a second from the moment they are committed until the last one has come."""
    time.sleep(1)
    last = sink.count()[0] + messages
    began = send_messages(case, messages, name)
    return messages / (sink.wait(last) - began)


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    port = free_port()
    gateway = {"PROVIDER": "generic", "URL": f"http://127.0.0.1:{port}/", "SECRET": "bench"}
    rig.start(**{f"ACLF_SMS_{name}": value for name, value in gateway.items()})
    case = people()
    sink, figures = Sink(port), list[report.Figure]()
    with rig.running(f"-m bench.sink {port}", WORKER):
        rig.wait_for("the receiver", sink.answers)
        send_messages(case, WARM_UP, "warm-up")
        sink.wait(WARM_UP)
        for name, (delay, messages, target) in ANSWERS.items():
            sink.answer_after(delay)
            rates = [rate(sink, case, messages, f"{name} {run}") for run in range(RUNS)]
            figures += [
                report.at_least(f"messages per second, {name}", report.median(rates), target),
                report.Figure("  slowest run", min(rates)),
            ]
    conditions = rig.conditions() | {"runs": RUNS, "worker processes": 2}
    return report.publish("handover", "Handing over to a provider", figures, conditions)


if __name__ == "__main__":
    raise SystemExit(main())
