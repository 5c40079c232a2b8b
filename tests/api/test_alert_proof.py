"""Whether somebody knows, over the API."""

from datetime import datetime

from tests.api.conftest import Caller
from tests.world import World, make_deliveries


def test_who_was_alerted_and_who_is_next(
    world: World, doctor: Caller, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now)
    body = doctor.get(f"/cases/{case.pk}/alerts").body
    assert body["knowledge"] == "waiting"
    (alerts,) = body["alerts"]
    assert alerts["recipient"]["name"] == "specialist"
    assert alerts["channels"] == [], "no worker has taken it yet"
    make_deliveries(now)
    (alerts,) = doctor.get(f"/cases/{case.pk}/alerts").body["alerts"]
    assert [(row["channel"], row["fate"]) for row in alerts["channels"]] == [("email", "waiting")]
    assert (alerts["opened_at"], alerts["acknowledged_at"]) == (None, None)
    assert body["ahead"][0]["audience"] == ["duty"]
    assert any(rung["expires_offer"] for rung in body["ahead"])
    specialist.post(f"/notifications/{specialist.get('/notifications').body['results'][0]['id']}/acknowledge")
    assert doctor.get(f"/cases/{case.pk}/alerts").body["knowledge"] == "acknowledged"


def test_nobody_waits_on_a_case_that_was_just_registered(
    world: World, doctor: Caller, other_doctor: Caller, now: datetime
) -> None:
    case = world.register(now=now)
    body = doctor.get(f"/cases/{case.pk}/alerts").body
    assert body == {"knowledge": None, "alerts": [], "ahead": []}
    assert other_doctor.get(f"/cases/{case.pk}/alerts").status == 404
