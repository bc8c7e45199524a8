// How long after delivery complaints come: the share of units that were complained about by their age, with its interval as a band, and the
// same of all units as a broken line. Every figure also stands in words below.
import { empty, esc } from "../markup";

const WIDE = { width: 900, height: 260, labels: 9 };
const NARROW = { width: 360, height: 240, labels: 4 };
const NARROW_BELOW = 560;
const LEFT = 58;
const RIGHT = 14;
const TOP = 14;
const BOTTOM = 40;

/** Draw {weeks, share, lower, upper, all, told} into `$parent`. */
export function draw_age_curve($parent, data) {
	if (!data.weeks || data.weeks.length < 2) {
		$parent.html(empty(__("Too few complaints name the delivery, the invoice or the batch that they are about.")));
		return;
	}
	const room = $parent.width() || window.innerWidth;
	const shape = Math.min(room, window.innerWidth) < NARROW_BELOW ? NARROW : WIDE;
	$parent.html(
		`<div class="cq-signal-chart">${svg(data, shape)}${legend_html()}</div><ul class="cq-age-words">${words_html(data.told)}</ul>`
	);
}

const words_html = (told) =>
	told
		.map(unbroken)
		.map((text) => `<li>${esc(text)}</li>`)
		.join("");

/** A percent sign stays with its figure. */
const unbroken = (text) => text.replace(/ %/g, "\u00a0%");

function svg(data, shape) {
	const last = data.weeks.length - 1;
	const shown = [...data.share, ...data.upper, ...data.all].filter((value) => value !== null);
	const most = Math.max(...shown) || 1;
	const x = (week) => LEFT + (week * (shape.width - LEFT - RIGHT)) / last;
	const y = (value) => TOP + (shape.height - TOP - BOTTOM) * (1 - value / most);
	const known = data.weeks.filter((week) => data.lower[week] !== null && data.upper[week] !== null);
	const corners = (values, weeks) => weeks.map((week) => `${x(week).toFixed(1)},${y(values[week]).toFixed(1)}`);
	const band = [...corners(data.upper, known), ...corners(data.lower, [...known].reverse())].join(" ");
	return `<svg viewBox="0 0 ${shape.width} ${shape.height}" role="img" aria-label="${esc(__("Units complained about by their age in weeks"))}">
		${scale_html(most, y, shape)}
		<polygon class="cq-age-band" points="${band}"/>
		<polyline class="cq-signal-expected" points="${corners(data.share, data.weeks).join(" ")}"/>
		<polyline class="cq-signal-limit" points="${corners(data.all, data.weeks).join(" ")}"/>
		${week_names_html(last, x, shape)}</svg>`;
}

function scale_html(most, y, shape) {
	const places = most < 0.1 ? 3 : most < 1 ? 2 : 1;
	return [0, most / 2, most]
		.map(
			(value) => `<line class="cq-signal-grid" x1="${LEFT}" x2="${shape.width - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>
		<text class="cq-signal-scale" x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${esc(format_number(value, null, places))} %</text>`
		)
		.join("");
}

function week_names_html(last, x, shape) {
	const gaps = Math.max(1, Math.min(shape.labels - 1, last));
	const weeks = [...new Set([...Array(gaps + 1).keys()].map((at) => Math.round((at * last) / gaps)))];
	const names = weeks
		.map((week) => {
			const anchor = week === 0 ? "start" : week === last ? "end" : "middle";
			return `<text x="${x(week)}" y="${shape.height - 24}" text-anchor="${anchor}">${cint(week)}</text>`;
		})
		.join("");
	const middle = (LEFT + shape.width - RIGHT) / 2;
	return `${names}<text x="${middle}" y="${shape.height - 6}" text-anchor="middle">${esc(__("Weeks since delivery"))}</text>`;
}

function legend_html() {
	return `<p class="cq-signal-legend text-muted">
		<span><i class="cq-key is-expected"></i>${esc(__("Units complained about"))}</span>
		<span><i class="cq-key is-band"></i>${esc(__("95 % interval"))}</span>
		<span><i class="cq-key is-limit"></i>${esc(__("All units of the company"))}</span></p>`;
}
