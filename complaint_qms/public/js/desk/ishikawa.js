// Ishikawa diagram: six bones onto one spine, drawn from the rows of the table.
import { label } from "../labels";
import { empty, esc } from "../markup";

const BRANCHES = ["man", "machine", "material", "method", "measurement", "environment"];
const WIDTH = 960;
const LINE = 17;
const HEAD = 190;
const SLANT = 90;

export function draw_ishikawa($parent, rows, effect) {
	const told = (rows || []).filter((row) => row.cause);
	if (!told.length) {
		$parent.html(
			empty(__("Add causes to the table below: each lands on its bone. Mark how likely each is, and the picture shows where to dig."))
		);
		return;
	}
	$parent.html(`<div class="cq-scroll">${svg(told, effect)}</div>`);
}

function svg(rows, effect) {
	const lines = Object.fromEntries(BRANCHES.map((key) => [key, branch_lines(rows.filter((row) => row.category === key))]));
	const most = Math.max(3, ...BRANCHES.map((key) => lines[key].length));
	const bone = most * LINE + 34;
	const middle = bone + 30;
	const height = 2 * middle;
	const step = (WIDTH - HEAD - 30) / 3;
	const parts = [
		`<line class="cq-bone is-spine" x1="16" y1="${middle}" x2="${WIDTH - HEAD}" y2="${middle}"/>`,
		`<path class="cq-bone-head" d="M${WIDTH - HEAD} ${middle - 7} l12 7 l-12 7 z"/>`,
		head_html(effect, middle),
	];
	BRANCHES.forEach((key, at) => {
		const up = at < 3;
		const foot = 30 + step * (at % 3) + step;
		parts.push(branch(key, lines[key], foot, middle, up ? -1 : 1, bone));
	});
	return `<svg class="cq-ishikawa" viewBox="0 0 ${WIDTH} ${height}" style="min-width:720px" role="img" aria-label="${esc(
		__("Ishikawa diagram")
	)}">${parts.join("")}</svg>`;
}

function branch_lines(rows) {
	const lines = [];
	for (const row of rows) {
		lines.push({ text: row.cause, likely: row.likely || "", sub: false });
		if (row.sub_cause) lines.push({ text: row.sub_cause, likely: "", sub: true });
	}
	return lines;
}

function branch(key, lines, foot, middle, side, bone) {
	const tip_x = foot - SLANT;
	const tip_y = middle + side * bone;
	const parts = [
		`<line class="cq-bone ${lines.length ? "" : "is-empty"}" x1="${foot}" y1="${middle}" x2="${tip_x}" y2="${tip_y}"/>`,
		`<text class="cq-bone-name" x="${tip_x}" y="${tip_y + (side < 0 ? -8 : 18)}" text-anchor="middle">${esc(label(key))}</text>`,
	];
	lines.forEach((line, at) => {
		const y = side < 0 ? tip_y + 20 + at * LINE : middle + 22 + at * LINE;
		const share = (y - middle) / (tip_y - middle);
		const x = foot - SLANT * share - (side < 0 ? 18 : 10);
		const indent = line.sub ? 14 : 0;
		const shown = short(line.text, line.sub ? 26 : 28);
		parts.push(
			`<g class="cq-cause is-${esc(line.likely || "none")} ${line.sub ? "is-sub" : ""}"><title>${esc(
				line.text + (line.likely ? ` (${label(line.likely)})` : "")
			)}</title>`,
			line.sub ? "" : `<line class="cq-twig" x1="${x + 12}" y1="${y - 4}" x2="${x}" y2="${y - 4}"/>`,
			`<text x="${x - 3 - indent}" y="${y}" text-anchor="end">${esc(shown)}${
				line.likely === "high" ? " ●" : line.likely === "medium" ? " ◐" : ""
			}</text></g>`
		);
	});
	return parts.join("");
}

function head_html(effect, middle) {
	const x = WIDTH - HEAD + 14;
	const words = wrap(effect || __("Effect"), 22).slice(0, 5);
	const height = words.length * 18 + 20;
	return `<rect class="cq-effect" x="${x}" y="${middle - height / 2}" width="${HEAD - 20}" height="${height}" rx="8"/>
		<text class="cq-effect-text" x="${x + 12}" y="${middle - height / 2 + 24}">${words
			.map((line, at) => `<tspan x="${x + 12}" dy="${at ? 18 : 0}">${esc(line)}</tspan>`)
			.join("")}</text>`;
}

const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Break text into lines of about `most` characters; text without spaces breaks anywhere. */
function wrap(text, most) {
	const lines = [];
	let line = "";
	for (const word of String(text).split(/\s+/)) {
		let rest = word;
		while (rest.length > most) {
			if (line) lines.push(line);
			line = "";
			lines.push(rest.slice(0, most));
			rest = rest.slice(most);
		}
		if (line && `${line} ${rest}`.length > most) {
			lines.push(line);
			line = rest;
		} else {
			line = line ? `${line} ${rest}` : rest;
		}
	}
	if (line) lines.push(line);
	return lines;
}
