// What PLM, MES and other systems said about a record, its item and its batch: with time and source, changes marked, asked anew on demand.
import { empty, esc, address } from "../markup";
import { moment_text, record_link } from "../words";
import { show_fields } from "./shown_fields";

const API = "complaint_qms.api.connectors";
const AGAIN_MS = 2000;
const LONGEST_MS = 90 * 1000;

export function draw_outside_facts(frm) {
	const is_on = Boolean(frappe.boot.complaint_qms_outside_facts) && !frm.is_new();
	show_fields(frm, ["outside_facts_section"], is_on);
	if (!is_on) return;
	complaint_qms.once_shown(frm, "outside_facts_html", ({ $wrapper }) => load(frm, $wrapper));
}

/** What one system said about one thing. */
export function fact_html(fact) {
	const rows = fact.facts
		.map(({ label, value, before, is_changed }) => {
			const was = is_changed
				? `<div class="cq-outside-before"><span class="indicator-pill orange">${esc(__("Changed"))}</span> ${esc(__("before: {0}", [before || "—"]))}</div>`
				: "";
			return `<tr${is_changed ? ' class="is-changed"' : ""}><th scope="row">${esc(label)}</th><td><span class="cq-outside-value">${esc(value || "—")}</span>${was}</td></tr>`;
		})
		.join("");
	const again =
		fact.confirmed_at !== fact.seen_at
			? __("seen {0}, last seen alike {1}", [moment_text(fact.seen_at), moment_text(fact.confirmed_at)])
			: __("seen {0}", [moment_text(fact.seen_at)]);
	const file = fact.file ? ` · <a href="${address(fact.file)}" target="_blank" rel="noopener">${esc(__("Answer"))}</a>` : "";
	return `<section class="cq-outside-one"><h6>${esc(fact.connector)} <span class="text-muted">${esc(`${fact.about_label} ${fact.subject}`)}</span></h6>
		<table class="table table-bordered cq-outside-table"><tbody>${rows}</tbody></table>
		<p class="text-muted cq-outside-source">${esc(again)} · ${esc(__("source: {0}", [fact.source]))}${file} · ${record_link("QMS Outside Fact", fact.name, __("Record"))}</p></section>`;
}

async function load(frm, $wrapper, asked_at) {
	const { doctype, name } = frm.doc;
	const told = await frappe.xcall(`${API}.outside_facts`, { doctype, name }).catch(() => null);
	if (frm.doc.name !== name || !told) return;
	draw(frm, $wrapper, told);
	if (!told.waiting || !asked_at || Date.now() - asked_at > LONGEST_MS) return;
	setTimeout(() => {
		if (frm.doc.name === name && $wrapper.is(":visible")) load(frm, $wrapper, asked_at);
	}, AGAIN_MS);
}

function draw(frm, $wrapper, told) {
	const waits = told.waiting ? `<span class="text-muted" role="status">${esc(__("{0} under way…", [told.waiting]))}</span>` : "";
	const button = told.can_ask
		? `<button type="button" class="btn btn-sm btn-default" data-ask>${esc(told.facts.length ? __("Ask Anew") : __("Ask the Systems"))}</button>`
		: "";
	const failed = told.failed
		.map(
			({ call, connector, error }) =>
				`<li class="cq-outside-failed"><b>${esc(connector)}</b> ${esc(error)} ${frappe.model.can_read("QMS Connector Call") ? record_link("QMS Connector Call", call, __("Call", null, "QMS Connector Call")) : ""}</li>`
		)
		.join("");
	const nothing = told.facts.length ? "" : empty(__("No outside system has said anything about this record, its item or its batch yet."));
	$wrapper.html(`<div class="cq-panel cq-outside">${told.facts.map(fact_html).join("")}${nothing}
		${failed ? `<ul class="cq-outside-failures">${failed}</ul>` : ""}<div class="cq-outside-foot">${button} ${waits}</div></div>`);
	$wrapper.find("[data-ask]").on("click", async (event) => {
		event.currentTarget.disabled = true;
		const { doctype, name } = frm.doc;
		const asked = await frappe.xcall(`${API}.refresh`, { doctype, name }, "POST").catch(() => null);
		if (asked === null) event.currentTarget.disabled = false;
		else load(frm, $wrapper, Date.now());
	});
}
