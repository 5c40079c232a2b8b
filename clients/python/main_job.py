"""The main job through the typed client: a first visit is registered and flagged, the ward answers, admits,
records an organ failure, fixes the diagnosis and refers back.

python main_job.py URL   with DOCTOR and SPECIALIST as e-mail:password:code in the environment
"""

import json
import os
import sys
from datetime import UTC, datetime
from uuid import UUID, uuid4

from aclf_client.api.cases import board, case_events, case_ward_record, register
from aclf_client.api.verbs import (
    accept,
    acknowledge,
    admit,
    assess_organ_failure,
    back_refer,
    decline,
    diagnose,
)
from aclf_client.client import AuthenticatedClient
from aclf_client.models import (
    AcceptRequest,
    AdmitRequest,
    AssessOrganFailureRequest,
    BackReferRequest,
    BilirubinUnit,
    Case,
    ChronicLiverDisease,
    CreatinineUnit,
    DeclineReason,
    DeclineRequest,
    DiagnoseRequest,
    DiagnosisCategory,
    IndicatorsRequest,
    OfferState,
    Organ,
    Part,
    Parting,
    PatientRequest,
    Presentation,
    Problem,
    ProblemCode,
    RegisteredCase,
    RegistrationRequest,
    Sex,
    State,
    UreaUnit,
)
from sign_in import RefusedError, answered, signed_in


def person(url: str, name: str) -> AuthenticatedClient:
    email, password, code = os.environ[name].split(":")
    return signed_in(url, email=email, password=password, code=lambda: code)


def expect(state: State, answer: Case | Parting | Problem | None) -> None:
    """The ward still sees the case, in the state that is expected."""
    if isinstance(answer, Problem):
        raise RefusedError(answer)
    assert isinstance(answer, Case), "the case has gone to another ward"
    assert answer.state == state, f"{answer.number} is {answer.state}, not {state}"


def registered(doctor: AuthenticatedClient) -> RegisteredCase:
    now = datetime.now(UTC)
    visit = RegistrationRequest(
        patient=PatientRequest(name="测试患者", sex=Sex.FEMALE, birth_date="1968-04-03"),
        first_visit_at=now,
        chronic_liver_disease=ChronicLiverDisease.HEPATITIS_B,
        presentation=Presentation.ACUTE_LIVER_INJURY,
        indicators=IndicatorsRequest(
            age_years=58,
            cirrhosis=True,
            variceal_bleeding=False,
            encephalopathy_grade=2,
            bilirubin=310,
            bilirubin_unit=BilirubinUnit.UMOL_PER_L,
            inr=2.2,
            urea=11,
            urea_unit=UreaUnit.MMOL_PER_L,
            sodium_mmol_l=129,
            sampled_at=now,
        ),
    )
    made = answered(register.sync(client=doctor, body=visit, idempotency_key=str(uuid4())))
    assert made.state == State.OFFERED
    assert made.assessment is not None
    assert made.assessment.high_risk
    return made


def admit_patient(specialist: AuthenticatedClient, case_id: UUID) -> None:
    asked = answered(board.sync(client=specialist, part=Part.WINDOW_1))
    offer = next(row.offer for row in asked.results if row.id == case_id)
    assert offer is not None
    assert offer.state == OfferState.OPEN
    answered(acknowledge.sync(case_id, client=specialist))
    bed = AcceptRequest(bed="12", offer=offer.id)
    expect(State.ACCEPTED, accept.sync(case_id, client=specialist, body=bed))
    expect(State.ADMITTED, admit.sync(case_id, client=specialist, body=AdmitRequest()))


def treat(specialist: AuthenticatedClient, case_id: UUID) -> None:
    table = AssessOrganFailureRequest(
        bilirubin=310,
        bilirubin_unit=BilirubinUnit.UMOL_PER_L,
        inr=2.7,
        creatinine=120,
        creatinine_unit=CreatinineUnit.UMOL_PER_L,
    )
    answered(assess_organ_failure.sync(case_id, client=specialist, body=table))
    record = answered(case_ward_record.sync(case_id, client=specialist))
    assert Organ.COAGULATION in record.organ_failures[-1].failing
    diagnosis = DiagnoseRequest(category=DiagnosisCategory.ACLF)
    expect(State.DIAGNOSED, diagnose.sync(case_id, client=specialist, body=diagnosis))
    plan = BackReferRequest(plan="Entecavir, weekly tests.")
    expect(State.FOLLOW_UP, back_refer.sync(case_id, client=specialist, body=plan))


def refusal(specialist: AuthenticatedClient, case_id: UUID) -> ProblemCode:
    late = DeclineRequest(reason=DeclineReason.NO_BED)
    problem = decline.sync(case_id, client=specialist, body=late)
    assert isinstance(problem, Problem)
    return problem.code


def main(url: str) -> None:
    doctor, specialist = person(url, "DOCTOR"), person(url, "SPECIALIST")
    made = registered(doctor)
    admit_patient(specialist, made.id)
    treat(specialist, made.id)
    events = answered(case_events.sync(made.id, client=doctor)).results
    summary = {
        "case": str(made.id),
        "events": [str(event.what) for event in events],
        "refused": str(refusal(specialist, made.id)),
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main(sys.argv[1])
