// A series week by week: what came, what was expected, from where on it is an alarm, and which weeks were. Colour never says it alone:
// an alarm has a mark above its bar, the limit is a broken line, the expectation a whole one.
import { esc } from "../markup";

const WIDE = { width: 900, height: 260, labels: 8 };
const NARROW = { width: 360, height: 240, labels: 3 };
const NARROW_BELOW = 560;
const LEFT = 34;
const RIGHT = 10;
const TOP = 22;
const BOTTOM = 26;
const LIMIT_SHOWN = 2;

/** Draw a chart {weeks, labels, observed, expected, limit, marked, first, last, spells, added_up} of the signal `doc` into `$parent`. */
export function draw_signal_chart($parent, chart, doc = {}) {
	if (!chart || !chart.weeks.length) {
		$parent.empty();
		return;
	}
	const room = $parent.width() || window.innerWidth;
	const shape = Math.min(room, window.innerWidth) < NARROW_BELOW ? NARROW : WIDE;
	const drawn = lines_of(chart);
	$parent.html(
		`<div class="cq-signal-chart">${svg(chart, drawn, shape)}${legend_html(chart, drawn)}${remarks_html(chart, drawn, doc)}</div>`
	);
}

/** What is drawn beside the bars: {came, limit, expected}; null for a line that would say nothing. */
function lines_of(chart) {
	const known = chart.expected.filter((value) => value !== null);
	const came = Math.max(1, ...chart.observed, ...known);
	// A limit far above everything that came (little was known yet) would press all of it flat: it is left out of the drawing.
	const limit = (chart.limit || []).map((value) => (value === null || value > LIMIT_SHOWN * came ? null : value));
	return {
		came,
		limit: limit.some((value) => value !== null) ? limit : null,
		expected: known.some((value) => value > 0) ? chart.expected : null,
	};
}

function svg(chart, drawn, shape) {
	const count = chart.weeks.length;
	const most = nice(Math.max(drawn.came, ...(drawn.limit || [])));
	const step = (shape.width - LEFT - RIGHT) / count;
	const x = (at) => LEFT + at * step;
	const y = (value) => TOP + (shape.height - TOP - BOTTOM) * (1 - Math.min(value, most) / most);
	const marked = new Set(chart.marked);
	const spells = chart.spells ?? [[chart.first, chart.last]];
	const bars = chart.observed
		.map((value, at) => {
			const alarm = marked.has(at);
			const inside = spells.some(([first, last]) => at >= first && at <= last);
			const tone = alarm ? "is-alarm" : inside ? "is-inside" : "";
			const mark = alarm ? `<text class="cq-signal-mark" x="${x(at) + step / 2}" y="${y(value) - 4}" text-anchor="middle">▲</text>` : "";
			return `<g><title>${esc(bar_words(chart, at, alarm))}</title><rect class="cq-signal-bar ${tone}" x="${x(at) + step * 0.12}" y="${y(value)}"
				width="${Math.max(step * 0.76, 1)}" height="${Math.max(y(0) - y(value), 0)}"/>${mark}</g>`;
		})
		.join("");
	const named = chart.added_up ? __("Complaints added up by week") : __("Complaints by week");
	return `<svg viewBox="0 0 ${shape.width} ${shape.height}" role="img" aria-label="${esc(named)}">
		${scale_html(most, y, shape)}${bars}
		${drawn.expected ? `<path class="cq-signal-expected" d="${path_html(drawn.expected, x, y)}"/>` : ""}
		${drawn.limit ? `<path class="cq-signal-limit" d="${path_html(drawn.limit, x, y)}"/>` : ""}
		${week_names_html(chart, x, step, shape)}</svg>`;
}

/** A line with steps, broken where nothing is known. */
function path_html(values, x, y) {
	let path = "";
	let open = false;
	values.forEach((value, at) => {
		if (value === null) {
			open = false;
			return;
		}
		path += `${open ? "L" : "M"}${x(at)} ${y(value)}H${x(at + 1)}`;
		open = true;
	});
	return path;
}

