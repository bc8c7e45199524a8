// A complaint signal: where it stands, its chart, its arithmetic in words, and what follows from it; and the run that found it.
import { label, pill } from "../labels";
import { empty, esc } from "../markup";
import { date_text, record_link } from "../words";
import { draw_age_curve } from "./age_curve";
import { draw_signal_chart } from "./signal_chart";
import { keep_typed_texts } from "./typed_texts";

const API = "complaint_qms.api.signals";
const STATES = ["new", "under_review", "decided"];
const DECISIONS = () => [
	{ value: "investigation", label: __("Investigate") },
	{ value: "capa", label: __("Open a CAPA") },
	{ value: "watched", label: __("Watch Until a Day") },
	{ value: "set_aside", label: __("Dismiss With a Reason") },
];
const TREND_DECISIONS = () => [
	{ value: "reportable_trend", label: __("Reportable Trend") },
	{ value: "no_reportable_trend", label: __("No Reportable Trend") },
];
// What is decided → the field that names a record it leads to, and its DocType.
const LEADS_TO = {
	investigation: ["investigation", "Investigation"],
	capa: ["capa", "CAPA"],
	reportable_trend: ["reportability_assessment", "Reportability Assessment"],
};
const ASK_EVERY = 2000;

export function draw_signal(frm) {
	const { doc } = frm;
	const shown = (doc.__onload || {}).shown || {};
	frm.get_field("state_html").$wrapper.html(state_html(doc));
	draw_signal_chart(frm.get_field("chart_html").$wrapper, shown.chart, doc);
	frm.get_field("words_html").$wrapper.html(words_html(doc, shown));
	frm.get_field("complaints_html").$wrapper.html(complaints_html(doc, shown));
	frm
		.get_field("complaints_html")
		.$wrapper.find("[data-listed]")
		.on("click", (event) => {
			event.preventDefault();
			frappe.set_route("List", "Complaint", shown.listed);
		});
	offer_age(frm);
	offer_decision(frm);
}

/** The curve costs some queries over all deliveries: it is drawn when somebody asks for it. */
function offer_age(frm) {
	const $at = frm.get_field("age_html").$wrapper.empty();
	if (!frm.doc.item_code && !frm.doc.batch_no) return;
	const $ask = $(`<button type="button" class="btn btn-default btn-sm">${esc(__("Show Time to Complaint"))}</button>`).appendTo($at);
	$ask.on("click", async () => {
		$ask.prop("disabled", true);
		const name = frm.doc.name;
		const data = await frappe.xcall(`${API}.by_age`, { name }).catch(() => null); // it has said why
		if (frm.doc.name !== name) return;
		if (data) draw_age_curve($at, data);
		else $ask.prop("disabled", false);
	});
}

function state_html(doc) {
	const ended = STATES.includes(doc.state) ? null : doc.state;
	const at = ended ? STATES.length : STATES.indexOf(doc.state);
	const steps = [...STATES, ...(ended ? [ended] : [])]
		.map((state, place) => {
			const tone = place < at ? "is-done" : place === at ? "is-now tone-blue" : "is-next";
			const what = state === "decided" && doc.decision ? `${label(state)}: ${label_of_decision(doc.decision)}` : label(state);
			return `<li class="cq-step ${tone}" ${place === at ? 'aria-current="step"' : ""}><span class="cq-dot">${place < at ? "✓" : cint(place + 1)}</span>
				<span class="cq-step-text"><span class="cq-step-name">${esc(what)}</span></span></li>`;
		})
		.join("");
	return `<nav class="cq-steps" aria-label="${esc(__("Stages"))}"><ol>${steps}</ol></nav>`;
}

const label_of_decision = (key) => label(key);

function words_html(doc, shown) {
	const chance = doc.rate_ratio
		? `<p>${esc(
				__("{0} times as many as expected (95 % interval {1} to {2}).", [
					format_number(doc.rate_ratio, null, 2),
					format_number(doc.ratio_lower, null, 2),
					format_number(doc.ratio_upper, null, 2),
				])
			)}</p>`
		: "";
	const why = doc.method ? `<p class="text-muted">${esc(`${__("Method")}: ${label(doc.method)}. ${shown.why || ""}`)}</p>` : "";
	const against = doc.held_against
		? `<p class="text-muted">${esc(`${__("Held Against", null, "Complaint Signal")}: ${label(doc.held_against)}.`)} ${esc(units_words(doc))}</p>`
		: "";
	const source = doc.preset ? `<p class="text-muted">${esc(source_words(doc))}</p>` : "";
	return `<div class="cq-signal-words"><p><b>${esc(shown.words || "")}</b></p>${chance}${why}${against}${source}</div>`;
}

