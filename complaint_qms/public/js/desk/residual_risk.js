// The risk before and after a CAPA, and the dialog in which a Quality Manager judges what is left.
import { ink, safe_color } from "../colors";
import { label } from "../labels";
import { sentences } from "../language";
import { empty, esc } from "../markup";
import { date_text, moment_text, record_link } from "../words";

/** Judgements as a panel: [{capa?, title?, risk_before, …, risk_level, …, judged_by, judged_at, reason}], the newest first. */
export function residual_html(rows) {
	return rows.length ? `<div class="cq-residuals">${rows.map(one_html).join("")}</div>` : "";
}

/** In the form of a CAPA. */
export function draw_residual(frm) {
	const { $wrapper } = frm.fields_dict.residual_html;
	const rows = [...(frm.doc.residual_risks || [])].reverse();
	const waiting = __(
		"Nobody has judged yet which risk is left. Severity and occurrence are proposed from the complaints and deliveries since."
	);
	$wrapper.html(residual_html(rows) || empty(waiting));
	if (frm.doc.stage !== "closed" || !frm.perm[0].write || !frappe.user.has_role("Quality Manager")) return;
	frm.add_custom_button(__("Judge Residual Risk"), () => judge(frm));
}

function one_html(row) {
	const before = cell_html(row.severity_before, row.occurrence_before, row.risk_before, row.acceptability_before, row.color_before);
	const after = cell_html(row.severity, row.occurrence, row.risk_level, row.acceptability, row.risk_color);
	const counted = __("{0} complaints, {1} units from {2} to {3}", [
		cint(row.complaints),
		format_number(row.units || 0, null, 0),
		date_text(row.counted_from),
		date_text(row.counted_until),
	]);
	const who = __("Judged by {0}, {1}", [frappe.user.full_name(row.judged_by), moment_text(row.judged_at)]);
	const of = row.capa ? record_link("CAPA", row.capa, row.title || row.capa) : "";
	return `<div class="cq-residual">${of ? `<div>${of}</div>` : ""}
		<div class="cq-residual-sides">${before}<span class="cq-residual-arrow" aria-hidden="true">→</span>${after}</div>
		<div class="cq-chip-why">${esc([counted, who, row.reason].filter(Boolean).join(" · "))}</div></div>`;
}

function cell_html(severity, occurrence, level, acceptability, color) {
	const where = severity && occurrence ? `${__(severity)} × ${__(occurrence)}` : __("not rated");
	const shown = safe_color(color);
	const style = shown ? `background:${shown};color:${ink(shown)}` : "";
	const words = [level ? __(level) : "", acceptability ? label(acceptability) : ""].filter(Boolean).join(" · ");
	return `<div class="cq-residual-cell" style="${style}"><b>${esc(words || "–")}</b><span>${esc(where)}</span></div>`;
}

async function judge(frm) {
	const found = await frappe.xcall("complaint_qms.api.capa.residual_proposal", { capa: frm.doc.name });
	const said = (title, told) => `<p><b>${esc(title)}</b> ${esc(sentences(told))}</p>`;
	const side = ({ severity, occurrence, level, acceptability, color }) => cell_html(severity, occurrence, level, acceptability, color);
	const choices = (levels) => [{ value: "", label: "" }, ...levels.map((value) => ({ value, label: __(value) }))];
	const dialog = new frappe.ui.Dialog({
		title: __("Judge Residual Risk"),
		fields: [
			{
				fieldtype: "HTML",
				options: `<div class="cq-residual-sides">${side(found.before)}<span class="cq-residual-arrow" aria-hidden="true">→</span>${side(found.after)}</div>
					${said(__("Before:", null, "CAPA"), found.said.before)}
					${said(__("Since:", null, "CAPA"), [...found.said.after, found.said.severity])}`,
			},
			{
				fieldname: "severity",
				fieldtype: "Select",
				label: __("Severity After"),
				options: choices(found.severities),
				default: found.after.severity || "",
				reqd: 1,
			},
			{
				fieldname: "occurrence",
				fieldtype: "Select",
				label: __("Occurrence After"),
				options: choices(found.occurrences),
				default: found.after.occurrence || "",
				reqd: 1,
			},
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				mandatory_depends_on: (values) => ["severity", "occurrence"].some((field) => values[field] !== (found.after[field] || "")),
				description: __("Needed where you judge otherwise than the figures propose."),
			},
		],
		primary_action_label: __("Judge"),
		primary_action(values) {
			frappe
				.call({ method: "complaint_qms.api.capa.judge_residual", args: { capa: frm.doc.name, ...values }, type: "POST", freeze: true })
				.then(() => {
					dialog.hide();
					frappe.show_alert({ message: __("Residual risk judged. It stands under Effectiveness."), indicator: "green" });
					frm.reload_doc();
				});
		},
	});
	dialog.show();
}
