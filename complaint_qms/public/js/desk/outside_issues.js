// Issues in other systems, such as Jira: one click opens one, once for an investigation or an action; its status comes back.
import { address, empty, esc } from "../markup";
import { moment_text, record_link } from "../words";
import { show_fields } from "./shown_fields";

const API = "complaint_qms.api.connectors";
const AGAIN_MS = 2000;
const LONGEST_MS = 90 * 1000;

export function draw_outside_issues(frm) {
	const is_on = Boolean(frappe.boot.complaint_qms_outside_facts) && !frm.is_new();
	show_fields(frm, [frm.doctype === "CAPA" ? "outside_issues_section" : "outside_issues_html"], is_on);
	if (is_on) load(frm, frm.fields_dict.outside_issues_html.$wrapper);
}

async function load(frm, $wrapper, asked_at) {
	const { doctype, name } = frm.doc;
	const told = await frappe.xcall(`${API}.outside_issues`, { doctype, name }).catch(() => null);
	if (frm.doc.name !== name || !told) return;
	draw(frm, $wrapper, told);
	const waits = told.waiting || told.issues.some(({ issue_key, checked_at, error }) => issue_key && !checked_at && !error);
	if (!waits || !asked_at || Date.now() - asked_at > LONGEST_MS) return;
	setTimeout(() => {
		if (frm.doc.name === name && $wrapper.is(":visible")) load(frm, $wrapper, asked_at);
	}, AGAIN_MS);
}

function draw(frm, $wrapper, told) {
	if (!told.issues.length && !told.connectors.length) return $wrapper.empty();
	const rows = told.issues.map(issue_html).join("");
	const list = rows ? `<ul class="cq-linked">${rows}</ul>` : empty(__("No issue in another system yet."));
	const failed = told.failed
		.map(({ call, connector, error }) => {
			const link = frappe.model.can_read("QMS Connector Call")
				? record_link("QMS Connector Call", call, __("Call", null, "QMS Connector Call"))
				: "";
			return `<li><b>${esc(connector)}</b> ${esc(error)} ${link}</li>`;
		})
		.join("");
	const open = told.connectors.length
		? `<button type="button" class="btn btn-sm btn-default" data-open>${esc(__("Open an Issue"))}</button>`
		: "";
	const again = told.issues.some(({ issue_key }) => issue_key)
		? `<button type="button" class="btn btn-sm btn-default" data-again>${esc(__("Read the Status"))}</button>`
		: "";
	const waits_html = told.waiting ? `<span class="text-muted" role="status">${esc(__("{0} being opened", [told.waiting]))}</span>` : "";
	$wrapper.html(`<div class="cq-panel cq-outside-issues"><h6>${esc(__("Issues in Other Systems"))}</h6>${list}
		${failed ? `<ul class="cq-outside-failures">${failed}</ul>` : ""}<div class="cq-outside-foot">${open}${again} ${waits_html}</div></div>`);
	$wrapper.find("[data-open]").on("click", () => open_dialog(frm, told.connectors, () => load(frm, $wrapper, Date.now())));
	$wrapper.find("[data-again]").on("click", async (event) => {
		event.currentTarget.disabled = true;
		const { doctype, name } = frm.doc;
		await frappe.xcall(`${API}.refresh_issues`, { doctype, name }, "POST").catch(() => null);
		setTimeout(() => load(frm, $wrapper, Date.now()), AGAIN_MS);
	});
}

function issue_html(issue) {
	const url = address(issue.address);
	const key = esc(issue.issue_key || __("being opened"));
	const name_html = url && issue.issue_key ? `<a href="${url}" target="_blank" rel="noopener noreferrer">${key}</a>` : `<b>${key}</b>`;
	const read = issue.checked_at ? __("status read {0}", [moment_text(issue.checked_at)]) : "";
	const told = [issue.connector, issue.action, read, issue.error].filter(Boolean).join(" · ");
	const status = issue.status ? `<span class="indicator-pill ${issue.is_done ? "green" : "blue"}">${esc(issue.status)}</span>` : "";
	return `<li><div class="cq-linked-main">${name_html}<span class="text-muted">${esc(told)}</span></div><div class="cq-linked-side">${status}</div></li>`;
}

function open_dialog(frm, connectors, then) {
	const actions = (frm.doc.actions || []).map(({ name, idx, action }) => ({ value: name, label: `${idx}. ${action}` }));
	const dialog = new frappe.ui.Dialog({
		title: __("Open an Issue"),
		fields: [
			{
				fieldname: "connector",
				fieldtype: "Select",
				label: __("Connector"),
				options: connectors.map(({ name }) => name),
				default: connectors[0].name,
				reqd: 1,
			},
			{
				fieldname: "action",
				fieldtype: "Select",
				label: __("Action"),
				options: actions,
				hidden: frm.doctype !== "CAPA",
				reqd: frm.doctype === "CAPA",
			},
		],
		primary_action_label: __("Open an Issue"),
		async primary_action({ connector, action }) {
			dialog.disable_primary_action();
			const { doctype, name } = frm.doc;
			const made = await frappe.xcall(`${API}.open_issue`, { doctype, name, connector, action: action || "" }, "POST").catch(() => null);
			dialog.enable_primary_action();
			if (!made) return;
			dialog.hide();
			then();
		},
	});
	dialog.show();
}
