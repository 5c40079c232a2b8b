"""Values as people paste and type them into the fields of a new case."""

from referral.models import Case
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import send, text, typed
from tests.world import World


def test_a_pasted_line_in_one_field_is_its_number_with_its_unit(world: World, as_user: SignIn) -> None:
    page = send(
        as_user(world.doctor), typed(world, bilirubin="TBIL 310.4 umol/L ↑ 5-21", inr="PT-INR 2,31 ↑")
    )
    assert page.status_code == 302
    assessment = Case.objects.get().assessment
    assert assessment is not None
    assert (assessment.values["bilirubin_umol_l"], assessment.values["inr"]) == (310.4, 2.31)


def test_a_limit_of_the_measurement_is_asked_about_at_its_field_and_can_be_taken(
    world: World, as_user: SignIn
) -> None:
    client, form = as_user(world.doctor), typed(world, bilirubin=">513")
    asked = send(client, form)
    page = text(asked)
    assert asked.status_code == 422
    assert "is not a number" not in page and "is a limit, not a value" in page
    assert 'name="confirmed" value="bilirubin"' in page and "&gt;513" in page
    assert not Case.objects.exists()
    assert send(client, {**form, "confirmed": "bilirubin"}).status_code == 302
    assessment = Case.objects.get().assessment
    assert assessment is not None and assessment.values["bilirubin_umol_l"] == 513
    page = text(client.get(f"/cases/{Case.objects.get().pk}/"))
    assert "&gt;513 µmol/L" in page, "where values are shown, it is shown as a limit"
