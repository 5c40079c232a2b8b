"""The addresses of version 1."""

from django.conf import settings
from django.urls import URLPattern, path, re_path

from api.v1 import (
    alert_proof,
    case_files,
    cases,
    changes,
    codes,
    demo,
    devices,
    docs,
    evidence,
    free_beds,
    hand_over,
    indicators,
    kit,
    labs,
    letters,
    me,
    morning,
    notification_statistics,
    notifications,
    prediction_statistics,
    refresh,
    risk_models,
    score,
    search,
    sessions,
    statistics,
    stay_statistics,
    tokens,
    unannounced,
    values,
    ward_record,
    wards,
)
from api.v1.verbs import VERBS, verb_view

CASE = "cases/<uuid:case_id>"
FILE = f"{CASE}/files/<uuid:file_id>"
NOTIFICATION = "notifications/<uuid:notification_id>"

urlpatterns: list[URLPattern] = [
    path("me", me.MeView.as_view(), name="me"),
    path("sessions/refresh", refresh.RefreshView.as_view(), name="refresh"),
    path("me/sessions", sessions.SessionsView.as_view(), name="sessions"),
    path("me/sessions/current", sessions.CurrentSessionView.as_view(), name="sign_out"),
    path("me/sessions/end-others", sessions.EndOthersView.as_view(), name="end_other_sessions"),
    path("me/sessions/end-all", sessions.EndAllView.as_view(), name="end_all_sessions"),
    path("me/sessions/<uuid:session_id>", sessions.SessionView.as_view(), name="session"),
    path("me/tokens", tokens.TokensView.as_view(), name="tokens"),
    path("me/tokens/<uuid:token_id>", tokens.TokenView.as_view(), name="token"),
    path("score", score.ScoreView.as_view(), name="score"),
    path("labs/readings/<uuid:reading_id>", labs.LabReadingView.as_view(), name="lab_reading"),
    path("labs/read", labs.ReadReportView.as_view(), name="read_lab_report"),
    path("statistics", statistics.StatisticsView.as_view(), name="statistics"),
    path("statistics/kit", kit.KitView.as_view(), name="kit_statistics"),
    path("statistics/stays", stay_statistics.StaysView.as_view(), name="stay_statistics"),
    path(
        "statistics/notifications",
        notification_statistics.MessageStatisticsView.as_view(),
        name="notification_statistics",
    ),
    path(
        "statistics/predictions",
        prediction_statistics.PredictionsView.as_view(),
        name="prediction_statistics",
    ),
    path("models", risk_models.ModelsView.as_view(), name="models"),
    path("models/<slug:name>", risk_models.ModelView.as_view(), name="model"),
    path("evidence", evidence.EvidenceView.as_view(), name="evidence"),
    path("cases", cases.CasesView.as_view(), name="cases"),
    path("cases/search", search.SearchView.as_view(), name="search_cases"),
    path(CASE, cases.CaseView.as_view(), name="case"),
    path(f"{CASE}/indicators", indicators.IndicatorsView.as_view(), name="indicators"),
    path(f"{CASE}/events", cases.EventsView.as_view(), name="events"),
    path(f"{CASE}/alerts", alert_proof.AlertProofView.as_view(), name="case_alerts"),
    path(f"{CASE}/deadlines", cases.DeadlinesView.as_view(), name="deadlines"),
    path(f"{CASE}/messages", cases.MessagesView.as_view(), name="messages"),
    path(f"{CASE}/letter.pdf", letters.LetterView.as_view(), name="case_letter"),
    path(f"{CASE}/back-letter.pdf", letters.BackLetterView.as_view(), name="case_back_letter"),
    path(f"{CASE}/files", case_files.CaseFilesView.as_view(), name="case_files"),
    path(f"{FILE}/links", case_files.FileLinkView.as_view(), name="file_link"),
    path(f"{FILE}/<slug:role>/<int:number>", case_files.FileContentView.as_view(), name="file_content"),
    path("files/<str:token>", case_files.LinkedFileView.as_view(), name="linked_file"),
    path(f"{CASE}/ward-record", ward_record.WardRecordView.as_view(), name="ward_record"),
    path(f"{CASE}/values", values.CaseValuesView.as_view(), name="case_values"),
    *(
        path(f"{CASE}/{verb.value.replace('_', '-')}", verb_view(verb).as_view(), name=verb.value)
        for verb in VERBS
    ),
    path("hand-over/<str:code>", hand_over.HandOverView.as_view(), name="hand_over_code"),
    path("unannounced", unannounced.UnannouncedView.as_view(), name="unannounced"),
    path("morning", morning.MorningView.as_view(), name="morning"),
    path("wards", wards.WardsView.as_view(), name="wards"),
    path("wards/<uuid:ward_id>/duty", wards.DutyView.as_view(), name="ward_duty"),
    path("wards/<uuid:ward_id>/beds", free_beds.BedsView.as_view(), name="ward_beds"),
    path("codes", codes.CodesView.as_view(), name="codes"),
    path("changes", changes.ChangesView.as_view(), name="changes"),
    path("board", cases.BoardView.as_view(), name="board"),
    path("notifications", notifications.NotificationsView.as_view(), name="notifications"),
    path("notifications/read", notifications.ReadAllView.as_view(), name="read_all"),
    path(f"{NOTIFICATION}/read", notifications.ReadView.as_view(), name="read_notification"),
    path(
        f"{NOTIFICATION}/acknowledge",
        notifications.AcknowledgeView.as_view(),
        name="acknowledge_notification",
    ),
    path("devices", devices.DevicesView.as_view(), name="devices"),
    path("devices/<slug:key>", devices.DeviceView.as_view(), name="device"),
    path("devices/<slug:key>/test", devices.TestView.as_view(), name="test_device"),
    path("devices/<slug:key>/code", devices.CodeView.as_view(), name="send_device_code"),
    path("schema", docs.schema, name="schema"),
    path("docs", docs.docs, name="docs"),
]
if settings.CLOCK_MAY_MOVE:
    urlpatterns.append(path("demo/clock", demo.ClockView.as_view(), name="demo_clock"))
urlpatterns.append(re_path("", docs.NowhereView.as_view()))
