// A back-test of settings: how far it is, the settings side by side, alarms and findings by month, and every finding with who found it when.
import { label, pill } from "../labels";
import { empty, esc } from "../markup";
import { date_text, record_link } from "../words";
import { draw_run } from "./signal";

const API = "complaint_qms.api.signals";
const WIDE = { width: 900, height: 96, labels: 7 };
const NARROW = { width: 340, height: 88, labels: 3 };
const NARROW_BELOW = 560;
const LEFT = 34;
const RIGHT = 8;
const TOP = 20;
const BOTTOM = 20;
const RECORDS = { signal: "Complaint Signal", investigation: "Investigation", capa: "CAPA", root_cause: "Root Cause" };
const DAYS_A_WEEK = 7;

/** The form of a back-test. */
export function draw_back_test(frm) {
	const { doc } = frm;
	if (frm.is_new()) return suggest_settings(frm);
	draw_run(frm, {
		progress: `${API}.back_test_progress`,
		again: `${API}.run_back_test_again`,
		stop: `${API}.stop_back_test`,
		draft: __(
			"Submit it to start. It goes over the past in the background, scan by scan, and changes no signal; what it rests on does not change any more."
		),
	});
	if (doc.docstatus !== 1 || doc.status !== "completed") return;
	const shown = (doc.__onload || {}).found || {};
	draw_result(frm, shown);
}

/** What is worth comparing first: the rule, and the fixed threshold that the site has. */
async function suggest_settings(frm) {
	if ((frm.doc.tried || []).some((row) => row.setting_name || row.method)) return;
	const settings = await frappe.db.get_doc("Complaint QMS Settings").catch(() => null);
	if (!frm.is_new() || (frm.doc.tried || []).some((row) => row.setting_name || row.method)) return;
	frm.clear_table("tried");
	frm.add_child("tried", { setting_name: __("By the Rule") });
	const fixed = ((settings && settings.thresholds) || []).find((row) => row.measure === "complaints" && row.by !== "supplier_lot");
	if (fixed) {
		const weeks = Math.max(1, Math.round(fixed.days / DAYS_A_WEEK));
		const setting_name = __("{0} in {1} weeks", [fixed.at_least, weeks]);
		frm.add_child("tried", { setting_name, method: "threshold", threshold_count: fixed.at_least, threshold_weeks: weeks });
	}
	frm.refresh_field("tried");
}

function draw_result(frm, shown) {
	const { doc } = frm;
	const state = { at: null, verdict: null, month: null };
	const show = (chosen) => {
		Object.assign(state, { at: null, verdict: null, month: null }, chosen);
		draw_found(frm, shown, state);
		if (chosen) frm.get_field("found_html").$wrapper[0].scrollIntoView({ behavior: "smooth", block: "start" });
	};
	const $result = frm.get_field("result_html").$wrapper.html(table_html(doc, shown));
	$result.find("[data-show]").on("click", (event) => {
		event.preventDefault();
		const { at, verdict } = event.currentTarget.dataset;
		show({ at: cint(at), verdict: verdict || null });
	});
	$result.find("[data-adopt]").on("click", (event) => adopt(frm, doc.tried[cint(event.currentTarget.dataset.adopt)]));
	$result.find("[data-use-last]").on("click", () => use_last_again(frm, shown.in_use));
	const $chart = frm.get_field("chart_html").$wrapper.html(charts_html(shown, frm.get_field("chart_html").$wrapper.width()));
	$chart.find("[data-month]").on("click", (event) => {
		const { at, month } = event.currentTarget.dataset;
		show({ at: cint(at), month });
	});
	show();
}

const figure_text = (value, digits = 0) => format_number(value || 0, null, digits);

