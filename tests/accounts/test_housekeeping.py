"""Addresses of sign-ins are forgotten when they were said to be."""

from datetime import timedelta

from django.test import Client

from accounts import clock, housekeeping
from accounts.models import KnownDevice, Session, SignIn, TryCount
from tests.world import World

DAY = timedelta(days=1)


def test_what_is_long_over_is_forgotten_and_what_is_not_stays(world: World) -> None:
    Client().force_login(world.doctor)
    Client().force_login(world.lead)
    now = clock.now()
    SignIn.objects.filter(user=world.doctor).update(ended_at=now)
    Session.objects.filter(sign_in__user=world.doctor).update(expire_date=now - DAY)
    TryCount.objects.create(key="k", count=5, ends_at=now - DAY)

    housekeeping.purge(now + 89 * DAY)
    assert SignIn.objects.count() == 2
    assert not TryCount.objects.exists()
    assert Session.objects.get().sign_in == SignIn.objects.get(user=world.lead)

    housekeeping.purge(now + 91 * DAY)
    assert SignIn.objects.get().user == world.lead
    Session.objects.all().delete()
    housekeeping.purge(now + 91 * DAY)
    assert not SignIn.objects.exists()
    assert KnownDevice.objects.count() == 2
    housekeeping.purge(now + 401 * DAY)
    assert not KnownDevice.objects.exists()


def test_an_app_that_can_still_be_refreshed_is_not_forgotten(world: World) -> None:
    Client().force_login(world.doctor)
    now = clock.now()
    Session.objects.all().delete()
    SignIn.objects.update(kind="app", refresh_until=now + 200 * DAY, last_used_at=now - 100 * DAY)
    housekeeping.purge(now)
    assert SignIn.objects.exists()
