from django.urls import path

from portal.pages.account import contact_method_views, session_views
from portal.pages.account import views as preferences
from portal.pages.alarm import views as alarm
from portal.pages.arrival import views as arrival
from portal.pages.board import views as board
from portal.pages.case import views as case
from portal.pages.discharge import views as discharge
from portal.pages.drafts import views as drafts
from portal.pages.duty import views as duty
from portal.pages.entry import views as new_case
from portal.pages.files import views as files
from portal.pages.home import views as home
from portal.pages.inbox import views as inbox
from portal.pages.launch import views as launch
from portal.pages.letters import views as letter
from portal.pages.morning import views as morning
from portal.pages.offline import views as offline
from portal.pages.operations import views as operations
from portal.pages.places import views as places
from portal.pages.practice import views as practice
from portal.pages.readings import views as readings
from portal.pages.reference import calculator_views, evidence_views
from portal.pages.reference import views as about
from portal.pages.replay import views as replay
from portal.pages.result import views as result
from portal.pages.results import views as results
from portal.pages.search import views as search
from portal.pages.statistics import notification_views, predictions_views, research_views, stay_views
from portal.pages.statistics import views as statistics
from portal.pages.verbs import views as verbs
from portal.pages.wall import views as wall
from portal.pages.ward_record import views as ward_record

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("morning/", morning.morning, name="morning"),
    path("morning/live/", morning.live, name="morning_live"),
    path("search/", search.search, name="search"),
    path("practice/", practice.practice, name="practice"),
    path("practice/request/", practice.send, name="practice_send"),
    path("practice/answer/", practice.answer, name="practice_answer"),
    path("cases/new/", new_case.new_case, name="new_case"),
    path("drafts/save/", drafts.save, name="save_draft"),
    path("drafts/typed/", drafts.typed, name="typed_draft"),
    path("drafts/<uuid:pk>/discard/", drafts.discard, name="discard_draft"),
    path("smart/launch/", launch.launch, name="launch"),
    path("smart/callback/", launch.callback, name="launch_callback"),
    path("smart/jwks.json", launch.jwks, name="launch_keys"),
    path("results/", results.results, name="results"),
    path("results/<uuid:pk>/assign/", results.assign, name="assign_results"),
    path("results/<uuid:pk>/set-aside/", results.set_aside, name="set_results_aside"),
    path("cases/check/", new_case.check, name="check"),
    path("cases/identity/", new_case.identity_remarks, name="identity_remarks"),
    path("cases/<uuid:pk>/", case.case, name="case"),
    path("cases/<uuid:pk>/live/", case.live, name="case_live"),
    path("cases/<uuid:pk>/arrival/", arrival.arrival, name="arrival"),
    path("cases/<uuid:pk>/arrival/live/", arrival.live, name="arrival_live"),
    path("hand-over/<str:code>/", arrival.by_code, name="hand_over_code"),
    path("cases/<uuid:pk>/replay/", replay.replay, name="replay"),
    path("cases/<uuid:pk>/result/", result.result, name="result"),
    path("cases/<uuid:pk>/indicators/", new_case.indicators, name="indicators"),
    path("cases/<uuid:pk>/letter/", letter.letter, name="letter"),
    path("cases/<uuid:pk>/letter/pdf/", letter.letter_pdf, name="letter_pdf"),
    path("cases/<uuid:pk>/back-letter/", discharge.letter, name="back_letter"),
    path("cases/<uuid:pk>/back-letter/pdf/", discharge.letter_pdf, name="back_letter_pdf"),
    path("cases/<uuid:pk>/trends/", discharge.trends, name="trends"),
    path("cases/<uuid:pk>/ward/", ward_record.ward_record, name="ward_record"),
    path("cases/<uuid:pk>/ward/checklist/", ward_record.checklist, name="checklist"),
    path("cases/<uuid:pk>/organs/", ward_record.organ_preview, name="organ_preview"),
    path("cases/<uuid:pk>/files/", files.files, name="files"),
    path("cases/<uuid:pk>/files/live/", files.live, name="files_live"),
    path("cases/<uuid:pk>/files/<uuid:file_id>/", files.file, name="file"),
    path(
        "cases/<uuid:pk>/files/<uuid:file_id>/<slug:role>/<int:number>/", files.content, name="file_content"
    ),
    path("cases/<uuid:pk>/alerts/", inbox.acknowledge_case, name="case_alerts"),
    path("cases/<uuid:pk>/<slug:verb>/", verbs.verb, name="verb"),
    path("cases/<uuid:pk>/<slug:verb>/form/", verbs.unfolded, name="verb_form"),
    path("labs/readings/", readings.readings, name="readings"),
    path("labs/readings/<uuid:pk>/", readings.reading, name="reading"),
    path("alarm/", alarm.alarm, name="alarm"),
    path("board/", board.board, name="board"),
    path("board/rows/", board.rows, name="board_rows"),
    path("board/changed/", board.changed, name="board_changed"),
    path("board/unannounced/", board.unannounced, name="unannounced"),
    path("board/wards/<uuid:pk>/", board.ward, name="ward"),
    path("board/wards/<uuid:pk>/duty/", duty.rota, name="duty"),
    path("board/wards/<uuid:pk>/screens/", wall.screens, name="screens"),
    path("board/wards/<uuid:pk>/screens/<uuid:screen>/end/", wall.end, name="end_screen"),
    path("wall/", wall.wall, name="wall"),
    path("wall/rows/", wall.rows, name="wall_rows"),
    path("wall/open/<slug:link>/", wall.open_wall, name="open_wall"),
    path("places/", places.places, name="places"),
    path("places/live/", places.live, name="places_live"),
    path("places/<uuid:pk>/", places.state, name="state_beds"),
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
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics/research/", research_views.research, name="research"),
    path("statistics/stays/", stay_views.stays, name="stays"),
    path("statistics/stays/file.csv", stay_views.stays_csv, name="stays_csv"),
    path("statistics/models/", predictions_views.predictions, name="predictions"),
    path("statistics/research/kit.csv", research_views.kit_csv, name="kit_csv"),
    path("statistics/models/file.csv", predictions_views.predictions_csv, name="predictions_csv"),
    path("statistics/notifications/", notification_views.notifications, name="messages"),
    path("statistics/notifications/file.csv", notification_views.notifications_csv, name="messages_csv"),
    path("statistics/file.csv", statistics.statistics_csv, name="statistics_csv"),
    path("evidence/", evidence_views.evidence, name="evidence"),
    path("calculator/", calculator_views.calculator, name="calculator"),
    path("me/", preferences.preferences, name="preferences"),
    path("me/sessions/", session_views.sessions, name="sessions"),
    path("me/sessions/end-others/", session_views.end_others, name="end_other_sessions"),
    path("me/sessions/end-all/", session_views.end_all, name="end_all_sessions"),
    path("me/sessions/<uuid:pk>/end/", session_views.end, name="end_session"),
    path("me/tokens/new/", session_views.new_token, name="new_token"),
    path("me/contact-methods/add/", contact_method_views.add, name="contact_method_add"),
    path("me/contact-methods/<slug:key>/test/", contact_method_views.test, name="contact_method_test"),
    path("me/contact-methods/<slug:key>/code/", contact_method_views.code, name="contact_method_code"),
    path(
        "me/contact-methods/<slug:key>/confirm/", contact_method_views.confirm, name="contact_method_confirm"
    ),
    path("me/contact-methods/<slug:key>/wish/", contact_method_views.wish, name="contact_method_wish"),
    path("me/contact-methods/<slug:key>/secret/", contact_method_views.secret, name="contact_method_secret"),
    path("me/contact-methods/<slug:key>/remove/", contact_method_views.remove, name="contact_method_remove"),
    path("worker.js", offline.worker, name="worker"),
    path("app.webmanifest", offline.manifest, name="manifest"),
    path("offline/", offline.offline, name="offline"),
    path("language/", preferences.language, name="language"),
    path("models/<slug:name>/", about.model_card, name="model_card"),
    path("about/", about.about, name="about"),
]
