"""Who may open and send what in the portal, and at the addresses beside it."""

from tests.permissions.rows import (
    ADMINISTRATORS,
    ASKED,
    CASE,
    COORDINATORS,
    DOCTORS,
    EVERYBODY,
    PEOPLE,
    WARDS,
    Names,
    Row,
    names,
)

CASE_PAGE = "cases/<uuid:pk>"
FILE = "files/<uuid:file_id>"
AS_SENT = {"role": "original", "number": "0"}
ORIGIN = names("doctor")
CLINICAL = WARDS | COORDINATORS | DOCTORS
FIGURES = COORDINATORS | names("researcher")
STATISTICS = CLINICAL | names("researcher")
WATCHERS = WARDS | COORDINATORS
KEPT_OFFER = {200: names("declined")}
"""A ward that declined keeps its own request, and nothing after it."""


def page(route: str, inside: Names = PEOPLE, status: int = 200, **more: object) -> Row:
    return Row("GET", route, inside, status, **more)  # type: ignore[arg-type]


def form(route: str, inside: Names = PEOPLE, status: int = 302, **more: object) -> Row:
    return Row("POST", route, inside, status, **more)  # type: ignore[arg-type]


MESSAGE = {"verb": "message"}
ADMIT = {"verb": "admit"}
OWN_CONTACT_METHODS = {"test": 302, "code": 302, "confirm": 302, "remove": 302, "secret": 302, "wish": 404}
"""By act: what it answers for one's own contact method; an empty wish is none."""

NO_LINK = {"link": "made-up"}
NO_SCREEN = {"screen": "00000000-0000-7000-8000-000000000000"}

