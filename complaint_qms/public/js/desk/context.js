// What stands beside a complaint: the customer at a glance, neighbours, linked records with their state.
import { choice, color, label } from "../labels";
import { esc } from "../markup";
import { date_text, money, record_link } from "../words";
import { candidates_place_html, draw_candidates_when_seen } from "./candidates";
import { articles_place_html, draw_articles_when_seen } from "./articles";
import { containment_html } from "./contained";
import { merge_dialog, merged_html, separate_dialog } from "./merging";

const CHOSEN = ["customer", "item_code", "batch_no", "serial_no"];

const sales_titles = () => ({
	"Sales Order": __("Orders"),
	"Delivery Note": __("Deliveries"),
	"Sales Invoice": __("Invoices", null, "Complaint"),
});

/** Fill the panel beside the form. */
export function draw_context(frm, context) {
	const $panel = complaint_qms.form_head.context_of(frm);
	const parts = [
		candidates_place_html(frm),
		containment_html(frm.cq_contained),
		customer_html(frm, context),
		articles_place_html(frm),
		similar_html(context.similar, context.may_merge),
		merged_html(context.merged, context.may_separate),
		neighbours_html(__("Same batch"), context.neighbours.batch, frm, "batch_no"),
		neighbours_html(__("Same item"), without(context.neighbours.item, context.neighbours.batch), frm, "item_code"),
		neighbours_html(__("Same customer"), context.neighbours.customer, frm, "customer"),
		linked_html(context.linked),
	];
	$panel.html(parts.filter(Boolean).join(""));
	mind_merging(frm, $panel, context);
	draw_candidates_when_seen(frm, $panel);
	draw_articles_when_seen(frm, $panel);
}

/** What is chosen on a form that is stored counts at once and not when it is saved: the panel tells of that customer and product, and
 * a batch or serial number names its item. */
export function follow_choice(frm) {
	if (frm.is_new() || !frm.is_dirty()) return;
	clearTimeout(frm.cq_choice);
	frm.cq_choice = setTimeout(async () => {
		const { name } = frm.doc;
		const chosen = Object.fromEntries(CHOSEN.map((field) => [field, frm.doc[field] || ""]));
		const context = await frappe.xcall("complaint_qms.api.complaint.context", { name, chosen });
		const is_same = frm.doc.name === name && CHOSEN.every((field) => (frm.doc[field] || "") === chosen[field]);
		if (!is_same) return;
		draw_context(frm, context);
		if (context.filled.item_code) frm.set_value(context.filled);
	}, 200);
}

/** The buttons of what was drawn: merge what was told twice, separate what was merged. */
function mind_merging(frm, $panel, { similar }) {
	const reload = () => frm.reload_doc();
	$panel.find("[data-separate]").on("click", (event) => separate_dialog(JSON.parse(event.currentTarget.dataset.separate), reload));
	$panel.find("[data-merge]").on("click", () => {
		const doubles = similar.filter((row) => row.kind === "told_twice").map((row) => row.name);
		merge_dialog([frm.doc.name, ...doubles], { own: frm.doc.name, done: reload });
	});
}

export function clear_context(frm) {
	frm.$wrapper.find(".cq-context").remove();
	frm.$wrapper.find(".cq-with-context").removeClass("cq-with-context");
}

const without = (rows, others) => {
	const seen = new Set((others || []).map((row) => row.name));
	return (rows || []).filter((row) => !seen.has(row.name));
};

function customer_html(frm, { customer, past_complaints }) {
	if (!customer) {
		return `<section><h6>${esc(__("Customer"))}</h6><div class="text-muted">${esc(
			__("Choose the customer: orders, deliveries, invoices and past complaints then show here.")
		)}</div></section>`;
	}
	const facts = [];
	for (const [doctype, title] of Object.entries(sales_titles())) {
		const sales = customer.sales[doctype];
		if (!sales) continue;
		facts.push(
			fact(list_link(doctype, { customer: customer.name }), String(sales.count), title, [
				sales.amount ? money(sales.amount, customer.currency || frappe.defaults.get_default("currency")) : "",
				sales.last ? date_text(sales.last) : "",
			])
		);
	}
	if (past_complaints) {
		facts.push(
			fact(list_link("Complaint", { customer: customer.name }), String(past_complaints.total), __("Other complaints"), [
				past_complaints.open ? __("{0} open", [past_complaints.open]) : "",
			])
		);
	}
	const tags = [customer.customer_group, customer.territory]
		.filter(Boolean)
		.map((text) => __(text))
		.join(" · ");
	return `<section><h6>${esc(__("Customer at a glance"))}</h6>
		<div class="cq-context-name">${record_link("Customer", customer.name, customer.customer_name)}</div>
		<div class="text-muted">${esc(tags)}</div>
		${customer.account_manager ? `<div class="text-muted">${esc(__("Account manager: {0}", [frappe.user.full_name(customer.account_manager)]))}</div>` : ""}
		${warranty_html(frm.doc)}<div class="cq-facts">${facts.join("")}</div></section>`;
}

