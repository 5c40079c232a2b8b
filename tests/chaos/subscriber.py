"""A hospital's server that is notified of requests, while the workers that notify it die."""

from datetime import timedelta
from itertools import pairwise

from tests.chaos import faults
from tests.chaos.faults import Faults
from tests.chaos.platform import forward, until
from tests.chaos.suite import Chaos, scenario

MOST_STATEMENTS = 60
LEASE_OVER = timedelta(seconds=65)


@scenario("worker killed before every statement of notifying a subscriber", repeats=True)
def notifier_at_every_statement(chaos: Chaos) -> None:
    from accounts import clock
    from fhir.tasks import send_notifications
    from integrations.models import EventSubscription
    from tests.fhir.conftest import Program, integrate
    from tests.fhir.subscribing import subscribe
    from tests.notifications.channels.provider import serving

    world, platform = chaos.traffic.world, chaos.platform
    program = Program(integrate(world.ward.hospital, world.lead, world.ward))
    with serving() as server:
        row = subscribe(program, server.url)

        def is_done() -> bool:
            return EventSubscription.objects.filter(pk=row.pk, accepted=made).exists()

        for made in range(1, MOST_STATEMENTS):
            platform.start("worker", faults=Faults(faults.NOTIFYING, made))
            world.flagged(clock.now(), name=f"通知{made}")
            pid = platform.pids["worker"]
            until(lambda pid=pid: platform.nursery.status(pid) is not None or is_done(), 30)  # type: ignore[misc]
            has_died = platform.await_death("worker", seconds=0)
            forward(LEASE_OVER)
            if not has_died:
                break
        else:
            chaos.wrong.append("notifying has no end")
        platform.start("engine", "delivery", "worker")
        send_notifications.delay()
        chaos.expect("every event was accepted", is_done)
        chaos.wrong += faults_of([asked.json for asked in server.asked], made)


def faults_of(bundles: list[dict[str, object]], count: int) -> list[str]:
    """What is wrong with the notifications that arrived: a gap, or one that passed another."""
    from tests.fhir.subscribing import numbers, status_of

    events = [bundle for bundle in bundles if status_of(bundle)["events"]]
    first_time = numbers(list({bundle["id"]: bundle for bundle in events}.values()))
    wrong = [] if first_time == list(range(1, count + 1)) else [f"{count} events, arrived: {first_time}"]
    for before, bundle in pairwise(events):
        step = numbers([bundle])[0] - numbers([before])[0]
        if step not in (0, 1) or (step == 0 and bundle["id"] != before["id"]):
            wrong.append(f"event {numbers([bundle])} after {numbers([before])}")
    return wrong
