from django.urls import path

from portal.views import (
    about,
    board,
    calculator,
    case,
    home,
    inbox,
    letter,
    new_case,
    operations,
    preferences,
    result,
    verbs,
)

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("cases/new/", new_case.new_case, name="new_case"),
    path("cases/check/", new_case.check, name="check"),
    path("cases/<uuid:pk>/", case.case, name="case"),
    path("cases/<uuid:pk>/live/", case.live, name="case_live"),
    path("cases/<uuid:pk>/result/", result.result, name="result"),
    path("cases/<uuid:pk>/indicators/", new_case.indicators, name="indicators"),
    path("cases/<uuid:pk>/letter/", letter.letter, name="letter"),
    path("cases/<uuid:pk>/<slug:verb>/", verbs.verb, name="verb"),
    path("board/", board.board, name="board"),
    path("board/rows/", board.rows, name="board_rows"),
    path("board/arrival/", board.arrival, name="arrival"),
    path("board/wards/<uuid:pk>/", board.ward, name="ward"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/unread/", inbox.unread, name="inbox_unread"),
    path("inbox/read-all/", inbox.read_all, name="inbox_read_all"),
    path("inbox/<uuid:pk>/open/", inbox.open_one, name="inbox_open"),
    path("inbox/<uuid:pk>/acknowledge/", inbox.acknowledge_one, name="inbox_acknowledge"),
    path("operations/", operations.overview, name="operations"),
    path("operations/live/", operations.live, name="operations_live"),
    path("operations/deliveries/", operations.deliveries, name="deliveries"),
    path("operations/deliveries/<uuid:pk>/", operations.delivery, name="delivery"),
    path("operations/deadlines/<uuid:pk>/release/", operations.release, name="release_deadline"),
    path("calculator/", calculator.calculator, name="calculator"),
    path("me/", preferences.preferences, name="preferences"),
    path("language/", preferences.language, name="language"),
    path("models/<slug:name>/", about.model_card, name="model_card"),
    path("about/", about.about, name="about"),
]
