import pytest

from accounts.models import Membership, Role, User
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def colleague(world: World) -> User:
    """A second specialist of the first ward, who is not on its rota."""
    user = User.objects.create_user("colleague@test.example", name="colleague")
    Membership.objects.create(user=user, role=Role.SPECIALIST, ward=world.ward)
    return user
