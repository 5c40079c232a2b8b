from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.world import World, build

SignIn = Callable[[User], Client]


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def as_user() -> SignIn:
    """A client signed in as somebody, in English so that tests can read the texts."""

    def sign_in(user: User) -> Client:
        user.language = User.Language.ENGLISH
        user.save()
        client = Client()
        client.force_login(user)
        return client

    return sign_in
