from collections.abc import Callable

import pytest

from accounts.models import Membership, Role, User
from tests.world import World


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    return make_world()


@pytest.fixture
def colleague(world: World) -> User:
    """A second specialist of the first ward, who is not on its rota."""
    user = User.objects.create_user("colleague@test.example", name="colleague")
    Membership.objects.create(user=user, role=Role.SPECIALIST, ward=world.ward)
    return user
