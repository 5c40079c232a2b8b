"""Open pages: they change by themselves, share one stream, and never touch what is being typed."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from accounts import clock
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.e2e.conftest import Visits, live
from tests.e2e.screens import PHONE
from tests.world import World


def streams_of(context: BrowserContext) -> list[Request]:
    """Requests for the live stream by any tab of `context`, from now on."""
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request) if request.url.endswith("/live") else None)
    return asked


def open_board(page: Page) -> None:
    page.goto("/board/")
    live(page)


def test_tabs_of_one_browser_share_one_stream_and_the_next_takes_over(world: World, visit: Visits) -> None:
    first = visit(world.specialist)
    asked = streams_of(first.context)
    open_board(first)
    second = visit.tab(first.context)
    open_board(second)
    assert len(asked) == 1

    first.close()
    case = world.flagged(now=clock.now())
    expect(second.locator("article[data-new]")).to_contain_text(case.number)
    live(second)


def test_what_is_being_typed_stays_while_the_page_is_redrawn(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist, size=PHONE)
    page.goto(f"/cases/{case.pk}/")
    live(page)
    page.locator("#talk-text").fill("half a sentence")
    page.locator("#action-decline > summary").click()
    page.locator("#action-decline .verb-extra > summary").click()
    page.get_by_label("Note").fill("no bed before")

    perform(case, Verb.MESSAGE, actor=world.doctor, now=clock.now(), text="She is getting worse")

    expect(page.locator("#talk-list")).to_contain_text("She is getting worse")
    expect(page.locator("#talk-text")).to_have_value("half a sentence")
    expect(page.get_by_label("Note")).to_have_value("no bed before")
    expect(page.locator("#action-decline")).to_contain_text("The case has changed while you were writing")


def test_a_row_in_which_somebody_types_stays_when_its_request_is_gone(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist)
    open_board(page)
    page.locator("summary", has_text="Accept with a bed").click()
    page.get_by_label("Bed, if known").fill("bay 7")

    perform(case, Verb.DECLINE, actor=world.lead, now=clock.now(), reason="no_bed")

    expect(page.locator("[id$='-accept'] .form-stale")).to_be_visible()
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_role("heading", name="has moved on")).to_be_visible()
    expect(page.get_by_text("bay 7")).to_be_visible()


def test_a_request_that_is_gone_leaves_a_board_on_which_nobody_types(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist)
    open_board(page)
    row = page.locator("article", has_text=case.number)
    expect(row).to_be_visible()

    perform(case, Verb.DECLINE, actor=world.lead, now=clock.now(), reason="no_bed")

    expect(row).to_have_count(0)
    expect(page.get_by_text("No open requests")).to_be_visible()


def test_a_colleagues_acceptance_shows_on_an_open_board(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist)
    open_board(page)
    row = page.locator("article", has_text=case.number)
    expect(row.locator("summary", has_text="Decline")).to_be_visible()

    perform(case, Verb.ACCEPT, actor=world.lead, now=clock.now(), bed="7")

    expect(row.locator("summary", has_text="Decline")).to_have_count(0)
    expect(row).to_contain_text("Bed 7")


def test_a_change_fetches_its_row_and_leaves_the_others_as_they_are(world: World, visit: Visits) -> None:
    now = clock.now()
    other, case = world.flagged(now=now, name="甲一"), world.flagged(now=now, name="甲二")
    page = visit(world.specialist)
    open_board(page)
    page.wait_for_load_state("networkidle")
    page.locator(f"#case-{other.pk}").evaluate("(row) => (row.wasThere = true)")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/board/" in request.url else None)

    perform(case, Verb.ACKNOWLEDGE, actor=world.lead, now=clock.now())

    expect(page.locator(f"#case-{case.pk}")).to_contain_text("acknowledged")
    assert [url.rpartition("&")[2] for url in asked] == [f"case={case.pk}"]
    kept = page.locator(f"#case-{other.pk}")
    assert kept.evaluate("(row) => row.wasThere === true")
    expect(kept).to_contain_text("甲一")


def test_a_page_just_drawn_asks_which_rows_have_changed_since_and_fetches_those(
    world: World, visit: Visits
) -> None:
    now = clock.now()
    other, case = world.flagged(now=now, name="甲一"), world.flagged(now=now, name="甲二")
    page = visit(world.specialist)
    held: list[Route] = []
    page.route("**/live", lambda route: held.append(route))
    with page.expect_request("**/live"):
        page.goto("/board/")
    page.locator(f"#case-{other.pk}").evaluate("(row) => (row.wasThere = true)")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/board/" in request.url else None)
    perform(case, Verb.ACKNOWLEDGE, actor=world.lead, now=clock.now())
    newer = world.flagged(now=clock.now(), name="甲三")

    held[0].continue_()

    expect(page.locator(f"#case-{case.pk}")).to_contain_text("acknowledged")
    expect(page.locator(f"#case-{newer.pk}")).to_contain_text("甲三")
    assert page.locator(f"#case-{other.pk}").evaluate("(row) => row.wasThere === true")
    assert {urlsplit(url).path for url in asked} == {"/board/changed/"}


def test_rows_far_below_are_laid_out_when_they_come_near(world: World, visit: Visits) -> None:
    """Else a long board keeps a telephone busy for seconds before anything can be pressed."""
    is_laid_out = "(row) => row.querySelector('h3').checkVisibility({contentVisibilityAuto: true})"
    for number in range(12):
        world.flagged(now=clock.now(), name=f"患者{number}")
    page = visit(world.specialist, size=PHONE)
    open_board(page)
    last = page.locator("article.row-card").last
    assert not last.evaluate(is_laid_out)
    last.scroll_into_view_if_needed()
    page.wait_for_function(
        f"() => ({is_laid_out})([...document.querySelectorAll('article.row-card')].at(-1))"
    )


def test_a_row_that_moves_up_from_the_next_page_is_fetched_alone(world: World, visit: Visits) -> None:
    cases = [world.flagged(now=clock.now(), name=f"甲{number}") for number in range(51)]
    page = visit(world.specialist)
    open_board(page)
    page.wait_for_load_state("networkidle")
    here = set(page.locator("article.row-card").evaluate_all("(rows) => rows.map((row) => row.id)"))
    first = next(case for case in cases if f"case-{case.pk}" in here)
    second = next(case for case in cases if f"case-{case.pk}" not in here)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/board/" in request.url else None)

    perform(first, Verb.DECLINE, actor=world.lead, now=clock.now(), reason="no_bed")

    expect(page.locator(f"#case-{second.pk}")).to_contain_text(second.number)
    assert [url.rpartition("&")[2] for url in asked] == [f"case={first.pk}", f"case={second.pk}"]


def test_a_form_that_is_open_but_untouched_is_fetched_again_for_the_new_version(
    world: World, visit: Visits
) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist)
    open_board(page)
    page.locator("summary", has_text="Accept with a bed").click()
    version = page.locator("[id$='-accept'] input[name=version]")
    expect(version).to_have_value(str(case.version))

    said = perform(case, Verb.MESSAGE, actor=world.doctor, now=clock.now(), text="Getting worse")

    expect(version).to_have_value(str(said.version))
    expect(page.get_by_label("Bed, if known")).to_be_visible()


def test_the_cursor_stays_in_its_field_when_the_form_is_fetched_again(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist)
    open_board(page)
    page.locator("summary", has_text="Accept with a bed").click()
    page.get_by_label("Bed, if known").focus()

    said = perform(case, Verb.MESSAGE, actor=world.doctor, now=clock.now(), text="Getting worse")

    expect(page.locator("[id$='-accept'] input[name=version]")).to_have_value(str(said.version))
    page.keyboard.type("12")
    expect(page.get_by_label("Bed, if known")).to_have_value("12")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_text("Accepted. The first hospital was told.")).to_be_visible()


def test_what_is_typed_while_the_form_is_fetched_again_stays(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist)
    open_board(page)
    page.locator("summary", has_text="Accept with a bed").click()
    bed = page.get_by_label("Bed, if known")
    bed.focus()
    late: list[Route] = []
    page.route("**/accept/form/*", lambda route: late.append(route))

    with page.expect_request("**/accept/form/*"):
        perform(case, Verb.MESSAGE, actor=world.doctor, now=clock.now(), text="Getting worse")
    page.keyboard.type("12")
    late[0].continue_()
    expect(page.locator("[id$='-accept'] .form-stale")).to_be_visible()
    expect(bed).to_have_value("12")


def test_a_form_that_cannot_be_fetched_leaves_the_way_to_its_page(world: World, visit: Visits) -> None:
    world.flagged(now=clock.now())
    page = visit(world.specialist)
    open_board(page)
    visit.expects_trouble = True
    page.route("**/accept/form/*", lambda route: route.abort())
    page.locator("summary", has_text="Accept with a bed").click()
    page.locator("[data-unfolds]:visible a").click()
    page.wait_for_url("**/accept/?back=board")
    expect(page.get_by_label("Bed, if known")).to_be_visible()


def test_leaving_a_page_on_which_nothing_was_typed_asks_nothing(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"/cases/{case.pk}/")
    page.locator("#action-decline > summary").click()
    page.goto("/board/")
    assert asked == []


def test_a_message_that_cannot_be_sent_is_kept_and_said(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.doctor, size=PHONE)
    page.goto(f"/cases/{case.pk}/")
    live(page)
    page.locator("#talk-text").fill("Bilirubin 340 now")
    visit.expects_trouble = True

    page.context.set_offline(True)
    page.locator("#talk-form button").click()
    expect(page.locator("#talk-error")).to_contain_text("Not sent: there is no connection.")
    expect(page.locator("#talk-text")).to_have_value("Bilirubin 340 now")

    page.context.set_offline(False)
    page.locator("#talk-form button").click()
    expect(page.locator("#talk-list")).to_contain_text("Bilirubin 340 now")
    assert case.messages.count() == 1


def test_a_double_click_does_it_once(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist)
    open_board(page)
    page.get_by_role("button", name="Acknowledge").dblclick()
    expect(page.get_by_text("Acknowledged. The first hospital was told.")).to_be_visible()
    assert case.events.filter(what=Verb.ACKNOWLEDGE).count() == 1


def test_everything_can_be_done_without_a_mouse(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist)
    open_board(page)
    page.locator("summary", has_text="Accept with a bed").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Bed, if known").focus()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Accepted. The first hospital was told.")).to_be_visible()
    case.refresh_from_db()
    assert case.bed == "12"


def test_without_javascript_a_request_is_accepted_all_the_same(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    signed_in = visit(world.specialist).context
    plain = visit.browser.new_context(
        base_url=visit.url, java_script_enabled=False, storage_state=signed_in.storage_state()
    )
    visit.contexts.append(plain)
    page = plain.new_page()
    page.goto(f"/cases/{case.pk}/accept/")
    page.get_by_label("Bed, if known").fill("4")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted. The first hospital was told.")).to_be_visible()


def test_a_new_request_is_said_to_those_who_cannot_see_it(world: World, visit: Visits) -> None:
    page = visit(world.specialist)
    open_board(page)
    case = world.flagged(now=clock.now())
    expect(page.locator("#news")).to_have_text(f"New referral request: {case.number}")
    expect(page).to_have_title("(1) Ward board · ACLF referral")
