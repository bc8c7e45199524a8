// A report to an authority: its elements by block, what is missing, and its steps.
import { label } from "../labels";
import { esc } from "../markup";

const KINDS = ["initial", "follow_up_report", "supplementary", "final_report"];
const api = (method, args) =>
	frappe.call({ method: `complaint_qms.api.regulatory_report.${method}`, type: "POST", freeze: true, args }).then((r) => r.message);

/** Button on an assessment: begin a report about it. */
export function offer_report(frm) {
	if (frm.is_new() || !frappe.model.can_create("Regulatory Report") || !frappe.user.has_role("Regulatory Affairs")) return;
	frm.add_custom_button(__("Report to the Authority"), () => {
		const dialog = new frappe.ui.Dialog({
			title: __("Report to the Authority"),
			fields: [
				{
					fieldname: "kind",
					fieldtype: "Select",
					label: __("Kind of Report"),
					options: KINDS.map((value) => ({ value, label: label(value) })),
					default: "initial",
					reqd: 1,
					description: __("It is filled from the record. Later kinds refer to the last one that was submitted."),
				},
			],
			primary_action_label: __("Draft"),
			primary_action({ kind }) {
				api("draft", { assessment: frm.doc.name, kind }).then((name) => {
					dialog.hide();
					frappe.set_route("Form", "Regulatory Report", name);
				});
			},
		});
		dialog.show();
	});
}

export function draw_report(frm) {
	const told = (frm.doc.__onload || {}).shown;
	const { $wrapper } = frm.fields_dict.elements_html;
	if (!told || frm.is_new()) return $wrapper.empty();
	frm.disable_save();
	const missing = told.missing.length
		? `<div class="cq-outcome is-ask_again"><b>${esc(__("Not yet complete:"))}</b><ul>${told.missing.map((line) => `<li>${esc(line)}</li>`).join("")}</ul></div>`
		: "";
	const changed = told.changed.length
		? `<div class="cq-outcome is-must_report"><b>${esc(__("Changed in the record since it was submitted:"))}</b><ul>${told.changed.map((line) => `<li>${esc(line)}</li>`).join("")}</ul></div>`
		: "";
	const blocks = told.blocks.map(
		({ block, rows }) => `<h5>${esc(block)}</h5><div class="cq-elements">${rows.map((row) => row_html(row, told.may_write)).join("")}</div>`
	);
	const source = `<div class="cq-chip-why">${esc(told.title)} · ${esc(told.source)}</div><div class="cq-chip-why"><b>${esc(told.gateway)}</b></div>`;
	const next = told.next ? `<p>${esc(told.next)}</p>` : "";
	$wrapper.html(`<div class="cq-questions">${source}${changed}${next}${missing}${blocks.join("")}</div>`);
	$wrapper.find("[data-element]").on("click", (event) => enter(frm, told, event.currentTarget.dataset.element));
	offer_steps(frm, told);
}

function row_html(row, may_write) {
	const origin = [row.origin_label, row.personal ? __("Tells of a person") : ""].filter(Boolean).join(" · ");
	const open = row.needed && !row.value ? "is-missing" : "";
	const value = row.value
		? esc(row.value).replace(/\n/g, "<br>")
		: `<span class="text-muted">${esc(row.needed ? __("Needed") : "–")}</span>`;
	const button = may_write
		? `<button type="button" class="btn btn-xs btn-default" data-element="${esc(row.key)}" aria-label="${esc(__("Edit"))} ${esc(row.key)}">${esc(__("Edit"))}</button>`
		: "";
	return `<div class="cq-element ${open}"><div class="cq-element-name"><b>${esc(row.key)}</b> ${esc(row.label)}</div>
		<div class="cq-element-value">${value}<div class="cq-chip-why">${esc(origin)}</div></div>${button}</div>`;
}

function enter(frm, told, key) {
	const row = told.blocks.flatMap(({ rows }) => rows).find((one) => one.key === key);
	const dialog = new frappe.ui.Dialog({
		title: `${row.key} ${row.label}`,
		fields: [
			{
				fieldname: "value",
				fieldtype: "Small Text",
				label: __("Value"),
				default: row.value,
				description: row.personal
					? __("Tells of a person: enter no more than the authority asks for. Empty: what the record says.")
					: __("Empty: what the record says."),
			},
		],
		primary_action_label: __("Save"),
		primary_action({ value }) {
			api("enter", { name: frm.doc.name, element: key, value: value || "" }).then(() => {
				dialog.hide();
				frm.reload_doc();
			});
		},
	});
	dialog.show();
}

function offer_steps(frm, told) {
	const step = (method, args = {}) => api(method, { name: frm.doc.name, ...args }).then(() => frm.reload_doc());
	if (told.may_write) frm.add_custom_button(__("Take Over from the Record"), () => step("fill"));
	if (told.may_review) frm.add_custom_button(__("Reviewed", null, "Complaint QMS"), () => step("review")).addClass("btn-primary");
	if (frm.doc.status === "reviewed" && (told.may_submit || frappe.user.has_role("Quality Manager"))) {
		frm.add_custom_button(__("Send Back"), () => step("send_back"));
	}
	if (told.may_submit) frm.add_custom_button(__("Submitted", null, "Complaint QMS"), () => submitted(frm)).addClass("btn-primary");
	for (const kind of ["json", "xml"]) {
		frm.page.add_menu_item(__("Download {0}", [kind.toUpperCase()]), () => {
			const args = new URLSearchParams({ name: frm.doc.name, kind });
			window.open(`/api/method/complaint_qms.api.regulatory_report.download?${args}`);
		});
	}
}

function submitted(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Submitted to the Authority"),
		fields: [
			{ fieldname: "submitted_on", fieldtype: "Date", label: __("Submitted On"), default: frappe.datetime.get_today(), reqd: 1 },
			{ fieldname: "reference", fieldtype: "Data", label: __("Reference of the Authority"), reqd: 1 },
			{ fieldname: "receipt", fieldtype: "Attach", label: __("Receipt", null, "Regulatory Report"), options: { restrictions: {} } },
			{ fieldtype: "HTML", options: `<p class="text-muted">${esc(__("What was submitted is not changed any more."))}</p>` },
		],
		primary_action_label: __("Submitted", null, "Complaint QMS"),
		primary_action({ submitted_on, reference, receipt }) {
			api("submit", { name: frm.doc.name, submitted_on, reference, receipt: receipt || "" }).then(() => {
				dialog.hide();
				frm.reload_doc();
			});
		},
	});
	dialog.show();
}
