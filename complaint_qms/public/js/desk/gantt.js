// Actions of a plan on a time line: from start to due, with today, owner and state in words.
import { color, label } from "../labels";
import { empty, esc } from "../markup";
import { date_text, day_text } from "../words";

const TOP = 26;
// Names stand before their bars; on a phone above them, so that nothing has to be scrolled sideways to be read.
const WIDE = { width: 960, names: 300, row: 34, bar: 5, letters: 44, days: 1 };
const NARROW = { width: 360, names: 0, row: 58, bar: 32, letters: 50, days: 2.5 };
const NARROW_BELOW = 560;
const DAY = 86400000;

const day = (text) => new Date(`${text}T00:00:00Z`).getTime();

export function draw_gantt($parent, actions, today) {
	const rows = (actions || []).filter((row) => row.due_date);
	if (!rows.length) {
		$parent.html(empty(__("No dated action yet. Add actions with an owner and a due date: they appear here on a time line.")));
		return;
	}
	const room = $parent.width() || window.innerWidth; // a hidden tab has no width yet
	$parent.html(`<div class="cq-scroll">${svg(rows, today, Math.min(room, window.innerWidth) < NARROW_BELOW ? NARROW : WIDE)}</div>`);
}

function svg(rows, today, shape) {
	const spans = rows.map((row) => span_of(row, today));
	const first = Math.min(day(today), ...spans.map((span) => span.from)) - 2 * DAY;
	const last = Math.max(day(today), ...spans.map((span) => span.to)) + 3 * DAY;
	const x = (moment) => shape.names + ((shape.width - shape.names - 16) * (moment - first)) / (last - first);
	const height = TOP + rows.length * shape.row + 8;
	return `<svg class="cq-gantt" viewBox="0 0 ${shape.width} ${height}" style="min-width:${shape.names ? 680 : 0}px" role="img" aria-label="${esc(
		__("Actions on a time line")
	)}">${ticks(first, last, day(today), x, height, shape)}${spans.map((span, at) => bar(span, at, x, shape)).join("")}
		<line class="cq-today" x1="${x(day(today))}" y1="${TOP - 6}" x2="${x(day(today))}" y2="${height}"/>
		<text class="cq-today-word" x="${x(day(today))}" y="12" text-anchor="middle">${esc(__("today"))}</text></svg>`;
}

function span_of(row, today) {
	const to = day(row.done_on || row.due_date);
	const from = row.start_date ? day(row.start_date) : Math.min(to, day(row.due_date)) - 7 * DAY;
	const late = !["done", "cancelled"].includes(row.status) && row.due_date < today;
	return { row, from: Math.min(from, to), to: to + DAY, late };
}

function ticks(first, last, today, x, height, shape) {
	const days = (shape.days * (last - first)) / DAY;
	const every = days > 400 ? 90 : days > 150 ? 30 : days > 40 ? 14 : days > 14 ? 7 : 2;
	const parts = [];
	for (let at = first + DAY; at < last; at += every * DAY) {
		// Near today the word "today" stands instead.
		if (Math.abs(x(at) - x(today)) < 44) continue;
		const iso = new Date(at).toISOString().slice(0, 10);
		parts.push(`<line class="cq-tick-line" x1="${x(at)}" y1="${TOP - 4}" x2="${x(at)}" y2="${height}"/>
			<text class="cq-tick-word" x="${x(at) + 3}" y="${TOP - 8}">${esc(day_text(iso))}</text>`);
	}
	return parts.join("");
}

function bar({ row, from, to, late }, at, x, shape) {
	const y = TOP + at * shape.row;
	const tone = late ? "red" : color(row.status || "open");
	const state = late ? __("overdue") : label(row.status || "open");
	const who = frappe.user.full_name(row.action_owner) || row.action_owner || __("nobody yet");
	const width = Math.max(6, x(to) - x(from));
	const text = (row.action || "").replace(/\s+/g, " ");
	const title = [text, label(row.action_type), who, __("due {0}", [date_text(row.due_date)]), state].join("\n");
	return `<g class="cq-bar tone-${tone} ${row.status === "cancelled" ? "is-cancelled" : ""}"><title>${esc(title)}</title>
		<text class="cq-bar-name" x="0" y="${y + 14}">${esc(text.length > shape.letters ? `${text.slice(0, shape.letters - 1)}…` : text)}</text>
		<text class="cq-bar-note" x="0" y="${y + 27}">${esc([who, state].filter(Boolean).join(" · "))}</text>
		<rect x="${x(from)}" y="${y + shape.bar}" width="${width}" height="18" rx="5"/></g>`;
}
