"""A year or an age in the place of a birth date, as typed at the first visit."""

import pytest

from referral.models import Case
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import send, text, typed, value_of
from tests.world import World


@pytest.mark.parametrize("estimate", ["1950", "约1975年", "90"])
def test_an_estimate_that_contradicts_the_birth_date_is_asked_about(
    world: World, as_user: SignIn, estimate: str
) -> None:
    answer = send(as_user(world.doctor), typed(world, birth_estimate=estimate))
    assert answer.status_code == 422
    assert "does not fit the date of birth" in text(answer)
    assert value_of(text(answer), "birth_estimate") == estimate
    assert not Case.objects.exists()


def test_an_estimate_that_fits_gives_way_to_the_birth_date(world: World, as_user: SignIn) -> None:
    send(as_user(world.doctor), typed(world, birth_estimate="1970"))
    assert not Case.objects.get().patient.birth_date.is_estimated
