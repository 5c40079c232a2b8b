"""Who may do what at the API. The case is offered to the second ward, after the first one declined."""

from referral.pathway.vocabulary import Verb
from tests.permissions.rows import (
    ADMINISTRATORS,
    ASKED,
    CASE,
    COORDINATORS,
    DOCTORS,
    PEOPLE,
    WARDS,
    Names,
    Row,
    names,
)

V1 = "api/v1"
CASE_ROUTE = f"{V1}/cases/<uuid:case_id>"
FILE_ROUTE = f"{CASE_ROUTE}/files/<uuid:file_id>"
AS_SENT = {"role": "original", "number": "0"}
FIGURES = COORDINATORS | names("researcher")
CLINICAL = WARDS | COORDINATORS | DOCTORS

READ_BY_ALL = ("me", "models", "evidence", "cases", "changes", "board", "notifications", "devices")
PARTS = ("events", "alerts", "deadlines", "messages", "ward-record", "values", "letter.pdf")

DECIDED_BY: dict[Verb, tuple[Names, int]] = {
    Verb.STATE_BACKGROUND: (names("doctor"), 200),
    Verb.ASSESS: (names("doctor"), 422),
    Verb.ACKNOWLEDGE: (ASKED, 200),
    Verb.ACCEPT: (ASKED, 200),
    Verb.ASK_BACK: (ASKED, 422),
    Verb.ANSWER_BACK: (names("doctor"), 422),
    Verb.ACCEPT_WHEN_FREE: (ASKED, 422),
    Verb.DECLINE: (ASKED, 422),
    Verb.ADMIT: (ASKED, 200),
    Verb.REDIRECT: (names("coordinator"), 422),
    Verb.WITHDRAW: (names("doctor"), 422),
    Verb.RECORD_DEATH: (names("doctor", "coordinator"), 422),
    Verb.END_REFERRAL: (names("doctor", "coordinator"), 422),
    Verb.MESSAGE: (CASE, 422),
    Verb.RETRACT_FILE: (CASE, 422),
    Verb.CORRECT_FIRST_VISIT: (names("doctor", "coordinator"), 422),
    Verb.CORRECT_IDENTITY: (names("doctor", "coordinator"), 422),
    Verb.MARK_ENTERED_IN_ERROR: (names("doctor", "coordinator"), 422),
    Verb.EXTEND: (ASKED | names("coordinator"), 422),
    Verb.SNOOZE: (ASKED | names("coordinator"), 422),
    Verb.EXPLAIN_DELAY: (CASE, 422),
}
"""Verbs that an offered case has: who may use them, and what an empty body is answered."""

NOT_NOW = (
    *(Verb.REFER, Verb.ASK_ADVICE, Verb.ANSWER_ADVICE, Verb.DEPART, Verb.CORRECT_JOURNEY, Verb.RELEASE),
    *(Verb.DESCRIBE_TRANSPORT, Verb.CHANGE_ARRIVAL, Verb.ARRIVE, Verb.HAND_OVER),
    *(Verb.DIVERT, Verb.UNDO_ADMISSION, Verb.RECORD_KIT_RESULT, Verb.ASSESS_ORGAN_FAILURE),
    *(Verb.RETRACT_RECORD, Verb.RECORD_PRECIPITANT, Verb.RECORD_INTERVENTION, Verb.RECORD_TREATMENT),
    *(Verb.RECORD_ARTIFICIAL_LIVER, Verb.SET_NUTRITION_TARGET, Verb.RECORD_INTAKE),
    Verb.RECORD_PANEL,
    *(
        Verb.RECORD_IMMUNE_STATUS,
        Verb.TRANSFER,
        Verb.DIAGNOSE,
        Verb.DECIDE_TRANSPLANT,
        Verb.BACK_REFER,
    ),
    *(Verb.DISCHARGE, Verb.CORRECT_DIAGNOSIS, Verb.CORRECT_BACK_REFERRAL, Verb.CONFIRM_RETURN),
    *(Verb.RECORD_OUTCOME, Verb.SETTLE_OUTCOME, Verb.CORRECT_OUTCOME),
)
"""Verbs that an offered case does not have: whoever sees it is told so."""

ABOUT_AN_OFFER = (
    *(Verb.ACKNOWLEDGE, Verb.ACCEPT, Verb.DECLINE),
    *(Verb.ASK_BACK, Verb.ACCEPT_WHEN_FREE),
)


def _verb_row(verb: Verb) -> Row:
    inside, status = DECIDED_BY.get(verb, (CASE, 409))
    others = {403: CASE - inside}
    if verb in ABOUT_AN_OFFER:
        others[409] = names("declined")
    route = f"{CASE_ROUTE}/{verb.value.replace('_', '-')}"
    return Row("POST", route, inside, status, others, subject="case")


