"""What a person does in the desk, as short verbs: open, put, save, take a step."""

from __future__ import annotations

import re
import warnings
from urllib.parse import quote

from playwright.sync_api import Locator, Page, Request, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

WAIT = 60_000  # of a machine that does much else; what is there is not waited for
LONG_TEXT = ("Small Text", "Text", "Long Text")
# False where the desk does not stand yet, or shows the record already: a link to where one is leads nowhere.
FOLLOW = """([doctype, name]) => {
    const standing = window.frappe && frappe.router && frappe.router.current_route;
    const shown = window.cur_frm && cur_frm.doctype === doctype && cur_frm.docname === name;
    if (!standing || shown) return false;
    frappe.model.remove_from_locals(doctype, name);
    frappe.set_route("Form", doctype, name);
    return true;
}"""

DRAWN = """([doctype, name]) => window.cur_frm && cur_frm.doctype === doctype
    && (!name || cur_frm.doc.name === name) && cur_frm.$wrapper.is(":visible")
    && !frappe.request.ajax_count && document.querySelector(".form-tabs-list, .form-layout")"""
# It takes the picture of its loading away before it asks for anything to show.
STARTED = """() => !document.querySelector(".splash")"""
SCRIPTS = """() => performance.getEntriesByType("resource").filter(({name}) => name.includes(".bundle."))
    .map(({name, responseStatus, decodedBodySize}) => `${name.split("/").pop()} ${responseStatus} ${decodedBodySize}`)"""
STANDING = """(doctype) => ({
    page: location.pathname, loaded: document.readyState,
    form: window.cur_frm && [cur_frm.doctype, cur_frm.docname, cur_frm.$wrapper.is(":visible")],
    asked: window.frappe && frappe.request && frappe.request.ajax_count,
    route: window.frappe && frappe.router && frappe.router.current_route,
    user: window.frappe && frappe.session && frappe.session.user,
    may_read: Boolean(window.frappe && frappe.boot && frappe.boot.user.can_read.includes(doctype)),
    shown: document.body.innerText.slice(0, 400),
    fetched: performance.getEntriesByType("resource").map((part) => part.name.split("?")[0])
        .filter((name) => /api/.test(name)).slice(-6),
})"""
UNSAVED = """() => ({
    form: window.cur_frm && [cur_frm.doctype, cur_frm.docname, cur_frm.is_new(), cur_frm.is_dirty()],
    primary: $(".page-container:visible .page-actions .primary-action:visible").text().trim(),
    said: $(".modal.show:visible, .alert:visible, .desk-alert:visible").text().trim().slice(0, 400),
    asked: frappe.request.ajax_count, frozen: $("#freeze:visible").length, inside: document.activeElement.outerHTML.slice(0, 200),
})"""


