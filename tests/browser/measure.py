"""What is measured of a screen in the page itself: what is cut, what lies upon another, what reads English, where links lead."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from playwright.sync_api import Page, TimeoutError

# Parts of a screen that must be whole; what is scrolled sideways by design (the board, wide tables, tabs of a phone) is not.
WHOLE = ", ".join(
    (
        ".page-head .btn",
        ".page-head .indicator-pill",
        ".cq-headline > *",
        ".cq-headline .cq-risk",
        ".cq-wanted-head",
        ".cq-missing li",
        ".cq-task-subject",
        ".cq-task-act",
        ".cq-task-due",
        ".cq-tile",
        ".cq-chip",
        ".cq-linked",
        ".control-label",
        ".form-section .section-head",
        ".widget-head .widget-title",
        ".number-card .number",
        ".modal-content .btn",
        ".modal-content .control-label",
    )
)
CUT = """(parts) => [...(document.querySelector(".modal.show") || document).querySelectorAll(parts)].filter((part) => {
    const box = part.getBoundingClientRect();
    if (!part.offsetParent || !box.width) return false;
    let right = innerWidth;
    for (let around = part.parentElement; around; around = around.parentElement) {
        const shown = getComputedStyle(around).overflowX;
        if (["auto", "scroll"].includes(shown) && around.scrollWidth > around.clientWidth + 1) return false;
        if (shown !== "visible") right = Math.min(right, around.getBoundingClientRect().right);
    }
    return box.right > right + 1 || box.left < -1;
}).map((part) => `cut: ${(part.innerText || part.className).trim().slice(0, 60)}`)"""
# Numbers of records in the tables of a form, which are what a row is known by.
SHORTENED = """() => [...document.querySelectorAll(".grid-body .grid-static-col .static-area")]
    .filter((cell) => cell.offsetParent && /^[A-Z]{2,5}-\\d/.test(cell.innerText.trim()) && cell.scrollWidth > cell.clientWidth + 1)
    .map((cell) => `cut in a table: ${cell.innerText.trim()}`)"""
# Things that are pressed or read, of which none may lie upon another that is no part of it.
APART = (
    ".page-head .btn, .page-head .indicator-pill, .cq-headline > *, .cq-risk, .cq-chip, .cq-task-act, .cq-task-subject, "
    ".cq-tile, .cq-wanted-head, .cq-missing li, .form-tabs .nav-link, .control-label, .modal-content .btn"
)
UPON = """(parts) => {
    const root = document.querySelector(".modal.show") || document;
    const shown = [...root.querySelectorAll(parts)].filter((part) => part.offsetParent && part.getClientRects().length);
    const found = [];
    const boxes = shown.map((part) => part.getBoundingClientRect());
    for (let one = 0; one < shown.length; one++) {
        for (let two = one + 1; two < shown.length; two++) {
            if (shown[one].contains(shown[two]) || shown[two].contains(shown[one])) continue;
            const [a, b] = [boxes[one], boxes[two]];
            if (a.width < 2 || b.width < 2) continue;
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (wide <= 2 || high <= 2) continue;
            // What is behind a head that stays in place is seen when it is scrolled to; so are tabs once their form ends above it.
            const fixed = (part) => {
                const head = part.closest(".page-head, .sticky-top, .form-tabs-list, .modal-header, .modal-footer");
                if (!head || !head.matches(".form-tabs-list")) return Boolean(head);
                return !(head.getBoundingClientRect().top < parseFloat(getComputedStyle(head).top) - 1);
            };
            if (fixed(shown[one]) !== fixed(shown[two])) continue;
            found.push(`overlapping: ${shown[one].innerText.trim().slice(0, 40)} | ${shown[two].innerText.trim().slice(0, 40)}`);
        }
    }
    return found;
}"""
# Each text of the screen that holds a Latin word, once; what people type (values of inputs) does not count.
LATIN = """() => {
    const root = document.querySelector(".modal.show") || document.querySelector("#body") || document.body;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const said = new Set();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.textContent.trim();
        const part = node.parentElement;
        if (!/[A-Za-z]{2}/.test(text) || !part || ["SCRIPT", "STYLE", "OPTION"].includes(part.tagName)) continue;
        if (part.closest(".tooltip-content")) continue;
        if (part.offsetParent || part.closest("svg") && part.getClientRects().length) said.add(text);
    }
    for (const box of document.querySelectorAll("input:not([type=checkbox]), select")) {
        if (!box.offsetParent) continue;
        const text = box.tagName === "SELECT" ? (box.selectedOptions[0] || {}).textContent : box.value;
        if (/[A-Za-z]{2}/.test(text || "")) said.add(text.trim());
        if (/[A-Za-z]{2}/.test(box.placeholder || "")) said.add(box.placeholder.trim());
    }
    return [...said];
}"""
# What looks like a link and hears a click; the connections of a form as the lists that they open.
LINKS = """() => {
    const shown = [...document.querySelectorAll("#body a[href], .modal.show a[href]")].filter(
        (link) => link.offsetParent && getComputedStyle(link).pointerEvents !== "none"
    );
    const lists = [...document.querySelectorAll(".form-links .document-link[data-doctype]")]
        .filter((link) => link.offsetParent)
        .map((link) => `/app/List/${encodeURIComponent(link.dataset.doctype)}`);
    const told = shown.map((link) => link.getAttribute("href")).filter((href) => /^\\/(app|desk|private|files)/.test(href));
    return [...new Set([...told, ...lists])];
}"""


def faults(page: Page, parts: Iterable[str] = (WHOLE,)) -> list[str]:
    """What is cut or lies upon another, and whether the page scrolls sideways."""
    with suppress(TimeoutError):  # charts follow the window a moment later
        page.wait_for_function(
            "() => document.documentElement.scrollWidth <= window.innerWidth + 1", timeout=1500
        )
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    sideways = [f"scrolls sideways by {wide} px"] if wide > 1 else []
    return [
        *sideways,
        *page.evaluate(CUT, ", ".join(parts)),
        *page.evaluate(UPON, APART),
        *page.evaluate(SHORTENED),
    ]


def latin(page: Page) -> list[str]:
    """Texts of the screen, or of the dialog on it, with a word in Latin letters."""
    return page.evaluate(LATIN)


def links(page: Page) -> list[str]:
    """Where the links of the screen lead, on this site."""
    return page.evaluate(LINKS)