/** How many complaints came for each 1,000 units in the field, where units are known. */
function units_words(doc) {
	if (!doc.exposure || !doc.baseline_exposure) return "";
	const usual = (1000 * doc.baseline_count) / doc.baseline_exposure;
	return __("In the baseline {0} complaints for each 1,000 units in the field and year.", [format_number(usual, null, usual < 1 ? 3 : 1)]);
}

function source_words(doc) {
	const plan = doc.plan_reference ? ` ${__("Plan")}: ${doc.plan_reference}.` : "";
	return (
		__("Regulation (EU) 2017/745, Art. 88: incidents that are not serious, and expected side effects, against the baseline of the plan.") +
		plan
	);
}

function complaints_html(doc, shown) {
	const parts = [`<p><a href="#" data-listed>${esc(__("Show the {0} complaints", [shown.cases || 0]))}</a></p>`];
	const links = Object.values(LEADS_TO)
		.map(([field, doctype]) => [doc[field], doctype])
		.filter(([name]) => name);
	parts.push(...links.map(([name, doctype]) => `<p>${esc(__(doctype))} ${record_link(doctype, name)}</p>`));
	const others = (shown.same_batch || []).filter((name) => name !== doc.investigation);
	if (others.length) {
		parts.push(
			`<p>${esc(__("Investigations of the same batch"))}: ${others.map((name) => record_link("Investigation", name)).join(", ")}</p>`
		);
	}
	return parts.join("");
}

function offer_decision(frm) {
	const { doc } = frm;
	if (doc.state === "superseded" || !frappe.user.has_role(doc.preset ? "Regulatory Affairs" : "Quality Manager")) return;
	if (doc.state === "new") {
		frm.add_custom_button(__("Start Review", null, "Complaint Signal"), async () => {
			await frappe.xcall(`${API}.start_review`, { name: doc.name });
			frm.reload_doc();
		});
	}
	const said = doc.state === "decided" ? __("Decide Otherwise") : __("Decide What Follows");
	if (doc.state === "decided") frm.add_custom_button(said, () => decide_dialog(frm));
	else frm.page.set_primary_action(said, () => decide_dialog(frm));
}

function decide_dialog(frm) {
	const when = (kind) => `eval:doc.decision=='${kind}'`;
	const dialog = new frappe.ui.Dialog({
		title: __("Decide What Follows"),
		fields: [
			{
				fieldname: "decision",
				fieldtype: "Select",
				label: __("Decision", null, "Complaint Signal"),
				options: frm.doc.preset ? TREND_DECISIONS() : DECISIONS(),
				reqd: 1,
				default: frm.doc.preset ? "" : "investigation",
			},
			{
				fieldname: "reportable_trend",
				fieldtype: "Link",
				options: "Reportability Assessment",
				label: __("Reportability Assessment"),
				depends_on: when("reportable_trend"),
				description: __("Of one of its complaints, where one exists; the report itself goes to the authority."),
				get_query: () => ({ filters: { company: frm.doc.company } }),
			},
			{
				fieldname: "investigation",
				fieldtype: "Link",
				options: "Investigation",
				label: __("One That Is There"),
				depends_on: when("investigation"),
				description: __("Left empty, a new investigation of these complaints is opened, with the genealogy where it is about a batch."),
				get_query: () => ({ filters: { company: frm.doc.company } }),
			},
			{
				fieldname: "capa",
				fieldtype: "Link",
				options: "CAPA",
				label: __("One That Is There"),
				depends_on: when("capa"),
				description: __("Left empty, a new CAPA for these complaints is opened."),
				get_query: () => ({ filters: { company: frm.doc.company } }),
			},
			{
				fieldname: "until",
				fieldtype: "Date",
				label: __("Watched Until", null, "Complaint Signal"),
				depends_on: when("watched"),
				mandatory_depends_on: when("watched"),
				description: __("If it still goes on then, it is raised again."),
			},
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				mandatory_depends_on: "eval:['set_aside', 'reportable_trend', 'no_reportable_trend'].includes(doc.decision)",
				description: __("It stays in the signal with your name."),
			},
		],
		primary_action_label: __("Decide", null, "Complaint Signal"),
		primary_action: async (values) => {
			const linked = values[values.decision] || "";
			const args = { name: frm.doc.name, decision: values.decision, reason: values.reason || "", linked };
			if (values.decision === "watched") args.until = values.until;
			const done = await frappe.xcall(`${API}.decide`, args).catch(() => null); // it has said why
			if (!done) return;
			was_sent();
			dialog.hide();
			await frm.reload_doc();
			if (!["investigation", "capa"].includes(values.decision)) return;
			const [field, doctype] = LEADS_TO[values.decision];
			frappe.set_route("Form", doctype, done[field]);
		},
	});
	dialog.show();
	const was_sent = keep_typed_texts(dialog, `decide ${frm.doc.name}`, ["reason"]);
}

