from collections.abc import Callable

import pytest

from tests.world import World


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    return make_world()