function warranty_html(doc) {
	if (!doc.warranty_until) return "";
	const over = doc.warranty_until < frappe.datetime.get_today();
	return `<div class="cq-tags"><span class="indicator-pill ${over ? "red" : "green"}">${esc(
		over ? __("Warranty ended {0}", [date_text(doc.warranty_until)]) : __("Under warranty until {0}", [date_text(doc.warranty_until)])
	)}</span></div>`;
}

function fact(href, number, title, notes) {
	const note = notes
		.filter(Boolean)
		.map((text) => `<span>${esc(strip_html(text))}</span>`)
		.join("");
	return `<a class="cq-fact" href="${esc(href)}"><b>${esc(number)}</b><span>${esc(title)}</span>${note}</a>`;
}

function list_link(doctype, filters) {
	const query = Object.entries(filters)
		.map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
		.join("&");
	return `${frappe.router.make_url([frappe.router.slug(doctype)])}?${query}`;
}

function neighbours_html(title, rows, frm, fieldname) {
	if (!rows || !rows.length) return "";
	return `<section><h6><a href="${esc(list_link("Complaint", { [fieldname]: frm.doc[fieldname] }))}">${esc(
		__("{0}: other complaints", [title])
	)}</a></h6><ul class="cq-others">${rows
		.slice(0, 5)
		.map(
			(row) =>
				`<li><span class="indicator-pill ${color(row.stage)} cq-score">${esc(label(row.stage))}</span>${record_link(
					"Complaint",
					row.name,
					row.subject
				)}<small>${esc([row.name, row.severity ? __(row.severity) : "", date_text(row.received_at)].filter(Boolean).join(" · "))}</small></li>`
		)
		.join("")}</ul></section>`;
}

/** Complaints that are the same one told twice, and those that tell much the same story; how sure that is, and why. */
function similar_html(rows, can_merge) {
	const of = (kind) => (rows || []).filter((row) => row.kind === kind);
	const merge = can_merge ? `<button type="button" class="btn btn-xs btn-link" data-merge="1">${esc(__("Merge …"))}</button>` : "";
	return (
		alike_html(__("Probably the same complaint"), of("told_twice"), "orange", 4, merge) +
		alike_html(__("Similar complaints"), of("similar"), "gray", 2)
	);
}

function alike_html(title, rows, tone, reasons, button_html = "") {
	if (!rows.length) return "";
	return `<section class="cq-alike is-${tone}"><h6>${esc(title)}${button_html}</h6><ul class="cq-others">${rows
		.map(
			(row) =>
				`<li><span class="indicator-pill ${tone} cq-score" title="${esc(title)}">${esc(
					__("{0} %", [Math.round(100 * row.score)])
				)}</span>${record_link("Complaint", row.name, row.subject)}<small>${esc(
					[row.name, label(row.stage), date_text(row.received_at), ...(row.reasons || []).slice(0, reasons)].filter(Boolean).join(" · ")
				)}</small></li>`
		)
		.join("")}</ul></section>`;
}

/** Linked records in one list, as `draw_linked` takes them. */
export function linked_rows(linked) {
	const as = (doctype, rows, shape) => (rows || []).map((row) => ({ doctype, name: row.name, ...shape(row) }));
	return [
		...as("Investigation", linked.investigations, (row) => ({ title: row.title, state: row.stage })),
		...as("Root Cause", linked.root_causes, (row) => ({
			title: row.title,
			state: row.status,
			state_label: choice(row.status, { parent: "Root Cause" }),
			note: label(row.cause_type),
		})),
		...as("CAPA", linked.capas, (row) => ({ title: row.title, state: row.stage })),
		...as("Complaint Settlement", linked.settlements, (row) => ({
			amount: row.total_amount,
			currency: row.currency,
			state: row.status,
			note: row.status === "approval_rejected" ? row.rejection_reason : "",
		})),
		...(linked.documents || []).map((row) => ({
			doctype: row.doctype,
			name: row.name,
			amount: row.grand_total,
			currency: row.currency,
			...document_state(row.docstatus, row.status),
		})),
		...as("Reportability Assessment", linked.assessments, (row) => ({
			title: row.jurisdiction,
			state: row.status,
			note: row.deadline ? __("deadline {0}", [date_text(row.deadline)]) : "",
		})),
	];
}

function document_state(docstatus, status) {
	if (docstatus === 0) return { state: "draft", state_label: __("Draft", null, "Complaint QMS"), tone: "orange" };
	return { state: "submitted", state_label: status ? __(status) : __("Submitted"), tone: "green" };
}

function linked_html(linked) {
	const rows = linked_rows(linked);
	if (!rows.length) return "";
	return `<section><h6>${esc(__("Linked records"))}</h6><ul class="cq-others">${rows
		.map(
			(row) =>
				`<li><span class="indicator-pill ${esc(row.tone || color(row.state))} cq-score">${esc(
					row.state_label || label(row.state)
				)}</span>${record_link(row.doctype, row.name, row.title || row.name)}<small>${esc(
					[__(row.doctype), row.title ? row.name : "", row.amount ? strip_html(money(row.amount, row.currency)) : ""]
						.filter(Boolean)
						.join(" · ")
				)}</small></li>`
		)
		.join("")}</ul></section>`;
}