/** The form of a scan: how far it is, and what it found. */
export function draw_scan(frm) {
	draw_run(frm, {
		progress: `${API}.progress`,
		again: `${API}.run_again`,
		draft: __("Submit it to start the scan. It runs in the background; what it rests on does not change any more."),
	});
	if (frm.doc.docstatus === 1) frm.get_field("result_html").$wrapper.html(findings_html(frm.doc));
}

/** How far a run is that its submission started; `calls` {progress, again, stop (if it can be stopped), draft: what a draft says}. */
export function draw_run(frm, calls) {
	const { doc } = frm;
	const $progress = frm.get_field("progress_html").$wrapper.empty();
	clearTimeout(frm.scan_timer);
	if (doc.docstatus !== 1) {
		$progress.html(`<p class="text-muted">${esc(calls.draft)}</p>`);
		return;
	}
	show_progress(frm, doc);
	if (doc.status !== "completed") ask(frm, calls);
}

async function ask(frm, calls) {
	const data = await frappe.xcall(calls.progress, { name: frm.doc.name });
	if (cur_frm !== frm || data.name !== frm.doc.name) return;
	if (data.status !== frm.doc.status && ["completed", "failed", "stopped"].includes(data.status)) {
		frm.reload_doc();
		return;
	}
	show_progress(frm, data);
	const goes_on = ["queued", "running"].includes(data.status) && data.alive;
	if (goes_on) frm.scan_timer = setTimeout(() => ask(frm, calls), ASK_EVERY);
	if (!frm.perm[0]?.submit) return;
	const call = async (method) => {
		await frappe.xcall(method, { name: frm.doc.name });
		frm.reload_doc();
	};
	if (goes_on && calls.stop) frm.add_custom_button(__("Stop"), () => call(calls.stop));
	else if (!goes_on && data.status !== "completed") frm.add_custom_button(__("Run Again"), () => call(calls.again));
}

function show_progress(frm, data) {
	const share = data.status === "completed" ? 100 : cint(data.progress);
	const words = {
		queued: __("Waits for a worker."),
		running:
			data.alive === false ? __("It was interrupted. Run it again: nothing was written.") : __("Under way. You can leave this page."),
		completed: __("Complete."),
		stopped: __("It was stopped. Nothing of it is kept; run it again to begin anew."),
		failed: __("It stopped. What stopped it stands below; run it again."),
	};
	frm.get_field("progress_html").$wrapper.html(`
		<div class="progress" style="height: 14px" role="progressbar" aria-valuenow="${share}" aria-valuemin="0" aria-valuemax="100"
			aria-label="${esc(__("Progress"))}"><div class="progress-bar bg-success" style="width: ${share}%"></div></div>
		<p class="mt-2">${pill(data.status)} <span class="text-muted">${esc(words[data.status] || "")}</span></p>`);
}

function findings_html(doc) {
	const found = (doc.__onload || {}).found || [];
	if (doc.status !== "completed") return "";
	const told = doc.__onload?.told ? `<p>${esc(doc.__onload.told)}</p>` : "";
	if (!found.length) return empty(__("Nothing rose that chance does not explain.")) + told;
	return `<ul class="cq-findings">${found
		.map((row) => `<li>${pill(row.trend)} ${esc(row.words)} ${row.signal ? record_link("Complaint Signal", row.signal) : ""}</li>`)
		.join("")}</ul>${told}${doc.last_day ? `<p class="text-muted">${esc(__("As of {0}", [date_text(doc.last_day)]))}</p>` : ""}`;
}
