// The places of the stage bar above a form's tabs and of the context beside them. They are kept from the first paint on, the bar's as
// high as it was when it was last drawn, so that nothing moves under the cursor when they are filled.
import { esc } from "./markup";

const USUAL = 296;
const LITTLE = 48;
const ROOMS = [440, 481, 561, 861, 880, 1041]; // pixels; scss/form.scss says what fits
const key = (frm) => `complaint_qms:head:${frm.doctype}`;

/** Keep the place free; for a record that is not saved yet there is none. */
export function reserve_head(frm) {
	if (frm.doc && frm.is_new()) return;
	head_of(frm).css("min-height", `${Number(localStorage.getItem(key(frm))) || USUAL}px`);
}

/** The panel beside the form, made where it is not there yet; below the form on narrow screens. */
export function context_of(frm) {
	const $layout = frm.body.parent();
	const $panel = $layout.find("> .cq-context");
	if ($panel.length) return $panel;
	const $made = $(`<aside class="cq-context" aria-label="${esc(__("Context", null, "Complaint"))}"></aside>`);
	$layout.addClass("cq-with-context").append($made);
	return $made;
}

/** The place above the tabs, or above a form that has none, made where it is not there yet. */
export function head_of(frm) {
	const $place = frm.layout.wrapper.find("> .cq-top, .form-page > .cq-top").first();
	if ($place.length) return $place;
	const $made = $('<div class="cq-top"></div>');
	const $tabs = frm.layout.wrapper.find(".form-tabs-list").first();
	if ($tabs.length) $tabs.before($made);
	else frm.layout.wrapper.find(".form-page").first().prepend($made);
	frm.$wrapper.find(".layout-main-section").first().addClass("cq-form").each(mind_room);
	return $made;
}

/** Tell the stylesheet how wide a form is; one that is not shown keeps what it was told. */
function mind_room() {
	const { paddingLeft, paddingRight } = getComputedStyle(this);
	tell_room(this, this.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
	rooms.observe(this);
}

const rooms = new ResizeObserver((seen) => seen.forEach(({ target, contentRect }) => tell_room(target, contentRect.width)));

function tell_room(form, width) {
	if (width > 0) form.dataset.cqRoom = ROOMS.filter((least) => width >= least).join(" ");
}

/**
 * What belongs there is drawn; the next form of its kind starts as high. A little room that is left over stays, for it would move all.
 * Measured just before the browser paints, when it lays the page out anyway.
 */
export function head_drawn(frm) {
	requestAnimationFrame(() => {
		const $place = head_of(frm);
		const kept = parseFloat($place[0].style.minHeight) || 0;
		$place.css("min-height", "");
		const spare = kept - $place.outerHeight();
		if (spare > 0 && spare < LITTLE) $place.css("min-height", `${kept}px`);
	});
	setTimeout(() => {
		const $place = head_of(frm);
		if ($place.is(":visible")) localStorage.setItem(key(frm), Math.round($place.outerHeight()));
	}, 1500);
}
