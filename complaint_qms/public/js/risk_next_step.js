// What a line of the report Risk Priorities offers where nobody works on it yet: an investigation or a CAPA with everything filled in.
import { esc } from "./markup";

const MOST = 50;
const CLICK = "click.cq_risk_step";

/** Buttons of a line; empty where it is answered, or the user may make neither. */
export function risk_step_html(data) {
	if (data.answered) return `<span class="text-muted">${esc(__("under way"))}</span>`;
	const button = (doctype, text) =>
		frappe.model.can_create(doctype)
			? `<button type="button" class="btn btn-xs btn-default" data-risk-step="${esc(doctype)}" data-key="${esc(data.key)}">${esc(text)}</button>`
			: "";
	return `${button("Investigation", __("Investigate"))} ${button("CAPA", __("Plan CAPA"))}`;
}

/** The page is that of all reports, and stays. */
export function mind_risk_steps(report) {
	report.page.wrapper.off(CLICK).on(CLICK, "[data-risk-step]", (event) => {
		const { riskStep, key } = event.currentTarget.dataset;
		const row = report.data.find((one) => one.key === key);
		const base = report.columns.find(({ fieldname }) => fieldname === "count").drill;
		if (row) start(riskStep, row, { ...base, ...row.route });
	});
}

async function start(doctype, { item_code, complaint_type }, route) {
	const asked = { fields: ["name", "subject", "company", "stage"], filters: route, order_by: "received_at desc", limit: MOST };
	const found = await frappe.db.get_list("Complaint", asked);
	if (!found.length) return;
	const is_open = ({ stage }) => !(frappe.boot.complaint_qms_ended || []).includes(stage);
	const latest = found.find(is_open) || found[0];
	const title = __("{0}: {1}", [item_code, __(complaint_type)]);
	if (doctype === "Investigation") {
		frappe.new_doc(doctype, { complaint: latest.name, title, item_code, company: latest.company });
		return;
	}
	await frappe.model.with_doctype(doctype);
	const capa = frappe.model.get_new_doc(doctype);
	Object.assign(capa, { title, item_code, complaint_type, company: latest.company });
	for (const { name, subject } of found.filter(({ company }) => company === latest.company)) {
		Object.assign(frappe.model.add_child(capa, "CAPA Complaint", "complaints"), { complaint: name, subject });
	}
	frappe.set_route("Form", doctype, capa.name);
}