function scale_html(most, y, shape) {
	const values = most <= 4 ? [...Array(most + 1).keys()] : [0, most / 2, most];
	return values
		.map(
			(value) => `<line class="cq-signal-grid" x1="${LEFT}" x2="${shape.width - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>
		<text class="cq-signal-scale" x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${esc(format_number(value, null, value % 1 ? 1 : 0))}</text>`
		)
		.join("");
}

/** As many weeks as there is room for, the first and the last among them, none of them cut at an edge. */
function week_names_html(chart, x, step, shape) {
	const count = chart.weeks.length;
	const gaps = Math.max(1, Math.min(shape.labels - 1, count - 1));
	const places = [...new Set([...Array(gaps + 1).keys()].map((at) => Math.round((at * (count - 1)) / gaps)))];
	return places
		.map((at) => {
			const anchor = at === 0 ? "start" : at === count - 1 ? "end" : "middle";
			const place = at === 0 ? LEFT : at === count - 1 ? shape.width - RIGHT : x(at) + step / 2;
			return `<text class="cq-signal-week" x="${place}" y="${shape.height - 8}" text-anchor="${anchor}">${esc(chart.labels[at])}</text>`;
		})
		.join("");
}

function bar_words(chart, at, alarm) {
	const said = [chart.labels[at], __("{0} complaints", [chart.observed[at]])];
	if (chart.expected[at] !== null) said.push(__("{0} expected", [format_number(chart.expected[at], null, 1)]));
	const limit = chart.limit && chart.limit[at];
	if (limit) said.push(__("an alarm from {0} on", [limit]));
	if (alarm) said.push(__("alarm"));
	return said.join(" · ");
}

function legend_html(chart, drawn) {
	const alarm = `<span><i class="cq-key is-alarm">▲</i>${esc(__("Week with an alarm"))}</span>`;
	const bars = chart.added_up ? __("Complaints up to a week, added up") : __("Complaints of a week");
	const parts = [
		...(chart.marked.length ? [alarm] : []),
		`<span><i class="cq-key is-inside"></i>${esc(__("Week of the rise"))}</span>`,
		`<span><i class="cq-key is-usual"></i>${esc(bars)}</span>`,
	];
	if (drawn.expected) parts.push(`<span><i class="cq-key is-expected"></i>${esc(__("Expected"))}</span>`);
	if (drawn.limit) parts.push(`<span><i class="cq-key is-limit"></i>${esc(__("Limit"))}</span>`);
	return `<p class="cq-signal-legend text-muted">${parts.join("")}</p>`;
}

/** Why a line is not drawn that a reader looks for, and what is added up. */
function remarks_html(chart, drawn, doc) {
	const said = [];
	if (chart.added_up)
		said.push(__("The batch is looked at every week: complaints, expectation and limit are those of all weeks since it is watched."));
	if (!drawn.expected) {
		const known = chart.expected.some((value) => value !== null);
		said.push(known ? __("None was expected: nothing came before.") : __("What was to be expected is not known."));
	}
	if (!drawn.limit) said.push(no_limit_words(chart, doc));
	return said.length ? `<p class="text-muted">${esc(said.join(" "))}</p>` : "";
}

function no_limit_words(chart, doc) {
	const known = (chart.limit || []).filter((value) => value !== null);
	if (known.length) return __("The limit is not drawn: it lies far above, at {0} complaints.", [Math.min(...known)]);
	if (doc.preset) return __("There is no limit of a week: the plan compares the two periods as a whole.");
	return __("There is no limit of a week: this was not watched by itself, but explains alarms of what was.");
}

/** The next number that a scale ends well with. */
function nice(most) {
	if (most <= 4) return Math.ceil(most);
	const power = 10 ** Math.floor(Math.log10(most));
	return [1, 2, 4, 5, 6, 8, 10].map((one) => one * power).find((value) => value >= most);
}