/** One line of the comparison: its name, what it means, and the figure of a setting, which leads to the findings behind it. */
function lines(doc) {
	const some = doc.tried.some((row) => row.confirmed);
	const known = (row, text) => (row.confirmed ? text : "–");
	return [
		[
			__("Alarms a Month"),
			__("Of one series in one week; one that goes on in the next week counts once."),
			(row) => figure_text(row.alarms_a_month, 1),
		],
		[__("Findings a Month"), __("Alarms that share their complaints are one finding."), (row) => figure_text(row.findings_a_month, 2)],
		[__("Findings", null, "Signal Back-test"), "", (row) => figure_text(row.findings), ""],
		[
			__("Confirmed Findings"),
			__("An investigation, a CAPA or verified root causes followed, or somebody marked it."),
			(row) => figure_text(row.confirmed),
			"confirmed",
		],
		[
			__("Findings Not Confirmed"),
			__("Dismissed, investigated and not confirmed, or marked so."),
			(row) => figure_text(row.not_confirmed),
			"not_confirmed",
		],
		[__("Confirmed of Those Decided"), "", (row) => (row.confirmed || row.not_confirmed ? `${figure_text(row.confirmed_share)} %` : "–")],
		[
			__("Found of All Confirmed"),
			__("Of the confirmed findings of all settings together."),
			(row) => (some ? `${figure_text(row.found_share)} %` : "–"),
		],
		[
			__("Delay in Weeks"),
			__("From the first week of a confirmed finding to the scan that told of it; the middle one of all."),
			(row) => known(row, figure_text(row.delay_weeks, 1)),
			"confirmed",
		],
		[
			__("Complaints by the Alarm"),
			__("How many complaints a confirmed finding had when it was told; the middle one of all."),
			(row) => known(row, figure_text(row.complaints_at_alarm, 1)),
			"confirmed",
		],
		[
			__("False Alarms a Year"),
			__(
				"Series in which neither a setting nor the rule found anything, with their weeks in another order; scaled to all series of the setting."
			),
			(row) => (row.quiet_series ? figure_text(row.false_alarms_a_year, 1) : "–"),
		],
	];
}

function table_html(doc, shown) {
	const heads = doc.tried.map((row) => `<th scope="col">${esc(row.setting_name)}</th>`).join("");
	const cell_html = (row, at, figure, verdict) => {
		const text = esc(figure(row));
		if (verdict === undefined || text === "–") return `<td>${text}</td>`;
		return `<td><a href="#" data-show data-at="${at}" data-verdict="${esc(verdict)}">${text}</a></td>`;
	};
	const body = lines(doc)
		.map(
			([name, meaning, figure, verdict]) =>
				`<tr><th scope="row">${esc(name)}${meaning ? `<span class="cq-meaning">${esc(meaning)}</span>` : ""}</th>${doc.tried
					.map((row, at) => cell_html(row, at, figure, verdict))
					.join("")}</tr>`
		)
		.join("");
	const may = frappe.user.has_role("Quality Manager");
	const buttons = doc.tried.map((row, at) => {
		if (shown.in_use === row.setting_name) {
			const back = `<button type="button" class="btn btn-xs btn-default" data-use-last>${esc(__("Use the Choices of the Last Scan"))}</button>`;
			return `<td>${pill("in_use", __("In Use"), "green")} ${may ? back : ""}</td>`;
		}
		const before = doc.adopted_setting === row.setting_name ? pill("adopted", __("Adopted Before"), "gray") : "";
		const button = `<button type="button" class="btn btn-xs btn-default" data-adopt="${at}">${esc(__("Adopt"))}</button>`;
		return `<td>${before} ${may ? button : ""}</td>`;
	});
	const adopted =
		may || doc.adopted_setting
			? `<tr><th scope="row">${esc(__("Scheduled Scans of {0}", [doc.company]))}</th>${buttons.join("")}</tr>`
			: "";
	const more = shown.more ? `<p class="text-muted">${esc(__("{0} more findings are not kept.", [shown.more]))}</p>` : "";
	const said = __(
		"{0} to {1}, {2} scans of each setting. Each knows what was known on its day alone, but for this: complaints count as what they name today, without those that have become a duplicate, void or rejected since; customers are in their group of today; deliveries that were entered late count, also for whether units of a batch are known.",
		[date_text(doc.judged_from), date_text(doc.last_day), doc.scans_walked]
	);
	return `<p class="text-muted">${esc(said)}</p><div class="cq-compared"><table><thead><tr><td></td>${heads}</tr></thead><tbody>${body}${adopted}</tbody></table></div>${more}`;
}

