"""What goes with the demo's patients beyond their values: a background, a drawn sheet, a drawn ECG."""

from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from io import BytesIO
from math import exp
from typing import Any

from PIL import Image, ImageDraw

from accounts.ids import new_id
from accounts.models import User
from files.intake import Sent
from labs.pictures import is_installed
from referral.codes import AntiviralUse, Comorbidity, FileKind, TransportNeed
from referral.intake.case_files import add_to_case
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import State, Verb

WITH_PAPERS = (State.OFFERED, State.ACCEPTED, State.IN_TRANSIT, State.ADMITTED)
"""One case of each of these states has papers."""

BACKGROUND: Mapping[str, Any] = {
    "history": "演示：10天前出现乏力、尿黄，进行性加重，3天前出现嗜睡。",
    "hbv_dna": "3.2E+06 IU/mL",
    "antiviral": AntiviralUse.STOPPED.value,
    "comorbidities": [Comorbidity.DIABETES.value],
    "medication": "演示：二甲双胍（已停用）",
    "allergies": "青霉素",
    "temperature_c": 37.8,
    "pulse_per_min": 96.0,
    "systolic_mmhg": 108.0,
    "diastolic_mmhg": 64.0,
    "saturation_percent": 95.0,
    "gcs": 14.0,
    "infection": "演示：右下肺少许湿啰音",
    "imaging": "演示：CT示肝脏体积缩小、少量腹水",
    "transport_needs": [TransportNeed.OXYGEN.value, TransportNeed.ESCORT.value],
    "family_informed": "演示：已告知病情危重及转诊风险",
}


def add_papers(network: Any, *, now: datetime) -> None:
    """Say the background of one open case of each state, and add its pictures, as its first doctor."""
    for state in WITH_PAPERS:
        case = Case.objects.filter(network=network, state=state).order_by("pk").first()
        if case is None:
            continue
        doctor = case.registered_by
        perform(case, Verb.STATE_BACKGROUND, actor=doctor, now=now, **BACKGROUND)
        _add(case, doctor, "ecg.png", _png(drawn_ecg()), FileKind.ECG, now)
        if is_installed() and find_spec("pylopdf_fonts_zh_cn") is not None:
            _add(case, doctor, "sheet.jpg", _sheet(case), FileKind.LABORATORY, now)


def _add(case: Case, user: User, name: str, content: bytes, kind: FileKind, now: datetime) -> None:
    sent = Sent(new_id(), name, content)
    add_to_case(user=user, case=case, sent=sent, inputs={"kind": kind.value}, now=now)


def _sheet(case: Case) -> bytes:
    """A drawn laboratory sheet with the name of the case's patient, as photographed."""
    from labs.drawing import draw_sheet

    patient = {"name": case.patient.name, "sex": case.patient.sex, "age_years": case.age}
    return _encoded(draw_sheet(int(case.pk) % 1000, "county", patient=patient).picture, "JPEG")


def drawn_ecg() -> Image.Image:
    """Three lines of a heart beat that nobody has."""
    image = Image.new("RGB", (900, 420), "#fff6f3")
    pen = ImageDraw.Draw(image)
    for at in range(0, 900, 20):
        pen.line((at, 0, at, 420), fill="#f6cfc6")
        pen.line((0, at, 900, at), fill="#f6cfc6")
    for row in range(3):
        points = [(x, 80 + row * 130 - 60 * _beat(x % 150)) for x in range(900)]
        pen.line(points, fill="#20242b", width=2)
    return image


def _beat(x: int) -> float:
    """A wave P, a complex QRS and a wave T, as humps along one beat."""
    humps = ((30, 9, 0.15), (58, 3, -0.15), (64, 4, 1.0), (70, 3, -0.25), (105, 14, 0.3))
    return sum(height * exp(-(((x - middle) / width) ** 2)) for middle, width, height in humps)


def _png(image: Image.Image) -> bytes:
    return _encoded(image, "PNG")


def _encoded(image: Image.Image, form: str) -> bytes:
    written = BytesIO()
    image.save(written, form)
    return written.getvalue()
