from tests.portal.conftest import SignIn
from tests.world import World


def test_the_frame_renders_for_everyone(world: World, as_user: SignIn) -> None:
    for user in (world.doctor, world.specialist, world.coordinator, world.researcher):
        assert as_user(user).get("/about/").status_code == 200
