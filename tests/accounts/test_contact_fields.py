"""Numbers and addresses of people and places are stored narrow, wherever they are typed."""

import pytest
from django.test import Client

from accounts.models import Hospital, User, Ward
from accounts.text import narrowed
from tests.accounts.test_administration import filled, page
from tests.world import World

TYPED, NARROW = "０２０－1234５６７８ ", "020-12345678"


@pytest.fixture
def administrator(world: World, client: Client) -> User:
    user = world.administrator
    user.is_staff = True
    user.save()
    client.force_login(user)
    return user


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("model", ["hospital", "ward", "user"])
def test_the_administration_stores_a_number_as_it_is_dialled(
    world: World, client: Client, model: str
) -> None:
    row = {"hospital": world.hospital, "ward": world.ward, "user": world.doctor}[model]
    answer = client.post(page(model, row), filled(client, page(model, row), phone=TYPED))
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.phone == NARROW


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    "typed", ["ｎｅｗ＠test.example", "new@ｔｅｓｔ.ｅｘａｍｐｌｅ", " NEW＠test．example "]
)
def test_an_e_mail_address_in_full_width_letters_is_stored_narrow(
    world: World, client: Client, typed: str
) -> None:
    answer = client.post(page("user", world.doctor), filled(client, page("user", world.doctor), email=typed))
    assert answer.status_code == 302
    world.doctor.refresh_from_db()
    assert world.doctor.email == "new@test.example"


def test_what_programs_write_is_narrow_too(world: World) -> None:
    place = {"name_zh": "新院", "level": "primary"}
    hospital = Hospital.objects.create(network=world.network, phone=TYPED, **place)
    ward = Ward.objects.create(hospital=hospital, name_zh="新病房", phone=TYPED, beds=1)
    user = User.objects.create_user("Ａ＠test.example", name="a", phone=TYPED)
    for row in (hospital, ward, user):
        row.refresh_from_db()
        assert row.phone == NARROW
    assert user.email == "a@test.example"


def test_names_keep_their_letters(world: World) -> None:
    world.ward.name_zh = "病房（一）"
    world.ward.save()
    assert Ward.objects.get(pk=world.ward.pk).name_zh == "病房（一）"
    assert narrowed(" （一） ") == "(一)"
