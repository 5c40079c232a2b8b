"""What a person confirms of a doubtful value holds for that value, and for no other."""

import re
from typing import Any

import pytest

from accounts import clock
from referral.intake.drafts import save_indicators
from referral.models import Case, Indicators, OrganFailureAssessment
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import send, text, typed
from tests.world import World, resident


def marks(page: str) -> list[str]:
    return re.findall(r'name="asked_about" value="([^"]*)"', page)


@pytest.mark.parametrize("change", [{"bilirubin": "21"}, {"bilirubin_unit": "mg/dL", "bilirubin": "45"}])
def test_a_value_that_was_changed_after_it_was_confirmed_is_asked_about_again(
    world: World, as_user: SignIn, change: dict[str, str]
) -> None:
    client, form = as_user(world.doctor), typed(world, bilirubin="20", confirmed=["bilirubin"])
    form["asked_about"] = marks(text(send(client, {**form, "confirmed": []})))

    answer = send(client, {**form, **change})

    page = text(answer)
    assert answer.status_code == 422 and not Case.objects.exists()
    assert 'id="confirm-bilirubin"' in page and not re.search(r'id="confirm-bilirubin"[^>]*checked', page)
    send(client, {**form, **change, "asked_about": marks(page)})
    assert Case.objects.count() == 1


def test_a_confirmed_value_that_stays_is_not_asked_about_again(world: World, as_user: SignIn) -> None:
    client, form = as_user(world.doctor), typed(world, bilirubin="20")
    asked = marks(text(send(client, form)))

    send(client, {**form, "confirmed": ["bilirubin"], "asked_about": asked, "inr": "2.3"})

    assert Case.objects.count() == 1


def correction(case: Case, **changes: Any) -> dict[str, Any]:
    return {
        "name": "测试甲",
        "sex": "male",
        "birth_date": "1970-01-02",
        "national_id": "",
        "local_number": "",
        "phone": "",
        "why": "mistyped",
        "version": str(case.version),
        **changes,
    }


def test_a_confirmed_id_does_not_confirm_the_next_one(world: World, as_user: SignIn) -> None:
    case, client = world.register(now=clock.now()), as_user(world.doctor)
    wrong = [number[:17] + ("0" if number[17] != "0" else "1") for number in (resident(1), resident(3))]
    where, form = f"/cases/{case.pk}/correct-identity/", correction(case, national_id=wrong[0])
    form |= {"asked_about": marks(text(client.post(where, form))), "confirmed": ["national_id"]}

    assert client.post(where, {**form, "national_id": wrong[1]}).status_code == 422
    assert client.post(where, form).status_code == 302
    case.refresh_from_db()
    assert case.patient.detail("national_id") == wrong[0]


def test_a_confirmed_value_of_the_organ_table_does_not_confirm_another(world: World, as_user: SignIn) -> None:
    case, client = world.admitted(now=clock.now()), as_user(world.specialist)
    where = f"/cases/{case.pk}/assess-organ-failure/"
    form = {"inr": "18", "version": str(case.version)}
    page = text(client.post(where, form))
    assert 'value="inr"' in page
    more: dict[str, Any] = {"confirmed": ["inr"], "asked_about": marks(page)}

    assert client.post(where, {**form, **more, "inr": "17"}).status_code == 422
    assert not OrganFailureAssessment.objects.exists()
    assert client.post(where, {**form, **more}).status_code == 302


def test_what_was_confirmed_in_one_unit_is_not_confirmed_in_another(world: World) -> None:
    case, now = world.register(now=clock.now()), clock.now()
    first = {"bilirubin": 20, "bilirubin_unit": "umol/L", "confirmed": ["bilirubin"]}
    save_indicators(case=case, actor=world.doctor, values=first, now=now)

    save_indicators(case=case, actor=world.doctor, values={"bilirubin_unit": "mg/dL"}, now=now)

    assert Indicators.objects.get().confirmed == []
