from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

# The first draw builds Hypothesis's table of characters, which a busy machine takes seconds for.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture(autouse=True, scope="module")
def _in_english() -> Iterator[None]:
    """The texts are asserted as they are written."""
    with translation.override("en"):
        yield
