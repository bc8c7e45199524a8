// A message that came in: what it says, its files, why it waits, and what somebody decides about it.
import { kind_of } from "./file_kinds";
import { draw_tiles } from "./gallery";
import { label } from "../labels";
import { address, esc } from "../markup";
import { date_text, moment_text } from "../words";

const OPEN = ["new", "waiting"];
const TAKEN = ["registered", "added"];
const API = "complaint_qms.api.inbox";

/** Draw a message and offer what its reader may decide. */
export function draw_inbox_item(frm) {
	const { $wrapper } = frm.fields_dict.message_html;
	$wrapper.html(
		`<div class="cq-message">${why_html(frm)}${text_html(frm.doc)}${set_apart_html(frm.doc)}<div data-files></div>${raw_html(frm)}</div>`
	);
	draw_tiles($wrapper.find("[data-files]"), files_of(frm));
	frm.page.set_indicator(esc(label(frm.doc.state)), complaint_qms.labels.color(frm.doc.state));
	offer_decisions(frm);
}

function why_html(frm) {
	const { doc } = frm;
	if (TAKEN.includes(doc.state)) {
		const said = doc.state === "registered" ? __("This message became the complaint {0}.") : __("This message was added to {0}.");
		const [before, after] = said.split("{0}");
		const link = `<a href="${esc(frappe.utils.get_form_link("Complaint", doc.complaint))}">${esc(doc.complaint)}</a>`;
		return `<p class="cq-message-why is-done">${esc(before)}${link}${esc(after)}</p>`;
	}
	if (doc.state === "new") return `<p class="cq-message-why is-new">${esc(__("It is read in a moment."))}</p>`;
	const reason = (doc.__onload && doc.__onload.reason) || doc.decision_note;
	const head = doc.state === "dismissed" ? __("Not a complaint") : __("Why it waits");
	return reason
		? `<p class="cq-message-why is-${esc(doc.state)}" role="status"><b>${esc(head)}</b> ${esc(reason)}</p>`
		: `<p class="cq-message-why is-${esc(doc.state)}" role="status"><b>${esc(head)}</b></p>`;
}

function text_html({ text, sender_name, sender_address, received_at }) {
	const who = [...new Set([sender_name, sender_address].filter(Boolean))].join(" · ");
	const words = text ? `<div class="cq-message-text">${esc(text)}</div>` : `<p class="text-muted">${esc(__("It has no text."))}</p>`;
	return `<div class="cq-message-head text-muted">${esc([who, moment_text(received_at)].filter(Boolean).join(" · "))}</div>${words}`;
}

/** Quotes and signatures, folded: they say nothing new. */
function set_apart_html({ set_apart }) {
	if (!set_apart) return "";
	const text = `<div class="cq-message-text">${esc(set_apart)}</div>`;
	return `<details class="cq-message-apart"><summary>${esc(__("Quotes and Signature"))}</summary>${text}</details>`;
}

/** The message as it was sent, folded. */
function raw_html(frm) {
	const { payload, payload_file } = frm.doc;
	if (!payload && !payload_file) return "";
	const file = payload_file && attached(frm).find(({ name }) => name === payload_file);
	const inside = payload
		? `<pre>${esc(payload)}</pre>`
		: file
			? `<a href="${address(file.file_url)}" target="_blank" rel="noopener">${esc(file.file_name)}</a>`
			: "";
	return inside ? `<details class="cq-message-raw"><summary>${esc(__("As it was sent"))}</summary>${inside}</details>` : "";
}

const attached = (frm) => (frm.get_docinfo() || {}).attachments || [];

const files_of = (frm) =>
	attached(frm)
		.filter(({ name }) => name !== frm.doc.payload_file)
		.map(({ file_url, file_name }) => ({ file: file_url, caption: file_name, kind: kind_of(file_name || file_url) }));

function offer_decisions(frm) {
	const { doc } = frm;
	if (TAKEN.includes(doc.state)) {
		if (!frappe.model.can_read("Complaint")) return;
		complaint_qms.offer_primary(frm, __("Open the Complaint"), () => frappe.set_route("Form", "Complaint", doc.complaint));
		return;
	}
	if (!frm.perm[0] || !frm.perm[0].write) return;
	if (frappe.model.can_create("Complaint")) {
		complaint_qms.offer_primary(frm, __("Make It a Complaint"), () => make_complaint(frm));
	}
	frm.add_custom_button(__("Belongs to a Complaint"), () => choose_complaint(frm));
	if (!OPEN.includes(doc.state)) return;
	frm.add_custom_button(__("Not a Complaint"), () => ask_why(frm));
	if (doc.state === "waiting" && doc.__onload && doc.__onload.is_read) frm.add_custom_button(__("Read It Again"), () => try_again(frm));
}

const make_complaint = (frm) => make_complaint_of(frm.doc.name);

/** The short form of a new complaint opens, filled with what a message says; saving it is the decision. */
export function make_complaint_of(item) {
	return frappe.call({ method: `${API}.draft`, args: { name: item }, freeze: true }).then(({ message }) => {
		const [doc] = frappe.model.sync(message);
		frappe.get_doc(doc.doctype, doc.name).__run_link_triggers = false;
		frappe.set_route("Form", doc.doctype, doc.name);
	});
}

async function choose_complaint(frm) {
	const found = await frappe.xcall(`${API}.likely_complaints`, { name: frm.doc.name });
	const dialog = new frappe.ui.Dialog({
		title: __("Belongs to a Complaint"),
		fields: [
			{ fieldname: "likely", fieldtype: "HTML", options: likely_html(found) },
			{
				fieldname: "complaint",
				fieldtype: "Link",
				options: "Complaint",
				label: __("Complaint"),
				reqd: 1,
				description: __("Search by number, subject, customer or product."),
			},
		],
		primary_action_label: __("Add the Message to It"),
		primary_action: ({ complaint }) =>
			decide(frm, "belongs_to", { complaint }).then(() => {
				dialog.hide();
				frappe.show_alert({ message: __("The message is on the complaint now."), indicator: "green" });
			}),
	});
	dialog.$wrapper.on("click", "[data-complaint]", ({ currentTarget }) => dialog.set_value("complaint", currentTarget.dataset.complaint));
	dialog.show();
}

function likely_html(found) {
	if (!found.length) return "";
	const rows = found.map(
		(row) => `<button type="button" class="btn btn-default btn-xs cq-choice" data-complaint="${esc(row.name)}">
			<b>${esc(row.name)}</b> ${esc(row.subject)}<small>${esc([label(row.stage), date_text(row.received_at), row.why].filter(Boolean).join(" · "))}</small></button>`
	);
	return `<label class="cq-label">${esc(__("Likely"))}</label><div class="cq-told">${rows.join("")}</div>`;
}

function ask_why(frm) {
	const field = {
		fieldname: "reason",
		fieldtype: "Small Text",
		label: __("Reason"),
		reqd: 1,
		description: __("Why this is no complaint. It is kept with your name."),
	};
	frappe.prompt(field, ({ reason }) => decide(frm, "not_a_complaint", { reason }), __("Not a Complaint"), __("Put It Away"));
}

function try_again(frm) {
	return decide(frm, "try_again", {}).then(() =>
		frappe.show_alert({ message: __("It is read once more in a moment."), indicator: "blue" })
	);
}

const decide = (frm, method, args) =>
	frappe
		.call({ method: `${API}.${method}`, args: { name: frm.doc.name, ...args }, type: "POST", freeze: true })
		.then(() => frm.reload_doc());