ROWS = (
    *(Row("GET", f"{V1}/{name}", PEOPLE, 200) for name in READ_BY_ALL),
    Row("PATCH", f"{V1}/me", PEOPLE, 422),
    Row("GET", f"{V1}/me/sessions", PEOPLE, 200, by_person=True),
    Row("POST", f"{V1}/me/sessions/end-others", PEOPLE, 200, by_person=True),
    Row("POST", f"{V1}/me/sessions/end-all", PEOPLE, 200, by_person=True),
    Row("DELETE", f"{V1}/me/sessions/current", PEOPLE, 204, by_person=True),
    Row("PATCH", f"{V1}/me/sessions/<uuid:session_id>", PEOPLE, 422, subject="token", by_person=True),
    Row(
        "DELETE",
        f"{V1}/me/sessions/<uuid:session_id>",
        names("doctor"),
        204,
        subject="token",
        by_person=True,
    ),
    Row("GET", f"{V1}/me/tokens", PEOPLE, 200, by_person=True),
    Row("POST", f"{V1}/me/tokens", PEOPLE, 403, by_person=True),
    Row("DELETE", f"{V1}/me/tokens/<uuid:token_id>", names("doctor"), 204, subject="token", by_person=True),
    Row("POST", f"{V1}/score", PEOPLE, 200, reads=True),
    Row("POST", f"{V1}/labs/read", PEOPLE, 422, reads=True),
    Row("GET", f"{V1}/labs/readings/<uuid:reading_id>", names("doctor"), 200, subject="reading"),
    Row("GET", f"{V1}/statistics", CLINICAL | names("researcher"), 200),
    Row("GET", f"{V1}/statistics/kit", FIGURES, 200),
    Row("GET", f"{V1}/statistics/stays", FIGURES, 200),
    Row("GET", f"{V1}/statistics/notifications", CLINICAL, 200),
    Row("GET", f"{V1}/statistics/predictions", FIGURES, 200),
    Row("GET", f"{V1}/models/<slug:name>", PEOPLE, 200, values={"name": "aclf8-provisional"}),
    Row("POST", f"{V1}/cases", DOCTORS, 422, outside=403),
    Row("POST", f"{V1}/cases/search", PEOPLE, 422, reads=True),
    Row("GET", f"{V1}/wards", PEOPLE, 200),
    Row("GET", CASE_ROUTE, CASE, 200, subject="case"),
    Row("GET", f"{CASE_ROUTE}/indicators", CASE, 200, subject="case"),
    Row("PATCH", f"{CASE_ROUTE}/indicators", names("doctor"), 200, {403: CASE - {"doctor"}}, subject="case"),
    *(Row("GET", f"{CASE_ROUTE}/{part}", CASE, 200, subject="case") for part in PARTS),
    Row("GET", f"{CASE_ROUTE}/back-letter.pdf", names(), 200, subject="case"),
    Row("GET", f"{CASE_ROUTE}/files", CASE, 200, subject="case"),
    Row("POST", f"{CASE_ROUTE}/files", CASE, 422, subject="case"),
    Row("POST", f"{FILE_ROUTE}/links", CASE, 422, subject="case", reads=True),
    Row("GET", f"{FILE_ROUTE}/<slug:role>/<int:number>", CASE, 200, subject="case", values=AS_SENT),
    Row("GET", f"{V1}/files/<str:token>", PEOPLE, 404, open=True, values={"token": "made-up"}),
    *(_verb_row(verb) for verb in (*DECIDED_BY, *NOT_NOW)),
    Row("GET", f"{V1}/morning", COORDINATORS, 200),
    Row("GET", f"{V1}/hand-over/<str:code>", names(), 404, values={"code": "made-up"}),
    Row("POST", f"{V1}/unannounced", WARDS, 422, outside=403, reads=True),
    Row("GET", f"{V1}/wards/<uuid:ward_id>/duty", ASKED | names("coordinator"), 200, subject="ward"),
    Row("GET", f"{V1}/wards/<uuid:ward_id>/beds", ASKED | names("coordinator"), 200, subject="ward"),
    Row(
        "POST",
        f"{V1}/wards/<uuid:ward_id>/beds",
        ASKED,
        422,
        others={403: names("coordinator")},
        subject="ward",
    ),
    Row("POST", f"{V1}/notifications/read", PEOPLE, 200),
    *(
        Row(
            "POST",
            f"{V1}/notifications/<uuid:notification_id>/{act}",
            names("asked"),
            200,
            subject="notification",
        )
        for act in ("read", "acknowledge")
    ),
    Row("POST", f"{V1}/devices", PEOPLE, 422, by_person=True),
    Row("PATCH", f"{V1}/devices/<slug:key>", names("asked"), 200, subject="device", by_person=True),
    Row("DELETE", f"{V1}/devices/<slug:key>", names("asked"), 409, subject="device", by_person=True),
    Row("POST", f"{V1}/devices/<slug:key>/test", names("asked"), 200, subject="device", by_person=True),
    Row("POST", f"{V1}/devices/<slug:key>/code", names("asked"), 200, subject="device", by_person=True),
    Row("GET", f"{V1}/schema", PEOPLE, 200, open=True),
    Row("GET", f"{V1}/codes", PEOPLE, 200, open=True),
    Row("POST", f"{V1}/sessions/refresh", PEOPLE, 422, open=True),
    Row("GET", f"{V1}/docs", PEOPLE, 200, open=True),
    Row("POST", f"{V1}/demo/clock", ADMINISTRATORS - {"superuser"}, 422, outside=403),
    Row("GET", f"{V1}/", PEOPLE, 404, open=True),
)
