// Did it help? Complaint rates before and after, and the ratio with its interval on a line.
import { label, pill } from "../labels";
import { empty, esc } from "../markup";
import { date_text } from "../words";

// The drawing keeps its letters readable by being drawn narrower on a phone, not by being shrunk.
const WIDE = 520;
const NARROW = 300;

export function draw_before_after($parent, doc) {
	if (!doc.computed_at) {
		$parent.html(empty(waiting_words(doc)));
		return;
	}
	const before = rate(doc.before_count, doc.before_exposure);
	const after = rate(doc.after_count, doc.after_exposure);
	$parent.html(`<div class="cq-effect-panel">
		<div class="cq-effect-bars">${bars(doc, before, after)}</div>
		<div class="cq-effect-ratio">${ratio(doc)}</div>
		${so_far_html(doc)}
		<p class="cq-effect-words">${pill(doc.verdict)} ${esc(doc.__onload?.verdict_reason || doc.verdict_reason || "")}</p></div>`);
}

// Computed while the window was running: how things stand, not yet how they ended.
function so_far_html(doc) {
	if (doc.computed_at.slice(0, 10) > doc.window_end) return "";
	return `<p class="cq-effect-so-far text-muted">${esc(
		__("So far. The window runs until {0}; what is computed after it counts.", [date_text(doc.window_end)])
	)}</p>`;
}

function waiting_words(doc) {
	if (doc.window_end) {
		return __("The window runs until {0}. Then the complaints before and after are compared here.", [date_text(doc.window_end)]);
	}
	return __(
		"When the actions are verified, a window opens. At its end, complaints before and after are compared here, per unit delivered."
	);
}

const rate = (count, exposure) => (exposure > 0 ? (1000 * (count || 0)) / exposure : null);

function bars(doc, before, after) {
	const most = Math.max(before || 0, after || 0) || 1;
	const one = (name, value, count, exposure, tone) => `<div class="cq-rate tone-${tone}">
		<span class="cq-rate-name">${esc(name)}</span>
		<span class="cq-rate-track"><span style="width:${value === null ? 0 : Math.max(1, (100 * value) / most)}%"></span></span>
		<span class="cq-rate-value">${value === null ? "–" : esc(format_number(value, null, 2))}</span>
		<span class="cq-rate-note">${esc(__("{0} complaints, {1} units", [cint(count), format_number(exposure || 0, null, 0)]))}</span></div>`;
	return `<p class="text-muted">${esc(__("Complaints per 1,000 units delivered"))}</p>
		${one(__("Before", null, "CAPA"), before, doc.before_count, doc.before_exposure, "gray")}
		${one(__("After", null, "CAPA"), after, doc.after_count, doc.after_exposure, doc.verdict === "effective" ? "green" : "orange")}`;
}

// Ratio axis is logarithmic: half and double lie equally far from "no change".
function ratio(doc) {
	const width = window.innerWidth < 768 ? NARROW : WIDE;
	const { rate_ratio: point, rate_ratio_low: low, rate_ratio_high: high } = doc;
	if (!(high > 0)) return "";
	const goal = doc.metric === "complaint_rate" ? doc.max_rate_ratio : 0;
	const shown = [low, high, point, goal, 1].filter((value) => value > 0);
	const least = Math.min(0.1, ...shown) / 1.2;
	const most = Math.max(2, Math.min(50, ...[Math.max(...shown)])) * 1.2;
	const x = (value) =>
		20 + ((width - 40) * (Math.log(Math.min(most, Math.max(least, value))) - Math.log(least))) / (Math.log(most) - Math.log(least));
	const mark = (value, word, kind) =>
		`<line class="cq-ratio-${kind}" x1="${x(value)}" y1="18" x2="${x(value)}" y2="62"/><text x="${x(value)}" y="${
			kind === "goal" ? 12 : 78
		}" text-anchor="middle">${esc(word)}</text>`;
	return `<p class="text-muted">${esc(
		__("Rate after ÷ before, with its {0} % interval: {1} ({2} to {3})", [
			doc.confidence || 95,
			format_number(point || 0, null, 2),
			format_number(low || 0, null, 2),
			format_number(high, null, 2),
		])
	)}</p><svg viewBox="0 0 ${width} 84" class="cq-ratio" role="img" aria-label="${esc(label(doc.verdict))}">
		<line class="cq-ratio-axis" x1="20" y1="40" x2="${width - 20}" y2="40"/>
		${mark(1, __("no change"), "one")}
		${goal > 0 ? mark(goal, __("goal {0}", [format_number(goal, null, 2)]), "goal") : ""}
		<line class="cq-ratio-interval" x1="${x(low > 0 ? low : least)}" y1="40" x2="${x(high)}" y2="40"/>
		<circle class="cq-ratio-point" cx="${x(point > 0 ? point : least)}" cy="40" r="6"/></svg>`;
}