/** A band for each setting, all on one scale: bars are alarms of a month, dots with a number its findings. */
function charts_html(shown, room) {
	const { months = [], settings = [] } = shown;
	if (!months.length) return "";
	const shape = Math.min(room || window.innerWidth, window.innerWidth) < NARROW_BELOW ? NARROW : WIDE;
	const most = Math.max(1, ...settings.flatMap((one) => one.alarms));
	const bands = settings.map(
		(one, at) => `<figure class="cq-band"><figcaption>${esc(one.name)}</figcaption>${band_html(one, at, months, most, shape)}</figure>`
	);
	return `<div class="cq-signal-chart cq-bands">${bands.join("")}<p class="cq-signal-legend text-muted">
		<span><i class="cq-key is-usual"></i>${esc(__("Alarms of a month"))}</span>
		<span><i class="cq-key is-alarm">●</i>${esc(__("Findings of a month, with their number"))}</span></p></div>`;
}

function band_html(one, at, months, most, shape) {
	const step = (shape.width - LEFT - RIGHT) / months.length;
	const x = (place) => LEFT + place * step;
	const y = (value) => TOP + (shape.height - TOP - BOTTOM) * (1 - value / most);
	const bars = months
		.map((month, place) => {
			const [alarms, findings] = [one.alarms[place], one.findings[place]];
			const said = [month_name(month), __("{0} alarms", [alarms]), __("{0} findings", [findings])].join(" · ");
			const middle = x(place) + step / 2;
			const dot = findings
				? `<g class="cq-month-found" data-month="${esc(month)}" data-at="${at}" role="button" tabindex="0" aria-label="${esc(said)}"><circle cx="${middle}" cy="10" r="8"/>
					<text x="${middle}" y="14" text-anchor="middle">${cint(findings)}</text></g>`
				: "";
			return `<g><title>${esc(said)}</title><rect class="cq-signal-bar" x="${x(place) + step * 0.15}" y="${y(alarms)}" width="${Math.max(step * 0.7, 1)}"
				height="${Math.max(y(0) - y(alarms), 0)}"/>${dot}</g>`;
		})
		.join("");
	return `<svg viewBox="0 0 ${shape.width} ${shape.height}" role="img" aria-label="${esc(__("Alarms and findings by month"))}">
		<line class="cq-signal-grid" x1="${LEFT}" x2="${shape.width - RIGHT}" y1="${y(0)}" y2="${y(0)}"/>
		<text class="cq-signal-scale" x="${LEFT - 6}" y="${y(0) + 4}" text-anchor="end">0</text>
		<text class="cq-signal-scale" x="${LEFT - 6}" y="${y(most) + 6}" text-anchor="end">${cint(most)}</text>${bars}${month_names_html(months, x, step, shape)}</svg>`;
}

/** A month as 2026-03, in the reader's words. */
function month_name(month) {
	const [year, number] = month.split("-").map(Number);
	const language = (frappe.boot.lang || "en").replace("_", "-");
	return new Intl.DateTimeFormat(language, { month: "short", year: "numeric" }).format(new Date(year, number - 1, 1));
}

/** As many months as there is room for, the first and the last among them, none of them cut at an edge. */
function month_names_html(months, x, step, shape) {
	const last = months.length - 1;
	const gaps = Math.max(1, Math.min(shape.labels - 1, last));
	return [...new Set([...Array(gaps + 1).keys()].map((at) => Math.round((at * last) / gaps)))]
		.map((at) => {
			const anchor = at === 0 ? "start" : at === last ? "end" : "middle";
			const place = at === 0 ? LEFT : at === last ? shape.width - RIGHT : x(at) + step / 2;
			return `<text class="cq-signal-week" x="${place}" y="${shape.height - 5}" text-anchor="${anchor}">${esc(month_name(months[at]))}</text>`;
		})
		.join("");
}

