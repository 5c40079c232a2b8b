"""One instance of the product as a process: its own database, its address, its programs' client ids.

Run by test_two_instances; prints one line of JSON when it answers, and sends what was subscribed to.
"""

import json
import os
import sys
import threading
import time
from typing import Any


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(WSGIHandler())
    settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": settings.BASE_URL, **_network(os.environ["HOSPITALS_KEY"])}), flush=True)
    _send_for_ever()


def _network(jwk: str) -> dict[str, Any]:
    """A network with a hospital's program and a ward's, both with the key that the test has."""
    from accounts import clock
    from integrations.counterparts import save_integration
    from integrations.models import Integration
    from tests.world import build

    world = build()
    places = {"hospital": (world.hospital, None), "ward": (world.ward.hospital, world.ward)}
    ids = {}
    for name, (hospital, ward) in places.items():
        row = Integration(
            name=name,
            kind=Integration.Kind.PLATFORM,
            hospital=hospital,
            ward=ward,
            responsible=world.lead,
            keys={"keys": [json.loads(jwk)]},
            scopes=["system/*.cruds"],
        )
        ids[name] = str(save_integration(integration=row, now=clock.now()).pk)
    return ids


def _send_for_ever() -> None:
    """What a worker does: until the test hangs up."""
    from accounts import clock
    from fhir.subscriptions.sending import send_due

    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    while True:
        send_due(clock.now())
        time.sleep(0.3)


if __name__ == "__main__":
    main()
