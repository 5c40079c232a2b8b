"""What is asked of every screen: axe finds nothing, nothing overflows, and a finger hits what it aims at."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

PHONES = ((320, 568), (390, 844))
"""The narrow one first."""
PHONE, DESKTOP = PHONES[-1], (1440, 900)
SETTLED = """async () => {
    await document.fonts.ready;
    const ends = (one) => one.effect.getComputedTiming().endTime !== Infinity;
    // In what is laid out only when it comes near, time stands still.
    const runs = (one) => one.effect.target.checkVisibility({ contentVisibilityAuto: true });
    const moving = document.getAnimations().filter((one) => ends(one) && runs(one));
    await Promise.allSettled(moving.map((one) => one.finished));
}"""
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
WIDER_PARTS = """() => {
    const end = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= end) return [];
    const isCut = (one) => one && (getComputedStyle(one).overflowX !== "visible" || isCut(one.parentElement));
    const wide = [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > end + 0.5 && !isCut(one.parentElement))
        .map((one) => one.outerHTML.replace(/\\s+/g, " ").slice(0, 120));
    return wide.length ? wide.slice(0, 3) : ["something in a box that scrolls, but is not placed in it"];
}"""
SPILLED = """() => [...document.querySelectorAll("a[href], button, summary")]
    .filter((one) => one.checkVisibility({visibilityProperty: true}) && one.clientWidth > 1)
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.textContent.trim())
    .map((one) => one.textContent.trim().replace(/\\s+/g, " ").slice(0, 60))"""
"""What is written on a button or tab and does not fit into it."""
SMALL_TARGETS = """() => {
    const least = 43.5;
    const kinds = "a[href], button, select, textarea, summary, input:not([type=hidden])";
    const isSeen = (one) => {
        const box = one.getBoundingClientRect();
        const isDrawn = box.width > 1 && box.height > 1 && box.right > 0 && box.bottom + scrollY > 0;
        return isDrawn && one.checkVisibility({visibilityProperty: true});
    };
    const isInSentence = (one) => {
        if (one.tagName !== "A" || one.protocol === "tel:") return false;
        if (!getComputedStyle(one).display.startsWith("inline")) return false;
        const block = one.closest("p, li, dd, td, th, h1, h2, h3, div, label, span:not(a span)");
        const whole = block.cloneNode(true);
        whole.querySelectorAll("a, button, .icon, .visually-hidden").forEach((part) => part.remove());
        return /\\p{L}{2}/u.test(whole.textContent);
    };
    const parts = (one) => [one, ...(one.labels || [])].filter(isSeen);
    const fits = (one) => {
        const boxes = parts(one).map((part) => part.getBoundingClientRect());
        const side = (name) => boxes.map((box) => box[name]);
        return Math.max(...side("right")) - Math.min(...side("left")) >= least
            && Math.max(...side("bottom")) - Math.min(...side("top")) >= least;
    };
    const isHit = (one) => {
        one.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
        const box = one.getClientRects()[0];
        const middle = [box.x + box.width / 2, box.y + box.height / 2];
        const hits = (dx, dy) => {
            const top = document.elementFromPoint(middle[0] + dx, middle[1] + dy);
            return top !== null && (parts(one).some((part) => part.contains(top)));
        };
        const reach = (dx, dy) => {
            let steps = 0;
            while (steps < least && hits(dx * (steps + 1), dy * (steps + 1))) steps += 1;
            return steps;
        };
        return reach(-1, 0) + reach(1, 0) + 1 >= least && reach(0, -1) + reach(0, 1) + 1 >= least;
    };
    const small = [...document.querySelectorAll(kinds)]
        .filter((one) => isSeen(one) && !fits(one) && !isInSentence(one) && !isHit(one));
    window.scrollTo(0, 0);
    return small.map((one) => {
        const box = one.getBoundingClientRect();
        const tag = one.outerHTML.replace(/\\s+/g, " ").slice(0, 150);
        return `${Math.round(box.width)} x ${Math.round(box.height)}: ${tag}`;
    });
}"""


SEEN = "[...document.querySelectorAll('body *')].filter((one) => one.checkVisibility())"
MARK_SEEN = f"{SEEN}.forEach((one) => one.setAttribute('data-seen', ''))"
UNMARK_SEEN = f"{SEEN}.forEach((one) => one.removeAttribute('data-seen'))"


def barriers(page: Page, context: str | None = None, **options: Any) -> list[str]:
    """What axe finds on the page, or in what `context` selects, as it stands.

    The style sheets, which one rule reads, are not fetched for each page: they are everywhere the same.
    """
    script = "0" if page.evaluate("'axe' in window") else AXE_SCRIPT
    asked = {"resultTypes": ["violations"], "preload": False, **options}
    rows = Axe(script).run(page, context, options=asked).response["violations"]
    return [f"{row['id']}: {node['html'][:200]}" for row in rows for node in row["nodes"]]


def troubles(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than the screen."""
    return barriers(page) + (["the page is wider than the screen"] if page.evaluate(WIDER) else [])


def unfit_for_phones(page: Page) -> list[str]:
    """What is too small for a finger, wider than its box, or wider than the screen, on two phones."""
    findings = []
    for width, height in PHONES:
        _resize(page, (width, height))
        findings += [f"{width} px: {row}" for row in page.evaluate(SMALL_TARGETS)]
        findings += [f"wider than {width} px: {row}" for row in page.evaluate(WIDER_PARTS)]
        findings += [f"spilled at {width} px: {row}" for row in page.evaluate(SPILLED)]
    return findings


def troubles_everywhere(page: Page) -> list[str]:
    """What does not fit phones and desks, and what axe finds in the light on a phone and in the dark on a
    desk. Colours do not depend on the size: of a phone in the dark only what a desk does not show is asked.

    The page, loaded once, is left as it was found: on a phone and in the light.
    """
    values = unfit_for_phones(page) + barriers(page)
    page.evaluate(MARK_SEEN)
    _resize(page, DESKTOP)
    _darken(page)
    page.evaluate(UNMARK_SEEN)
    values += [f"on a desk in the dark: {row}" for row in troubles(page)]
    _resize(page, PHONE)
    if page.locator("[data-seen]").count():
        met = barriers(page, "[data-seen]", runOnly=["color-contrast"])
        values += [f"on a phone in the dark: {row}" for row in met]
    page.emulate_media(color_scheme="light")
    return values


def _resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def _darken(page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def troubles_on_phones(page: Page) -> list[str]:
    """What does not fit phones, and what axe finds in both themes, of a page that is loaded once."""
    values = unfit_for_phones(page) + barriers(page)
    _darken(page)
    values += [f"in the dark: {row}" for row in barriers(page, runOnly=["color-contrast"])]
    page.emulate_media(color_scheme="light")
    return values