def visit(page: Page, address: str) -> None:
    """Go to an address of the desk and see that the desk starts there.

    Once in some thousand visits a script does not arrive, and the page stays as the server drew it. A person loads it again; the
    warning says what was missing.
    """
    missed: list[str] = []

    def note(request: Request) -> None:
        missed.append(f"{request.url}: {request.failure}")

    page.on("requestfailed", note)
    page.goto(address)
    try:
        page.wait_for_function(STARTED, timeout=WAIT // 2)
    except PlaywrightTimeout:
        warnings.warn(
            f"the desk did not start at {address}: {page.evaluate(SCRIPTS)}, {missed}", stacklevel=2
        )
        page.reload()
    finally:
        page.remove_listener("requestfailed", note)


class Desk:
    """One person's page of the desk."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(WAIT)

    def visit(self, address: str) -> None:
        visit(self.page, address)

    # Forms --------------------------------------------------------------------------------------------------------

    def open(self, doctype: str, name: str) -> None:
        """Open a record and wait until its form is drawn."""
        self.visit(f"/app/{doctype.lower().replace(' ', '-')}/{name}")
        try:
            self.wait_for_form(doctype, name, patience=WAIT // 2)
        except AssertionError as undrawn:
            # Once in some thousand openings the desk stands there and has asked for no form. A person loads it again; the
            # warning says how it stood, for whoever finds out why.
            from tests.as_found import forget_user

            warnings.warn(str(undrawn), stacklevel=2)
            forget_user(self.page.evaluate("frappe.session.user"))
            self.page.reload()
            self.wait_for_form(doctype, name)

    def go_to(self, doctype: str, name: str) -> None:
        """Open a record as a link of the desk does, without loading the desk anew; the record itself is read anew."""
        if self.page.evaluate(FOLLOW, [doctype, name]):
            self.wait_for_form(doctype, name)
        else:
            self.open(doctype, name)

    def wait_for_form(self, doctype: str, name: str = "", patience: int = WAIT) -> None:
        try:
            self.page.wait_for_function(DRAWN, arg=[doctype, name], timeout=patience)
        except PlaywrightTimeout as slow:
            raise AssertionError(
                f"{doctype} {name} is not drawn: {self.page.evaluate(STANDING, doctype)}"
            ) from slow
        self.settle()

    def settle(self) -> None:
        """Wait until the desk asks the server nothing more."""
        self.page.wait_for_function("() => !frappe.request.ajax_count && !frappe.dom.freeze_count")
        self.page.wait_for_timeout(400)
        self.page.wait_for_function("() => !frappe.request.ajax_count && !frappe.dom.freeze_count")

    @property
    def form(self) -> Locator:
        return self.page.locator(".page-container:visible .form-layout").first

    @property
    def dialog(self) -> Locator:
        return self.page.locator(".modal.show:visible").last

    def value(self, fieldname: str) -> object:
        return self.page.evaluate("name => cur_frm.doc[name]", fieldname)

    def say(self, text: str) -> str:
        """A text of the desk in the language of the person."""
        return self.page.evaluate("text => __(text, null, window.cur_frm && cur_frm.doctype)", text)

    def tab(self, label: str) -> None:
        self.form.locator(".form-tabs .nav-link", has_text=_whole(self.say(label))).click()

    def put(self, within: Locator, **values: str) -> None:
        """Enter values into the visible fields of a form or a dialog, as a person types and chooses them."""
        for fieldname, value in values.items():
            self._put(within.locator(f'.frappe-control[data-fieldname="{fieldname}"]:visible').first, value)

    def _put(self, control: Locator, value: str, tab: bool = True) -> None:
        kind = control.get_attribute("data-fieldtype")
        control.scroll_into_view_if_needed()
        if kind == "Text Editor":
            control.locator(".ql-editor:not(.read-mode)").fill(value)
            self.page.wait_for_timeout(500)  # the editor hands its text to the form a moment later
        elif kind == "Select":
            control.locator("select").select_option(value)
        elif kind == "Check":
            control.locator(".input-area input").set_checked(bool(value))
        elif kind in LONG_TEXT:
            control.locator("textarea").fill(value)
        elif kind == "Link":
            self._choose(control, value)
        else:
            box = control.locator("input")
            box.fill(value)
            box.press("Tab") if tab else box.blur()

    def _choose(self, control: Locator, value: str) -> None:
        box = control.locator("input")
        value = self.say(value)  # as it is offered
        box.click()
        box.fill(value)
        # On 16 the choices of a table's cell hang outside the table; one list is open at a time.
        offered = self.page.locator("[role=listbox] [role=option]:visible, .awesomplete li:visible")
        offered.filter(has_text=value).first.click()

    def add_row(self, table: str, **values: str) -> None:
        """Add a row to a table and type into its cells."""
        grid = self.form.locator(f'.frappe-control[data-fieldname="{table}"]')
        grid.locator(".grid-add-row").click()
        row = grid.locator(".grid-body .grid-row").last
        for fieldname, value in values.items():
            cell = row.locator(f'.grid-static-col[data-fieldname="{fieldname}"]')
            self._swipe_to(cell)
            cell.click()
            self.page.wait_for_timeout(150)  # the cell is drawn anew for typing a moment later
            # A Tab out of the last cell adds a row a moment later, and takes the cursor there.
            self._put(cell.locator(".frappe-control").first, value, tab=False)
        self.page.keyboard.press("Escape")
        self.page.evaluate("document.activeElement.blur()")  # 16 leaves the cell open

    def _swipe_to(self, cell: Locator) -> None:
        """On a phone a table is wider than the screen: draw it aside by a finger on the first cell of the row."""
        cell.scroll_into_view_if_needed()
        box, width = cell.bounding_box(), self.page.viewport_size["width"]
        beyond = box["x"] + box["width"] - width
        if beyond <= 0:
            return
        first = cell.locator("xpath=..").locator(".grid-static-col").first.bounding_box()
        x, y = first["x"] + first["width"] / 2, first["y"] + first["height"] / 2
        finger = self.page.context.new_cdp_session(self.page)
        for kind, moved in (("touchStart", 0), ("touchMove", -20), ("touchMove", -beyond), ("touchEnd", 0)):
            touched = [] if kind == "touchEnd" else [{"x": x + moved, "y": y}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})
        finger.detach()

    def save(self) -> str:
        """Save with the keyboard and give back the record's name."""
        self.page.evaluate("document.activeElement.blur()")
        self.page.keyboard.press("Control+s")
        try:
            self.page.wait_for_function("() => cur_frm && !cur_frm.is_new() && !cur_frm.is_dirty()")
        except PlaywrightTimeout as error:
            raise AssertionError(f"not saved: {self.page.evaluate(UNSAVED)}") from error
        self.settle()
        return self.page.evaluate("cur_frm.doc.name")

    # Steps --------------------------------------------------------------------------------------------------------

    @property
    def primary(self) -> Locator:
        return self.page.locator(".page-container:visible .page-actions .primary-action").first

    def step(self, action: str, stage: str, **values: str) -> None:
        """Take a step with its button and arrive in `stage`; a dialog gets `values` and a tick at every check."""
        expect(self.primary).to_have_text(self.say(action))
        self.primary.click()
        arrived = "stage => cur_frm.doc.stage === stage"
        self.page.wait_for_function(
            f"stage => ({arrived})(stage) || $('.modal.show:visible').length", arg=stage
        )
        if not self.page.evaluate(arrived, stage):
            self.put(self.dialog, **values)
            for box in self.dialog.locator('.input-area input[data-fieldname^="check:"]').all():
                box.check()
            self.confirm()
        self.page.wait_for_function(arrived, arg=stage)
        self.settle()

    def confirm(self) -> None:
        self.dialog.locator(".btn-modal-primary:visible").click()

    def dismiss(self, message: Locator) -> None:
        """Close a message; while it is still fading in it hears nothing."""
        self.page.wait_for_function(
            "dialog => !($(dialog).data('bs.modal') || {})._isTransitioning", arg=message.element_handle()
        )
        message.locator(".btn-modal-close").click()
        expect(message).to_be_hidden()

    def create(self, label: str, group: str = "Create") -> None:
        """Choose an entry of a button group of the form's head, which a phone has in its menu."""
        head = self._head()
        label, group = self.say(label), self.say(group)
        if head.locator(".custom-actions").is_visible():
            head.locator(f".inner-group-button[data-label='{quote(group)}'] button").click()
            head.locator(".inner-group-button .dropdown-item", has_text=_whole(label)).first.click()
        else:
            self._menu(head, f"{group} > {label}")

    def press(self, label: str) -> None:
        """Press a button of the form's head, which a phone has in its menu."""
        head, label = self._head(), self.say(label)
        if head.locator(".custom-actions").is_visible():
            head.get_by_role("button", name=label).click()
        else:
            self._menu(head, label)

    def _head(self) -> Locator:
        # What was typed last is taken over only now, and the head is drawn anew under the click.
        self.page.evaluate("document.activeElement.blur()")
        self.settle()
        return self.page.locator(".page-container:visible .page-actions")

    def _menu(self, head: Locator, label: str) -> None:
        head.locator(".menu-btn-group > button").click()
        head.locator(".menu-btn-group .dropdown-item", has_text=_whole(label)).click()


def _whole(text: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(text)}\s*$")
