"""One installation of the product as a process: its own database, address and keys, a network with programs.

Run by test_two_instances; sends what is subscribed to. Each line of its input is a public key of programs: it
forgets what was before, makes a network whose programs have that key, and says their client ids.
"""

import json
import sys
import threading
import time
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: E402

from accounts import clock  # noqa: E402
from fhir.subscriptions.sending import send_due  # noqa: E402
from integrations.counterparts import save_integration  # noqa: E402
from integrations.keys import read_keys  # noqa: E402
from integrations.models import Integration  # noqa: E402
from tests.ending import MigratedRows  # noqa: E402
from tests.world import build  # noqa: E402


def programs(key: str) -> dict[str, str]:
    """A network whose first hospital and both wards have a program each, all with the same public key."""
    world = build()
    places = {
        "hospital": (world.hospital, None),
        "ward": (world.ward.hospital, world.ward),
        "second ward": (world.second_ward.hospital, world.second_ward),
    }
    ids = {}
    for name, (hospital, ward) in places.items():
        row = Integration(
            name=name,
            kind=Integration.Kind.PLATFORM,
            hospital=hospital,
            ward=ward,
            responsible=world.lead,
            keys=read_keys(key),
            scopes=["system/*.cruds"],
        )
        ids[name] = str(save_integration(integration=row, now=clock.now()).pk)
    return ids


class SilentHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Write nothing of a request."""


def main() -> None:
    port = urlsplit(settings.BASE_URL).port
    server = ThreadedWSGIServer(("127.0.0.1", port), SilentHandler)
    server.set_app(WSGIHandler())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    one_at_a_time = threading.Lock()
    threading.Thread(target=send, args=[one_at_a_time], daemon=True).start()
    migrated = MigratedRows()
    for line in sys.stdin:
        with one_at_a_time:
            migrated.restore()
            print(json.dumps(programs(json.loads(line))), flush=True)


def send(one_at_a_time: threading.Lock) -> None:
    while True:
        with one_at_a_time:
            send_due(clock.now())
        time.sleep(0.2)


if __name__ == "__main__":
    main()
