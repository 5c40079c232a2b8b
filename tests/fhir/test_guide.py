"""The steps that docs/interoperability.md prints for an engineer are done as they stand there."""

import json
import re
import subprocess
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.test import Client

from integrations.forms import IntegrationForm
from tests.contract.test_house import ROOT
from tests.fhir.conftest import BASE, Program, ask_for_token, assertion, integrate
from tests.fhir.sending import EXAMPLES
from tests.world import World

GUIDE = (ROOT / "docs" / "interoperability.md").read_text()


def test_a_key_made_by_the_printed_commands_gets_a_token(world: World, tmp_path: Path) -> None:
    (block,) = re.findall(r"```\n(openssl .+?)```", GUIDE, re.DOTALL)
    for command in block.splitlines():
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    typed = {"hospital": world.hospital.pk, "responsible": world.doctor.pk, "kind": "records", "name": "HIS"}
    pasted = {"pasted_keys": (tmp_path / "public.pem").read_text(), "typed_scopes": "system/*.cruds"}
    form = IntegrationForm({**typed, **pasted, "is_active": "on"})
    assert form.is_valid(), form.errors
    integration = integrate(world.hospital, world.doctor, name="HIS")
    integration.keys = form.cleaned_data["pasted_keys"]
    integration.save()
    key = load_pem_private_key((tmp_path / "private.pem").read_bytes(), None)
    answer = ask_for_token(assertion(integration, key))
    assert answer.status_code == 200, answer.content
    configuration = Client().get(f"{BASE}/.well-known/smart-configuration").json()
    assert configuration["token_endpoint"].endswith(f"{BASE}/auth/token")


def test_the_printed_example_with_an_id_a_number_a_name_and_times_of_its_own_is_taken(
    first: Program, ward: Program, now: datetime
) -> None:
    text = re.sub(r"2026-05-17T[^\"]+", now.isoformat(), (EXAMPLES / "referral.json").read_text())
    case = uuid4()
    bundle = json.loads(text)
    bundle["entry"][1]["fullUrl"] = f"urn:uuid:{case}"
    bundle["entry"][0]["resource"]["identifier"][0]["value"] = "B-2048"
    bundle["entry"][0]["resource"]["name"] = [{"text": "测试乙"}]
    assert first.send("POST", "", bundle).status == 200
    (request,) = ward.get("Task?status=requested").resources()
    assert request["focus"]["reference"] == f"ServiceRequest/{case}"
    answer = ward.send("PUT", f"Task/{request['id']}", request | {"status": "accepted"})
    assert (answer.status, answer.body["status"]) == (200, "accepted")
