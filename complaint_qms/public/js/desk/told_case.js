// Beside an investigation: what the customer said and showed. On a narrow screen it stands above the form, folded.
import { draw_tiles } from "./gallery";
import { label } from "../labels";
import { esc, formatted } from "../markup";
import { date_text, moment_text, record_link } from "../words";

const WIDE = 880; // as the stylesheet has it

/** Draw the complaint of the form's record into the panel beside it; without one, or without the right to read it, none. */
export async function draw_told_case(frm) {
	const name = frm.doc.complaint;
	const ticket = (frm.cq_told_case = (frm.cq_told_case || 0) + 1);
	const told = name && frappe.model.can_read("Complaint") ? await read(name) : null;
	if (frm.cq_told_case !== ticket) return;
	const $panel = complaint_qms.form_head.context_of(frm).addClass("is-above");
	$panel.toggleClass("hide", !told);
	if (!told) return $panel.empty();
	const open = frm.layout.wrapper.closest(".cq-form").width() >= WIDE ? "open" : "";
	$panel.html(`<details class="cq-told-case" ${open}><summary>${esc(__("What the Customer Said"))}</summary>
		<div class="cq-context-name">${record_link("Complaint", name, told.subject)}</div>
		<div class="text-muted">${esc([name, moment_text(told.received_at)].filter(Boolean).join(" · "))}</div>
		<div class="cq-told-text">${formatted(told.description)}</div>
		<div class="cq-told-files"></div><dl>${facts_html(told)}</dl></details>`);
	draw_tiles($panel.find(".cq-told-files"), told.evidence);
}

/** The complaint, once the names of its fields are known. */
async function read(name) {
	const [told] = await Promise.all([
		frappe.db.get_doc("Complaint", name).catch(() => null),
		new Promise((known) => frappe.model.with_doctype("Complaint", known)),
	]);
	return told;
}

function facts_html(told) {
	const named = (fieldname) => __(frappe.meta.get_docfield("Complaint", fieldname).label, null, "Complaint");
	const rows = [
		[__("Customer"), told.customer ? record_link("Customer", told.customer) : esc(told.complainant_name)],
		[__("Product"), told.item_code ? record_link("Item", told.item_code, told.item_name || told.item_code) : esc(told.product_model)],
		[__("Batch"), record_link("Batch", told.batch_no)],
		[__("Serial No"), record_link("Serial No", told.serial_no)],
		[named("reported_lot"), esc(told.reported_lot)],
		[named("qty"), told.qty ? esc([told.qty, __(told.uom || "")].join(" ")) : ""],
		[named("incident_date"), esc(date_text(told.incident_date))],
		[named("incident_place"), esc(told.incident_place)],
		[named("expectation"), esc(label(told.expectation))],
		[named("severity"), esc(__(told.severity || ""))],
	];
	return rows
		.filter(([, value]) => value)
		.map(([what, value]) => `<dt>${esc(what)}</dt><dd>${value}</dd>`)
		.join("");
}
