// Fields of a form are drawn when they come into sight: those of a tab when it is opened, those of a folded section when it is unfolded,
// and of another record that is opened those below the window once the browser has nothing else to do, or somebody enters a field. Until
// then the browser leaves out as well how sections below the window look, of a form that was left and is opened again.
//
// The framework draws every field each time a record is opened, which is most of what opening takes on a long form. A field that waits
// keeps its control, its status (hidden, read, written) and its value; what waits is its input alone, drawn earlier when a script asks
// for it. The framework has no hook for that, so what draws a control's input is wrapped here and nowhere else. Its own events tell the
// rest: `on_tab_change` of a form, `on_section_collapse` of a control.

const minded = new Set();
const MARGIN = 200; // pixels below the window: the next record may have less above
const LATEST = 200; // milliseconds

let is_opening = false;
$(document).on("page-change", () => (is_opening = true));

/** Let the fields of this form wait; from the form's `setup`, before any of its records is drawn. */
export function draw_when_shown(frm) {
	for (const control of Object.values(frm.fields_dict)) if (control.tab && control.refresh_input) let_wait(control, frm);
	frm.$wrapper[0].addEventListener("focusin", () => is_opening && draw_the_rest(frm), true);
	frm.$wrapper.on("show", () => draw_when_idle(frm));
	if (minded.has(frm.doctype)) return;
	minded.add(frm.doctype);
	frappe.ui.form.on(frm.doctype, { on_tab_change: draw_waiting, on_hide: lay_out_later });
}

/** Do `then` with a field once it is drawn for the record that is open: at once where it is in sight. */
export function once_shown(frm, fieldname, then) {
	const control = frm.fields_dict[fieldname];
	if (!control) return;
	if (control.cq_waits) control.cq_then = { name: frm.doc.name, then };
	else then(control);
}

/** Nothing of the form that is open waits for the browser to be idle any more. */
export function draw_the_rest(frm) {
	is_opening = false;
	frm.$wrapper.find(".cq-later").removeClass("cq-later");
	draw_waiting(frm);
}

/** What is below the window follows what is in it. */
function draw_when_idle(frm) {
	if (frm.cq_idle) return;
	frm.cq_idle = true;
	const draw = () => {
		frm.cq_idle = false;
		draw_the_rest(frm);
		see_what_is_below(frm);
	};
	if (window.requestIdleCallback) window.requestIdleCallback(draw, { timeout: LATEST });
	else setTimeout(draw, LATEST);
}

/** The browser styles and lays out a form anew when it is shown again: what was below the window then follows what was in it. */
function lay_out_later(frm) {
	for (const section of sections_of(frm)) section.wrapper.toggleClass("cq-later", Boolean(section.cq_below));
}

/** What is below the window: it is so when a record is opened, which starts at its top. */
function see_what_is_below(frm) {
	if (cur_frm !== frm || !frm.$wrapper.is(":visible")) return;
	// Frappe 16 scrolls its main section, and leaves it where the record before was read.
	const [main] = frm.$wrapper.closest(".main-section");
	const scrolled = document.documentElement.scrollTop + (main ? main.scrollTop : 0);
	const is_below_window = ({ top }) => top + scrolled > window.innerHeight + MARGIN;
	for (const section of sections_of(frm)) {
		const [element] = section.wrapper;
		const box = element.getBoundingClientRect();
		if (!box.height) continue;
		section.cq_below = is_below_window(box);
		element.style.setProperty("--cq-height", `${box.height}px`);
	}
	for (const control of Object.values(frm.fields_dict)) {
		if (!control.cq_draw) continue;
		const box = control.$wrapper[0].getBoundingClientRect();
		if (box.height) control.cq_below = is_below_window(box);
	}
}

const sections_of = (frm) => [...new Set(Object.values(frm.fields_dict).map((control) => control.section))].filter(Boolean);

