// Ishikawa diagram: six bones onto one spine, drawn from the rows of the table. Every word is shown: text is measured and wrapped,
// and the bones grow with what hangs on them. On a phone the same is a list, bone by bone.
import { label } from "../labels";
import { empty, esc } from "../markup";

const BRANCHES = ["man", "machine", "material", "method", "measurement", "environment"];
const WIDTH = 1040;
const HEAD = 200;
const STEP = (WIDTH - HEAD - 30) / 3;
const SLANT = 60;
const LINE = 16;
const GAP = 6; // between one cause and the next
const TEXT = 196;
const INDENT = 14;
const TWIG = 20;
const EFFECT = HEAD - 48;
const NARROW_BELOW = 560;
// A no-break space: the mark stays with the last word.
const MARKS = { high: "\u00a0●", medium: "\u00a0◐" };

export function draw_ishikawa($parent, rows, effect) {
	const told = (rows || []).filter((row) => row.cause);
	if (!told.length) {
		$parent.html(
			empty(__("Add causes to the table above: each lands on its bone. Mark how likely each is, and the picture shows where to dig."))
		);
		return;
	}
	const room = $parent.width() || window.innerWidth; // a hidden tab has no width yet
	const narrow = Math.min(room, window.innerWidth) < NARROW_BELOW;
	$parent.html(narrow ? list_html(told, effect) : `<div class="cq-scroll">${svg(told, effect)}</div>`);
}

function list_html(rows, effect) {
	const branches = BRANCHES.map((key) => [key, rows.filter((row) => row.category === key)]).filter(([, causes]) => causes.length);
	return `<div class="cq-bones"><p class="cq-bones-effect">${esc(effect || __("Effect"))}</p>${branches
		.map(([key, causes]) => `<h6>${esc(label(key))}</h6><ul>${causes.map(cause_html).join("")}</ul>`)
		.join("")}</div>`;
}

function cause_html(row) {
	const likely = row.likely ? `<span class="text-muted"> · ${esc(label(row.likely))}</span>` : "";
	const sub = row.sub_cause ? `<div class="text-muted">${esc(row.sub_cause)}</div>` : "";
	return `<li class="is-${esc(row.likely || "none")}">${esc(row.cause)}${MARKS[row.likely] || ""}${likely}${sub}</li>`;
}

function svg(rows, effect) {
	const blocks = Object.fromEntries(BRANCHES.map((key) => [key, blocks_of(rows.filter((row) => row.category === key))]));
	const tall = Math.max(3 * (LINE + GAP), ...BRANCHES.map((key) => height_of(blocks[key])));
	const words = wrap(effect || __("Effect"), EFFECT, measure_with(13));
	const bone = Math.max(tall + 30, (words.length * 18 + 28) / 2);
	const middle = bone + 30;
	const parts = [
		`<line class="cq-bone is-spine" x1="16" y1="${middle}" x2="${WIDTH - HEAD}" y2="${middle}"/>`,
		`<path class="cq-bone-head" d="M${WIDTH - HEAD} ${middle - 7} l12 7 l-12 7 z"/>`,
		head_html(words, middle),
		...BRANCHES.map((key, at) => branch(key, blocks[key], 30 + STEP * ((at % 3) + 1), middle, at < 3 ? -1 : 1, bone)),
	];
	return `<svg class="cq-ishikawa" viewBox="0 0 ${WIDTH} ${2 * middle}" style="min-width:720px" role="img" aria-label="${esc(
		__("Ishikawa diagram")
	)}">${parts.join("")}</svg>`;
}

/** What hangs on a bone: each cause and sub-cause as its lines. */
function blocks_of(rows) {
	const measure = measure_with(12.5);
	const block = (text, likely, sub) => {
		const indent = sub ? INDENT : 0;
		return { text, likely, sub, indent, lines: wrap(text + (MARKS[likely] || ""), TEXT - indent, measure) };
	};
	return rows.flatMap((row) => [block(row.cause, row.likely || "", false), ...(row.sub_cause ? [block(row.sub_cause, "", true)] : [])]);
}

const height_of = (blocks) => blocks.reduce((height, { lines }) => height + lines.length * LINE + GAP, 0);

function branch(key, blocks, foot, middle, side, bone) {
	const [tip_x, tip_y] = [foot - SLANT, middle + side * bone];
	const bone_x = (y) => foot - (SLANT * (y - middle)) / (tip_y - middle);
	const parts = [
		`<line class="cq-bone ${blocks.length ? "" : "is-empty"}" x1="${foot}" y1="${middle}" x2="${tip_x}" y2="${tip_y}"/>`,
		`<text class="cq-bone-name" x="${tip_x}" y="${tip_y + (side < 0 ? -8 : 18)}" text-anchor="middle">${esc(label(key))}</text>`,
	];
	let y = side < 0 ? tip_y + 20 : middle + 22;
	for (const block of blocks) {
		const last = y + (block.lines.length - 1) * LINE;
		// Below the spine a bone leans towards its text: the last line is nearest.
		const x = Math.min(bone_x(y), bone_x(last)) - TWIG;
		parts.push(block_html(block, x, y, bone_x(y - 4)));
		y = last + LINE + GAP;
	}
	return parts.join("");
}

function block_html({ text, likely, sub, indent, lines }, x, y, bone) {
	const twig = sub ? "" : `<line class="cq-twig" x1="${bone}" y1="${y - 4}" x2="${x + 3}" y2="${y - 4}"/>`;
	const told = text + (likely ? ` (${label(likely)})` : "");
	return `<g class="cq-cause is-${esc(likely || "none")} ${sub ? "is-sub" : ""}"><title>${esc(told)}</title>${twig}
		<text text-anchor="end">${lines
			.map((line, at) => `<tspan x="${x - indent}" y="${y + at * LINE}">${esc(line)}</tspan>`)
			.join("")}</text></g>`;
}

function head_html(words, middle) {
	const x = WIDTH - HEAD + 14;
	const height = words.length * 18 + 20;
	return `<rect class="cq-effect" x="${x}" y="${middle - height / 2}" width="${HEAD - 20}" height="${height}" rx="8"/>
		<text class="cq-effect-text">${words
			.map((line, at) => `<tspan x="${x + 12}" y="${middle - height / 2 + 24 + at * 18}">${esc(line)}</tspan>`)
			.join("")}</text>`;
}

/** Width of text in the desk's font, as bold as it gets in the picture. */
function measure_with(size) {
	const context = document.createElement("canvas").getContext("2d");
	context.font = `600 ${size}px ${getComputedStyle(document.body).fontFamily}`;
	return (text) => context.measureText(text).width;
}

/** Break text into lines of a width, between words where that goes; long words and text without spaces break anywhere. */
function wrap(text, width, measure) {
	const lines = [];
	let line = "";
	const add = (piece) => {
		if (line && measure(line + piece) > width) {
			lines.push(line);
			line = piece.trimStart();
		} else {
			line += piece;
		}
	};
	for (const word of String(text)
		.trim()
		.split(/[ \t\r\n]+/)) {
		const spaced = line ? ` ${word}` : word;
		if (measure(word) <= width) {
			add(spaced);
			continue;
		}
		for (const letter of spaced) add(letter);
	}
	if (line) lines.push(line);
	return lines;
}