ROWS = (
    *(page(route, open=True) for route in ("healthz", "readyz", "metrics")),
    page("live"),
    form(
        "reports/<slug:channel>/<str:token>",
        status=404,
        open=True,
        values={"channel": "sms", "token": "guessed"},
    ),
    page("", PEOPLE - WARDS - {"researcher"}, outside=302),
    page("practice/", frozenset(), outside=404),
    form("practice/request/", frozenset(), outside=404),
    form("practice/answer/", frozenset(), outside=404),
    page("morning/", COORDINATORS),
    page("morning/live/", COORDINATORS),
    page("search/"),
    form("search/", status=200),
    page("cases/new/", DOCTORS, outside=403),
    form("cases/new/", DOCTORS, 422, outside=403),
    form("drafts/save/", status=403, open=True),
    page("smart/launch/", status=400),
    page("smart/callback/", status=400),
    page("smart/jwks.json", EVERYBODY, open=True),
    page("drafts/typed/", status=404),
    page("drafts/<uuid:pk>/discard/", ORIGIN, subject="draft"),
    form("drafts/<uuid:pk>/discard/", ORIGIN, subject="draft"),
    form("labs/readings/", status=422),
    page("labs/readings/<uuid:pk>/", names("doctor"), subject="reading"),
    page("results/"),
    form("results/<uuid:pk>/assign/", names("doctor"), 422, subject="results"),
    form("results/<uuid:pk>/set-aside/", names("doctor"), subject="results"),
    form("cases/check/", status=404),
    form("cases/identity/", status=200),
    page(f"{CASE_PAGE}/", CASE, others=KEPT_OFFER, subject="case"),
    *(
        page(f"{CASE_PAGE}/{part}/", CASE, subject="case")
        for part in ("live", "replay", "result", "letter", "letter/pdf", "trends")
    ),
    page(f"{CASE_PAGE}/arrival/", CASE, 302, subject="case"),
    page("hand-over/<str:code>/", names(), values={"code": "made-up"}),
    page(f"{CASE_PAGE}/arrival/live/", names(), subject="case"),
    page(f"{CASE_PAGE}/indicators/", ORIGIN, subject="case"),
    form(f"{CASE_PAGE}/indicators/", ORIGIN, 422, subject="case"),
    page(f"{CASE_PAGE}/back-letter/", names(), subject="case"),
    page(f"{CASE_PAGE}/back-letter/pdf/", names(), subject="case"),
    page(f"{CASE_PAGE}/ward/", CASE, others=KEPT_OFFER, subject="case"),
    page(f"{CASE_PAGE}/ward/checklist/", names("specialist", "lead"), others=KEPT_OFFER, subject="case"),
    form(
        f"{CASE_PAGE}/ward/checklist/",
        names("specialist", "lead"),
        others={409: names("declined")},
        subject="case",
    ),
    form(f"{CASE_PAGE}/organs/", CASE, 200, subject="case"),
    *(page(f"{CASE_PAGE}/{part}/", CASE, subject="case") for part in ("files", "files/live", FILE)),
    form(f"{CASE_PAGE}/files/", CASE, subject="case"),
    page(f"{CASE_PAGE}/{FILE}/<slug:role>/<int:number>/", CASE, subject="case", values=AS_SENT),
    form(f"{CASE_PAGE}/alerts/", CASE, subject="case"),
    page(f"{CASE_PAGE}/<slug:verb>/", CASE, others=KEPT_OFFER, subject="case", values=MESSAGE),
    form(
        f"{CASE_PAGE}/<slug:verb>/",
        CASE,
        422,
        others={409: names("declined")},
        subject="case",
        values=MESSAGE,
    ),
    page(
        f"{CASE_PAGE}/<slug:verb>/",
        ASKED,
        others={302: CASE - ASKED},
        subject="case",
        values=ADMIT,
    ),
    form(f"{CASE_PAGE}/<slug:verb>/", ASKED, others={403: CASE - ASKED}, subject="case", values=ADMIT),
    page(f"{CASE_PAGE}/<slug:verb>/form/", CASE, subject="case", values=ADMIT),
    page("alarm/", WATCHERS),
    page("board/", WATCHERS),
    page("board/rows/", WATCHERS),
    page("board/changed/", WATCHERS),
    form("board/unannounced/", names()),
    page("board/wards/<uuid:pk>/", names("asked lead", "coordinator"), subject="ward"),
    form("board/wards/<uuid:pk>/", names("asked lead", "coordinator"), 422, subject="ward"),
    page("board/wards/<uuid:pk>/duty/", ASKED | names("coordinator"), subject="ward"),
    form("board/wards/<uuid:pk>/duty/", names(), subject="ward"),
    page("board/wards/<uuid:pk>/screens/", names("asked lead", "coordinator"), subject="ward"),
    form("board/wards/<uuid:pk>/screens/", names("asked lead", "coordinator"), 422, subject="ward"),
    form("board/wards/<uuid:pk>/screens/<uuid:screen>/end/", names(), subject="ward", values=NO_SCREEN),
    *(page(route, status=403, open=True) for route in ("wall/", "wall/rows/")),
    *(
        Row(method, "wall/open/<slug:link>/", PEOPLE, 404, open=True, values=NO_LINK)
        for method in ("GET", "POST")
    ),
    *(page(route, CLINICAL) for route in ("places/", "places/live/")),
    form("places/<uuid:pk>/", ASKED, 422, subject="ward"),
    page("inbox/"),
    page("inbox/unread/"),
    form("inbox/read-all/"),
    form("inbox/<uuid:pk>/open/", names("asked"), subject="notification"),
    form("inbox/<uuid:pk>/acknowledge/", names("asked"), subject="notification"),
    page("operations/", ADMINISTRATORS),
    page("operations/live/", ADMINISTRATORS),
    page("operations/deliveries/", ADMINISTRATORS),
    page("operations/deliveries/<uuid:pk>/", names("administrator", "superuser"), subject="delivery"),
    form("operations/deliveries/<uuid:pk>/", names("administrator", "superuser"), 409, subject="delivery"),
    form("operations/deadlines/<uuid:pk>/release/", names("administrator", "superuser"), subject="set aside"),
    page("statistics/", STATISTICS),
    page("statistics/file.csv", STATISTICS),
    page("statistics/research/", FIGURES),
    form("statistics/research/", names("researcher"), 200, outside=403),
    page("statistics/research/kit.csv", FIGURES),
    page("statistics/models/", FIGURES),
    page("statistics/stays/", FIGURES),
    page("statistics/stays/file.csv", FIGURES),
    page("statistics/models/file.csv", FIGURES),
    page("statistics/notifications/", CLINICAL),
    page("statistics/notifications/file.csv", CLINICAL),
    page("evidence/"),
    page("calculator/", CLINICAL, outside=403),
    form("calculator/", CLINICAL, 200, outside=403),
    page("me/"),
    form("me/contact-methods/add/", status=422),
    page("me/sessions/"),
    form("me/sessions/end-others/"),
    form("me/sessions/end-all/"),
    form("me/sessions/<uuid:pk>/end/", names("doctor"), subject="token"),
    page("me/tokens/new/", status=302),
    form("me/tokens/new/"),
    *(
        form(f"me/contact-methods/<slug:key>/{act}/", names("asked"), status, subject="device")
        for act, status in OWN_CONTACT_METHODS.items()
    ),
    *(page(route, EVERYBODY, open=True) for route in ("worker.js", "app.webmanifest", "offline/")),
    form("language/", open=True),
    form("i18n/setlang/", open=True),
    page("models/<slug:name>/", values={"name": "aclf8-provisional"}),
    page("about/"),
)