function draw_waiting(frm) {
	// What was forgotten once its form was left is drawn when it is opened again: rows of tables would look for their records in vain.
	if (!frappe.get_doc(frm.doctype, frm.docname)) return;
	const tab = open_tab(frm);
	const waiting = Object.values(frm.fields_dict).filter(
		(control) => control.cq_waits && control.tab === tab && is_in_sight(control, frm) && !is_below(control, frm)
	);
	out_of_the_page(waiting, () => waiting.forEach((control) => control.cq_draw()));
}

/** Do `draw` while the sections below the window are no part of the page: a control asks how its parts look as it is drawn, and each time the
 * browser would style anew all that was drawn before it. */
function out_of_the_page(controls, draw) {
	const sections = new Set(controls.map(({ section }) => section).filter((section) => section && section.cq_below));
	// Somebody may have entered one of them before all was drawn.
	const elements = [...sections].map(({ wrapper }) => wrapper[0]).filter((element) => !element.contains(document.activeElement));
	const shown_as = elements.map(({ style }) => style.display);
	for (const { style } of elements) style.display = "none";
	try {
		draw();
	} finally {
		elements.forEach(({ style }, at) => (style.display = shown_as[at]));
	}
}

function let_wait(control, frm) {
	const draw = control.refresh_input.bind(control);
	const value_of = control.get_value.bind(control);
	const folded = control.on_section_collapse;
	let { $input } = control;
	// eslint-disable-next-line no-restricted-syntax -- ours, on a control
	control.cq_draw = () => {
		control.cq_waits = false;
		if (control.grid) take_back(control, frm);
		draw();
		const { name, then } = control.cq_then || {};
		control.cq_then = null;
		if (then && name === frm.doc.name) then(control);
	};
	// eslint-disable-next-line no-restricted-syntax -- the form draws all its controls and asks none whether it is in sight
	control.refresh_input = () => {
		control.cq_waits = !is_bare(control) && (!is_in_sight(control, frm) || is_below(control, frm));
		if (!control.cq_waits) control.cq_draw();
		else if (control.grid) put_aside(control, frm);
		if (is_opening) draw_when_idle(frm);
	};
	// eslint-disable-next-line no-restricted-syntax -- an input that waits still shows the record before
	control.get_value = () => (control.cq_waits ? control.get_model_value() : value_of());
	// eslint-disable-next-line no-restricted-syntax -- a section tells its controls alone; what stood there is called
	control.on_section_collapse = (is_folded) => {
		// The framework tells it of each section that is not folded, whenever a record is drawn.
		if (control.cq_waits && is_in_sight(control, frm) && !is_below(control, frm)) control.cq_draw();
		if (folded) folded.call(control, is_folded);
	};
	Object.defineProperty(control, "$input", {
		configurable: true,
		enumerable: true,
		get() {
			if (control.cq_waits && control.disp_status !== "None") control.cq_draw();
			return $input;
		},
		set(made) {
			$input = made;
		},
	});
}

function is_in_sight({ tab, section, disp_status }, frm) {
	return disp_status !== "None" && tab === open_tab(frm) && !(section && section.is_collapsed());
}

/** Only while a record is opened: later somebody may have scrolled there. */
const is_below = ({ section, cq_below }, frm) => Boolean(is_opening && (cq_below || (section && section.cq_below)) && !frm.is_new());

/** What the framework remembers as the tab of this record; before it was opened the first that is shown. */
function open_tab(frm) {
	const { tabs } = frm.layout;
	return frm.get_active_tab() || tabs.find((tab) => !tab.is_hidden()) || tabs[0];
}

/** A table is drawn once, however hidden: scripts find its parts from then on. */
const is_bare = ({ grid }) => Boolean(grid && !grid.grid_pagination);

/** The framework draws the form's tables twice more at each change of the record: those in its list, where one that waits does not stand. */
function put_aside(table, frm) {
	table.cq_aside = true;
	frm.grids = frm.grids.filter((other) => other !== table);
}

/** Back in the list, and as the framework leaves a table behind when the record changes: with fresh columns, on its first page. */
function take_back(table, frm) {
	if (!table.cq_aside) return;
	table.cq_aside = false;
	frm.grids.push(table);
	table.grid.visible_columns = null;
	table.grid.grid_pagination.go_to_page(1, true);
}
