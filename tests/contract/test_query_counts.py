"""How often each page asks the database stands in a file beside this one, and does not grow with the rows.

A difference is written into the file by `UPDATE_QUERY_COUNTS=1` before the test, and is read in the review.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from accounts import clock, tokens
from accounts.ids import new_id
from accounts.models import Catchment, DutyShift, Hospital, Membership, Role, User, Ward
from api.v1 import urls as api_urls
from fhir.hooks.services import SERVICES
from files import links
from files.models import FileState, StoredFile
from integrations.receiving import Incoming, receive
from labs.readings.requests import read_pasted
from notifications.models import Delivery
from portal import urls as portal_urls
from portal.models import FormDraft
from portal.pages.wall.screens import add_screen, open_screen
from referral.evidence import load_bundled
from referral.intake import results
from referral.intake.free_beds import state_beds
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.practice.made_up import send_request
from referral.practice.network import Made, make_practice_network
from referral.queries.hand_over_codes import make_code
from tests.fhir import hook_calls
from tests.fhir.conftest import integrate
from tests.integrations.hl7_messages import SENDER, oru
from tests.proof import proved
from tests.referral.case_files import added, picture
from tests.world import HOUR, World, build, make_deliveries

FILE = Path(__file__).with_name("query_counts.json")
WRITTEN_ANEW = "UPDATE_QUERY_COUNTS"

UNCOUNTED = (
    "Nobody counts the statements of {}. Say in ASKED who opens it and where, or in READS_NO_ROWS that it "
    "reads nothing; then write the file anew with UPDATE_QUERY_COUNTS=1."
)
ASKED = [
    ("specialist", "/api/v1/me"),
    ("doctor", "/api/v1/me/tokens"),
    ("doctor", "/api/v1/me/sessions"),
    ("coordinator", "/api/v1/statistics"),
    ("coordinator", "/api/v1/statistics?by=hospital"),
    ("coordinator", "/api/v1/statistics/kit"),
    ("coordinator", "/api/v1/statistics/stays"),
    ("coordinator", "/api/v1/statistics/notifications"),
    ("coordinator", "/api/v1/statistics/notifications?by=ward"),
    ("coordinator", "/api/v1/statistics/predictions"),
    ("coordinator", "/api/v1/models"),
    ("doctor", "/api/v1/models/aclf8-provisional"),
    ("doctor", "/api/v1/evidence"),
    ("doctor", "/api/v1/cases"),
    ("specialist", "/api/v1/cases"),
    ("coordinator", "/api/v1/cases"),
    ("specialist", "/api/v1/changes"),
    ("specialist", "/api/v1/cases/{case}"),
    ("coordinator", "/api/v1/cases?ids={case},{registered},{returned}"),
    ("specialist", "/api/v1/cases/{case}/indicators"),
    ("specialist", "/api/v1/cases/{case}/events"),
    ("specialist", "/api/v1/cases/{case}/deadlines"),
    ("specialist", "/api/v1/cases/{asked}/alerts"),
    ("specialist", "/api/v1/cases/{case}/messages"),
    ("specialist", "/api/v1/cases/{case}/ward-record"),
    ("specialist", "/api/v1/cases/{case}/values"),
    ("specialist", "/api/v1/cases/{case}/files"),
    ("specialist", "/api/v1/cases/{case}/files/{file}/original/0"),
    ("doctor", "/api/v1/labs/readings/{reading}"),
    ("specialist", "/api/v1/files/{link}"),
    ("lead", "/api/v1/wards/{ward}/duty"),
    ("lead", "/api/v1/wards/{ward}/beds"),
    ("coordinator", "/api/v1/wards"),
    ("coordinator", "/api/v1/morning"),
    ("specialist", "/api/v1/hand-over/{code}"),
    ("coordinator", "/api/v1/wards?for={case}&verb=transfer"),
    ("coordinator", "/api/v1/board"),
    ("specialist", "/api/v1/board"),
    ("specialist", "/api/v1/notifications"),
    ("specialist", "/api/v1/devices"),
    ("doctor", "/"),
    ("learner", "/practice/"),
    ("coordinator", "/morning/"),
    ("coordinator", "/morning/live/"),
    ("doctor", "/search/"),
    ("doctor", "/cases/new/"),
    ("doctor", "/cases/new/?draft={unborn}"),
    ("doctor", "/drafts/typed/?page=/cases/new/&subject={unborn}"),
    ("doctor", "/drafts/{draft}/discard/"),
    ("doctor", "/cases/{case}/"),
    ("specialist", "/cases/{case}/"),
    ("specialist", "/cases/{case}/live/"),
    ("doctor", "/cases/{case}/result/"),
    ("doctor", "/cases/{registered}/indicators/"),
    ("doctor", "/cases/{case}/letter/"),
    ("specialist", "/cases/{returned}/back-letter/"),
    ("specialist", "/cases/{returned}/back-letter/pdf/"),
    ("doctor", "/cases/{case}/letter/pdf/"),
    ("specialist", "/api/v1/cases/{returned}/back-letter.pdf"),
    ("specialist", "/api/v1/cases/{case}/letter.pdf"),
    ("specialist", "/cases/{case}/trends/"),
    ("specialist", "/cases/{coming}/arrival/"),
    ("specialist", "/cases/{coming}/arrival/live/"),
    ("specialist", "/hand-over/{code}/"),
    ("specialist", "/cases/{case}/replay/"),
    ("coordinator", "/cases/{case}/replay/?names=0"),
    ("specialist", "/cases/{case}/ward/"),
    ("specialist", "/cases/{case}/ward/checklist/"),
    ("specialist", "/cases/{case}/message/"),
    ("specialist", "/cases/{case}/files/"),
    ("specialist", "/cases/{case}/files/live/"),
    ("specialist", "/cases/{case}/files/{file}/"),
    ("specialist", "/cases/{case}/files/{file}/original/0/"),
    ("doctor", "/labs/readings/{reading}/"),
    ("doctor", "/results/"),
    ("coordinator", "/cases/{case}/extend/"),
    ("specialist", "/alarm/"),
    ("coordinator", "/alarm/"),
    ("specialist", "/board/"),
    ("coordinator", "/board/"),
    ("coordinator", "/board/?tab=window-2"),
    ("specialist", "/board/?tab=mine"),
    ("coordinator", "/board/?tab=mine"),
    ("coordinator", "/board/rows/"),
    ("specialist", "/board/changed/?case={asked}"),
    ("coordinator", "/board/changed/?case={unplaced}"),
    ("specialist", "/cases/{asked}/accept/form/"),
    ("coordinator", "/cases/{unplaced}/redirect/form/"),
    ("lead", "/board/wards/{ward}/"),
    ("lead", "/board/wards/{ward}/duty/"),
    ("lead", "/board/wards/{ward}/screens/"),
    ("screen", "/wall/"),
    ("screen", "/wall/rows/"),
    ("screen", "/wall/open/{wall_link}/"),
    ("doctor", "/places/"),
    ("specialist", "/places/live/"),
    ("specialist", "/inbox/"),
    ("specialist", "/inbox/unread/"),
    ("administrator", "/operations/"),
    ("administrator", "/operations/live/"),
    ("administrator", "/operations/deliveries/"),
    ("administrator", "/operations/deliveries/{delivery}/"),
    ("coordinator", "/statistics/"),
    ("coordinator", "/statistics/?by=ward"),
    ("researcher", "/statistics/research/"),
    ("coordinator", "/statistics/models/"),
    ("coordinator", "/statistics/stays/"),
    ("coordinator", "/statistics/stays/file.csv"),
    ("coordinator", "/statistics/notifications/"),
    ("coordinator", "/statistics/notifications/file.csv"),
    ("coordinator", "/statistics/file.csv"),
    ("researcher", "/statistics/research/kit.csv"),
    ("coordinator", "/statistics/models/file.csv"),
    ("doctor", "/evidence/"),
    ("doctor", "/calculator/"),
    ("specialist", "/me/"),
    ("doctor", "/me/sessions/"),
    ("doctor", "/me/tokens/new/"),
    ("doctor", "/models/aclf8-provisional/"),
    ("doctor", "/about/"),
    ("doctor", "/offline/"),
    ("doctor", "/cds-services"),
    ("administrator", "/admin/accounts/hospital/"),
    ("administrator", "/admin/accounts/ward/"),
    ("administrator", "/admin/accounts/user/"),
    ("administrator", "/admin/referral/pathwaypolicy/"),
    ("administrator", "/admin/integrations/integration/"),
    ("administrator", "/admin/integrations/exchangedmessage/"),
    ("administrator", "/admin/integrations/integration/{integration}/conformance/"),
    ("superuser", "/admin/accounts/auditentry/"),
    ("superuser", "/admin/scoring/riskmodelversion/"),
]
"""Who asks for which address."""


READS_NO_ROWS = {
    *("api:codes", "portal:worker", "portal:manifest"),
    *("portal:launch", "portal:launch_callback", "portal:launch_keys"),
}


@dataclass
class Scene:
    """A world that can be made larger, and the rows that addresses name."""

    world: World
    now: datetime
    superuser: User
    practice: Made
    rows: dict[str, Any]

    def grow(self, number: int) -> None:
        """One more of everything that a list shows."""
        world, now = self.world, self.now
        self._places(number)
        send_request(self.practice.network, now=now)
        world.watched(now, name=f"观{number}")
        asked = world.watched(now, name=f"问{number}")
        perform(asked, Verb.ASK_ADVICE, actor=world.doctor, now=now, text="?")
        self.rows["asked"] = world.flagged(now, name=f"请{number}").pk
        self.rows["unplaced"] = self._unplaced(number).pk
        passed = world.flagged(now, name=f"转{number}")
        perform(passed, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")
        left = world.accepted(now, name=f"途{number}")
        perform(left, Verb.DEPART, actor=world.doctor, now=now, expected_arrival_at=now + HOUR)
        for _message in range(number + 1):
            perform(left, Verb.MESSAGE, actor=world.doctor, now=now, text="?")
        self.rows |= {"coming": left.pk, "code": make_code(left.pk)}
        self.rows["registered"] = world.register(now=now, name=f"登{number}").pk
        self.rows["returned"] = world.returned(now, name=f"回{number}").pk
        self.record(number)
        self._drafts(number)
        report = f"总胆红素 {number + 100} umol/L"
        self._results(number)
        self.rows["reading"] = read_pasted(user=world.doctor, text=report, now=now).pk
        tokens.create(user=world.doctor, name=str(number), scopes=["read"], days=9, now=now)
        Client().force_login(world.doctor)

    def _results(self, number: int) -> None:
        """A message of a laboratory without a patient, and one for a case of its own."""
        world, own = self.world, f"L-{number + 1}"
        if not world.hospital.integrations.exists():
            lis = integrate(world.hospital, world.doctor, name="LIS")
            lis.hl7_application, lis.hl7_facility = SENDER
            lis.save()
        world.register(now=self.now, name=f"检{number}", local_number=own)
        sent = (oru(control_id=f"a{number}"), oru(control_id=own, number=own, name=f"检{number}"))
        receive([Incoming(content, "") for content in sent], self.now)
        results.process_waiting(self.now)
        self.rows["integration"] = world.hospital.integrations.get().pk

    def _unplaced(self, number: int) -> Case:
        Ward.objects.update(closed_at=self.now, closed_reason="isolation")
        case = self.world.flagged(self.now, name=f"无{number}")
        Ward.objects.update(closed_at=None, closed_reason="")
        return case

    def _file(self, case: Case, number: int) -> None:
        world = self.world
        row = added(case, world.specialist, content=picture(number), now=self.now)
        StoredFile.objects.filter(pk=row.file_id).update(state=FileState.CHECKED, checked_at=self.now)
        link = links.make(user=world.specialist, attachment=row.pk, role="original", number=0)
        self.rows |= {"file": row.pk, "link": link}

    def _drafts(self, number: int) -> None:
        world, case = self.world, self.rows["case"]
        draft = {"typed": [["note", str(number)]], "saved_at": self.now, "version": 1}
        page = f"/cases/{case}/message/"
        FormDraft.objects.get_or_create(user=world.specialist, page=page, subject=case, defaults=draft)
        new = FormDraft.objects.create(user=world.doctor, page="/cases/new/", subject=new_id(), **draft)
        self.rows |= {"draft": new.pk, "unborn": new.subject}

    def _places(self, number: int) -> None:
        world = self.world
        names = {"name_zh": f"新{number}", "name_en": f"New {number}"}
        hospital = Hospital.objects.create(network=world.network, level="tertiary", phone="020-3000", **names)
        ward = Ward.objects.create(hospital=hospital, phone="020-4000", beds=5, **names)
        Catchment.objects.create(hospital=world.hospital, ward=ward, rank=10 + number)
        user = User.objects.create_user(f"new{number}@test.example", "a-long-password", name=f"N{number}")
        for place in (ward, world.ward):
            Membership.objects.create(user=user, role=Role.SPECIALIST, ward=place)
            shift = {"weekday": self.now.weekday(), "starts": "00:00", "ends": "00:00"}
            DutyShift.objects.create(ward=place, user=user, **shift)
        for place in (ward, world.ward):
            state_beds(ward=place, actor=user, free=number + 3, now=self.now)

    def record(self, number: int) -> None:
        """One more of everything that the page of a case shows."""
        case, world, now = Case.objects.get(pk=self.rows["case"]), self.world, self.now
        inputs = {
            Verb.MESSAGE: {"text": str(number)},
            Verb.ASSESS_ORGAN_FAILURE: {"inr": 2.6, "dialysis": True, "vasopressors": True},
            Verb.RECORD_PRECIPITANT: {"precipitant": ("BACT_INF", "GI_BLEED", "HBV_FLARE")[number % 3]},
            Verb.RECORD_KIT_RESULT: {"lot": f"K{number}", "sampled_at": now, "answer": "positive"},
            Verb.RECORD_ARTIFICIAL_LIVER: {"mode": "dpmas", "started_at": now - HOUR, "ended_at": now},
            Verb.SET_NUTRITION_TARGET: {"height_cm": 170, "weight_kg": 60 + number},
            Verb.RECORD_PANEL: {"sampled_at": now, "albumin_g_l": 30 + number},
            Verb.RECORD_IMMUNE_STATUS: {"sampled_at": now, "pct_ng_ml": 1 + number},
        }
        for verb, given in inputs.items():
            perform(case, verb, actor=world.specialist, now=now, **given)
        self._file(case, number)

    def client_of(self, who: str) -> Client:
        client = Client()
        if who == "screen":
            client.cookies["wall_screen"] = self.rows["secret"]
            return client
        others = {"superuser": self.superuser, "learner": self.practice.accounts["practice-specialist"]}
        user = others[who] if who in others else getattr(self.world, who)
        client.force_login(user)
        proved(client, user)
        return client

    def count(self, who: str, address: str) -> int:
        path = address.format(**self.rows)
        client = self.client_of(who)
        headers = {"X-Session-Token": str(client.session.session_key)} if path.startswith("/api/") else {}
        for memory in caches.all(initialized_only=True):
            memory.clear()
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path, headers=headers)
            answer.getvalue()  # a file is written while it is sent
        assert answer.status_code == 200, (who, path, answer.status_code)
        times = [row for row in asked if row["sql"] == clock.SHIFTED]
        assert len(times) <= 1, f"{path} has more than one present moment"
        return len(asked)

    def count_hook(self, service: str) -> int:
        """How often a card about a patient with an open case asks."""
        body = hook_calls.call(self.now) | {"hook": SERVICES[service].hook}
        body["context"]["encounterId"] = "1"
        integration = self.world.hospital.integrations.get()
        for memory in caches.all(initialized_only=True):
            memory.clear()
        with CaptureQueriesContext(connection) as asked:
            answer = hook_calls.post(integration, body, service)
        assert len(answer.body["cards"]) == 1, answer.body
        return len(asked)

    def counts(self) -> dict[str, int]:
        pages = {f"{address} ({who})": self.count(who, address) for who, address in ASKED}
        return pages | {f"/cds-services/{one} (record)": self.count_hook(one) for one in SERVICES}


@pytest.fixture
def scene(db: None) -> Scene:
    world, now = build(), clock.now()
    User.objects.filter(pk=world.administrator.pk).update(is_staff=True)
    load_bundled(now=now)
    superuser = User.objects.create_superuser("root@test.example", "a-long-password", name="root")
    practice = make_practice_network(domain="practice.example", password=None, now=now)
    scene = Scene(world, now, superuser, practice, {"ward": world.ward.pk})
    scene.rows["case"] = world.admitted(now - HOUR, name="院").pk
    world.register(now=now, local_number="A-17")
    scene.grow(0)
    hang = partial(add_screen, ward=world.ward, actor=world.lead, shows_names=False, now=now)
    scene.rows["wall_link"] = hang(name="corridor")[1]
    scene.rows["secret"] = open_screen(hang(name="office")[1], now)
    make_deliveries(now)
    of_deadline = Delivery.objects.filter(notification__alert__subject_type="deadline")
    scene.rows["delivery"] = of_deadline.earliest("pk").pk
    return scene


def test_a_page_asks_as_often_as_the_file_says_however_much_there_is(scene: Scene) -> None:
    scene.counts()  # the first request of a process fills what it keeps
    few = scene.counts()
    for number in (1, 2):
        scene.grow(number)
    many = scene.counts()
    assert {name: (count, many[name]) for name, count in few.items() if many[name] != count} == {}
    if os.environ.get(WRITTEN_ANEW):
        FILE.write_text(json.dumps(many, indent=2, sort_keys=True) + "\n")
    assert many == json.loads(FILE.read_text()), f"Look why; then write it anew with {WRITTEN_ANEW}=1."


def test_every_page_and_every_list_of_the_api_is_counted(scene: Scene) -> None:
    counted = {resolve(address.format(**scene.rows).partition("?")[0]).view_name for _who, address in ASKED}
    client = Client()
    client.force_login(scene.world.specialist)
    kept = {"pk": scene.rows["case"], "screen": scene.rows["case"], "key": "x", "verb": "x", "name": "x"}
    for route in portal_urls.urlpatterns:
        if f"portal:{route.name}" not in counted | READS_NO_ROWS:
            names = {name: kept[name] for name in route.pattern.converters}
            answer = client.get(reverse(f"portal:{route.name}", kwargs=names))
            assert answer.status_code == 405, UNCOUNTED.format(route.name)
    readers = {
        f"api:{route.name}"
        for route in api_urls.urlpatterns
        if route.name and hasattr(getattr(route.callback, "view_class", None), "get")
    }
    uncounted = sorted(readers - READS_NO_ROWS - counted)
    assert not uncounted, UNCOUNTED.format(uncounted)