function draw_found(frm, shown, state) {
	const { doc } = frm;
	const { at, verdict, month } = state;
	const is_shown = (row) => {
		if (at === null) return true;
		const told = row.told[at];
		if (!told || told.before) return false;
		return (!verdict || row.verdict === verdict) && (!month || told.day.startsWith(month));
	};
	const rows = (shown.found || []).filter(is_shown);
	const only = [at !== null && doc.tried[at]?.setting_name, verdict && label(verdict), month && month_name(month)].filter(Boolean);
	const head = only.length ? `<p>${esc(only.join(" · "))} <a href="#" data-all>${esc(__("Show All Findings"))}</a></p>` : "";
	const list = rows.length ? `<ul class="cq-found">${rows.map((row) => found_html(doc, row)).join("")}</ul>` : empty(__("No findings."));
	const $found = frm.get_field("found_html").$wrapper.html(`${head}${list}`);
	$found.find("[data-all]").on("click", (event) => {
		event.preventDefault();
		draw_found(frm, shown, { at: null, verdict: null, month: null });
	});
	$found.find("[data-listed]").on("click", (event) => {
		event.preventDefault();
		const row = shown.found.find((one) => one.row === event.currentTarget.dataset.listed);
		frappe.set_route("List", "Complaint", row.listed);
	});
	$found.find("[data-mark]").on("click", async (event) => {
		const { mark, row } = event.currentTarget.dataset;
		await frappe.xcall(`${API}.mark_finding`, { name: doc.name, row, verdict: mark });
		await frm.reload_doc();
	});
}

function found_html(doc, row) {
	const told_html = doc.tried
		.map((setting, at) => `<li><b>${esc(setting.setting_name)}</b>: ${esc(told_words(row.told[at]))}</li>`)
		.join("");
	const record = RECORDS[row.because];
	const why = row.verdict
		? ` <span class="text-muted">${row.because === "marked" ? esc(__("Marked by {0}", [frappe.user.full_name(row.marked_by)])) : record ? `${esc(__(record))} ${record_link(record, row.because_of)}` : ""}</span>`
		: ` <span class="text-muted">${esc(__("Not decided"))}</span>`;
	const mark = (verdict, text) =>
		row.verdict === verdict && row.because === "marked"
			? ""
			: `<button type="button" class="btn btn-xs btn-default" data-mark="${esc(verdict)}" data-row="${esc(row.row)}">${esc(text)}</button>`;
	const marks = frappe.user.has_role("Quality Manager")
		? `<span class="cq-marks">${mark("confirmed", __("It Was Real"))}${mark("not_confirmed", __("It Was Not"))}${row.because === "marked" ? mark("", __("As Decided")) : ""}</span>`
		: "";
	return `<li class="cq-found-row"><div><b>${esc(row.title)}</b> ${row.verdict ? pill(row.verdict) : ""}${why}</div>
		<div>${esc(row.words || figures_words(row))}</div><div><a href="#" data-listed="${esc(row.row)}">${esc(__("Show the {0} complaints", [row.observed]))}</a>
		<span class="text-muted">${esc(__("{0} to {1}", [date_text(row.since), date_text(row.until)], "Complaint"))}</span></div>
		<ul class="cq-when-told">${told_html}</ul>${marks}</li>`;
}

/** Of a rise that is over and no scan tells of any more. */
const figures_words = (row) => [__("{0} complaints", [row.observed]), __("{0} expected", [figure_text(row.expected, 1)])].join(" · ");

function told_words(told) {
	if (!told) return __("not found");
	if (told.before) return __("known before");
	return __("{0}, after {1} weeks, at {2} complaints", [date_text(told.day), told.weeks, told.observed]);
}

function adopt(frm, row) {
	const { doc } = frm;
	frappe.confirm(
		__(
			"The scheduled scans of {0} run with “{1}” from now on. The setting that they have now stays in the list of Complaint QMS Settings.",
			[esc(doc.company), esc(row.setting_name)]
		),
		async () => {
			await frappe.xcall(`${API}.adopt_setting`, { name: doc.name, row: row.name });
			frappe.show_alert({ message: __("Adopted"), indicator: "green" });
			await frm.reload_doc();
		}
	);
}

function use_last_again(frm, setting) {
	const { company } = frm.doc;
	frappe.confirm(
		__(
			"The scheduled scans of {0} run with the choices of its last scan again, as before any setting was adopted. “{1}” stays in the list of Complaint QMS Settings.",
			[esc(company), esc(setting)]
		),
		async () => {
			await frappe.xcall(`${API}.use_last_again`, { company });
			frappe.show_alert({ message: __("The choices of the last scan are used again."), indicator: "green" });
			await frm.reload_doc();
		}
	);
}
