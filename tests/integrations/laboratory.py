"""A network in which a laboratory is connected."""

from tests.fhir.conftest import integrate
from tests.integrations.hl7_messages import SENDER
from tests.world import World, build


def with_laboratory() -> World:
    """The small network; the first hospital's laboratory sends."""
    world = build()
    lis = integrate(world.hospital, world.doctor, name="LIS", kind="laboratory")
    lis.hl7_application, lis.hl7_facility = SENDER
    lis.save()
    return world
