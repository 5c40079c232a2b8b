import pytest

from accounts.models import Membership, User
from referral.practice.network import Made, make_practice_network
from tests.world import NOW, World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def made(world: World) -> Made:
    """The practice network beside the real one, with an account that also administers it."""
    made = make_practice_network(domain="practice.example", password=None, now=NOW)
    learner = User.objects.create_user("learner@practice.example", name="学员")
    Membership.objects.create(user=learner, role="administrator", network=made.network)
    return made
