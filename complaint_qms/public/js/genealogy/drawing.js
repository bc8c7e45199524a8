// The picture itself, by Cytoscape with Dagre's layers from left to right: colours of the desk's theme, signs to collapse and expand.
import cytoscape from "cytoscape";
import dagre from "cytoscape-dagre";
import { esc } from "../markup";
import { edge_text, node_lines } from "./labels";
import { routes, text_size } from "./routes";

cytoscape.use(dagre);

const LINE = 16;
const NARROWEST = 84;
const WIDEST = 170;
const MOST_FOR_LINES = 60;
const BADGE = 22;
/** Below it letters are smaller than 8 pixels. */
const READABLE = 0.7;
// What each kind of node looks like; its name stands on it as well.
export const LOOKS = {
	supplier: { shape: "barrel", color: "purple", width: 170 },
	lot: { shape: "round-rectangle", color: "blue", width: 180 },
	process: { shape: "cut-rectangle", color: "gray", width: 150 },
	customer: { shape: "round-rectangle", color: "green", corner: 24, width: 180 },
	customers: { shape: "round-rectangle", color: "green", corner: 24, width: 180 },
	document: { shape: "rectangle", color: "gray", width: 150 },
};
export const look_of = (type) => LOOKS[type] || LOOKS.document;

/** On paper it is the light theme, whatever the desk has. */
const PAPER = { text: "#171717", card: "#ffffff", line: "#8f8f8f", path: "#bd4a00", muted: "#525252", blue: "#0b6bcb", purple: "#7c3aed", gray: "#6b6b6b", green: "#16794c", orange: "#bd4a00", red: "#b52a2a" }; // prettier-ignore

export class Drawing {
	/** @param events {open(node, event), toggle(id), point(node or null), focus(node)} */
	constructor(container, events) {
		this.events = events;
		this.chosen = "";
		this.cy = cytoscape({
			container,
			minZoom: 0.05,
			maxZoom: 2.5,
			autoungrabify: true,
			boxSelectionEnabled: false,
			style: style(theme()),
		});
		this.mind_pointer();
		this.observer = new MutationObserver(() => this.cy.style(style(theme())));
		this.observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
	}

	draw({ nodes, edges }, { keep } = {}) {
		const { cy } = this;
		const seen = keep && cy.getElementById(keep).nonempty() ? cy.getElementById(keep).renderedPosition() : null;
		cy.batch(() => {
			cy.elements().remove();
			cy.add(nodes.map(node_element));
			cy.add(edges.map(edge_element));
		});
		cy.layout({
			name: "dagre",
			rankDir: "LR",
			ranker: nodes.length > 150 ? "tight-tree" : "network-simplex",
			nodeSep: 14,
			edgeSep: 14,
			rankSep: this.room_for_texts(),
			fit: false,
			animate: false,
		}).run();
		this.lead_edges();
		if (seen) this.hold(keep, seen);
		else this.show_first();
	}

	/** Between the columns, as the longest text of an edge and many edges need it. */
	room_for_texts() {
		const widths = this.cy.edges().map((edge) => text_size(edge.data("text")).width);
		const lines = Math.min(widths.length / 4, MOST_FOR_LINES);
		return Math.min(Math.max(NARROWEST, ...widths.map((width) => width + 36)), WIDEST) + lines;
	}

	/** Each edge runs where no other one does. */
	lead_edges() {
		const { cy } = this;
		const nodes = cy.nodes().map((node) => ({ ...node.position(), id: node.id(), width: node.data("width"), height: node.data("height") }));
		const found = routes(
			nodes,
			cy.edges().map((edge) => edge.data())
		);
		cy.batch(() => cy.edges().forEach((edge) => edge.data("route", found.get(edge.id()) || null)));
	}

	/** All of it where it can be read so, else what was asked about in the middle. */
	show_first() {
		const { cy } = this;
		cy.fit(undefined, 24);
		if (cy.zoom() > 1) (cy.zoom(1), cy.center());
		if (cy.zoom() >= READABLE) return;
		cy.zoom(READABLE + 0.15);
		cy.center(cy.nodes("[?is_start]"));
		this.fill();
	}

	/** No room is left beside the picture where there is more of it on the other side. */
	fill() {
		const { cy } = this;
		const { x1, x2, y1, y2 } = cy.elements().renderedBoundingBox();
		const shift = (from, to, room) => {
			if (to - from + 48 <= room) return (room - from - to) / 2;
			return Math.min(24 - from, 0) + Math.max(room - 24 - to, 0);
		};
		cy.panBy({ x: shift(x1, x2, cy.width()), y: shift(y1, y2, cy.height()) });
	}

	fit() {
		this.cy.fit(undefined, 24);
	}

	zoom(by) {
		const { cy } = this;
		cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
	}

	/** Mark a node as the one that keys act on, and have it in sight. */
	focus(id) {
		const { cy } = this;
		cy.nodes(".focused").removeClass("focused");
		const node = cy.getElementById(id).addClass("focused");
		this.chosen = id;
		this.light(id);
		if (node.empty()) return;
		const box = node.renderedBoundingBox();
		if (box.x1 < 0 || box.y1 < 0 || box.x2 > cy.width() || box.y2 > cy.height()) cy.center(node);
		if (cy.zoom() < 0.4) cy.zoom({ level: 0.75, position: node.position() });
	}

	/** What leads to and from a node stands out, the rest fades; of no node, nothing does. */
	light(id) {
		const { cy } = this;
		const node = cy.getElementById(id || "");
		cy.batch(() => {
			cy.elements().removeClass("lit faded");
			if (node.empty()) return;
			node.connectedEdges().addClass("lit");
			cy.elements().not(node.closedNeighborhood()).addClass("faded");
		});
	}

	match(ids) {
		const wanted = new Set(ids);
		this.cy.batch(() => {
			this.cy.nodes().forEach((node) => node.toggleClass("match", wanted.has(node.id())));
		});
	}

	/** The node that an arrow key leads to. */
	next(id, key) {
		const node = this.cy.getElementById(id);
		if (node.empty()) return "";
		const { x, y } = node.position();
		const near = (one) => Math.abs(one.position("y") - y);
		if (key === "ArrowRight" || key === "ArrowLeft") {
			const others = key === "ArrowRight" ? node.outgoers("node") : node.incomers("node");
			const ahead = others.filter((one) => (key === "ArrowRight" ? one.position("x") > x : one.position("x") < x));
			return (ahead.nonempty() ? ahead : others).sort((one, other) => near(one) - near(other))[0]?.id() || "";
		}
		const column = this.cy.nodes().filter((one) => Math.abs(one.position("x") - x) < node.data("width") / 2 && one.id() !== id);
		const there = column.filter((one) => (key === "ArrowDown" ? one.position("y") > y : one.position("y") < y));
		return there.sort((one, other) => near(one) - near(other))[0]?.id() || "";
	}

	/** All of it as a PNG with dark text on white, no larger than a page can use. */
	png() {
		const { cy } = this;
		this.light("");
		cy.style(style(PAPER));
		const image = cy.png({ full: true, bg: "#ffffff", scale: 2, maxWidth: 5000, maxHeight: 3500 });
		cy.style(style(theme()));
		this.light(this.chosen);
		return image;
	}

	resize() {
		this.cy.resize();
	}

	destroy() {
		this.observer.disconnect();
		this.cy.destroy();
	}

	hold(id, seen) {
		const { cy } = this;
		const now = cy.getElementById(id).renderedPosition();
		if (now) cy.panBy({ x: seen.x - now.x, y: seen.y - now.y });
	}

	mind_pointer() {
		const { cy, events } = this;
		cy.on("tap", "node", ({ target, position, originalEvent }) => {
			const node = target.data();
			if (node.opens && on_badge(target, position)) return events.toggle(node.id);
			// A finger cannot point: the first touch says what it is.
			if (originalEvent?.pointerType === "touch" || originalEvent?.type?.startsWith("touch")) return events.focus(node);
			return events.open(node, originalEvent);
		});
		// Beside everything: all of it stands out alike again.
		cy.on("tap", ({ target }) => {
			if (target !== cy) return;
			this.chosen = "";
			this.light("");
		});
		cy.on("mouseover", "node", ({ target }) => {
			target.addClass("pointed");
			this.light(target.id());
			cy.container().style.cursor = "pointer";
			events.point(target.data());
		});
		cy.on("mouseout", "node", ({ target }) => {
			target.removeClass("pointed");
			this.light(this.chosen);
			cy.container().style.cursor = "";
			events.point(null);
		});
	}
}

function node_element(node) {
	const lines = node_lines(node);
	const { shape, color, corner, width } = look_of(node.type);
	const kinds = new Set(node.marks.map((mark) => mark.kind));
	const badge = node.opens ? (node.hidden ? "plus" : "minus") : "";
	return {
		group: "nodes",
		data: { ...node, text: lines.join("\n"), height: lines.length * LINE + 12, shape, color, width, corner: corner || 8, badge },
		classes: [node.on_path && "path", kinds.has("complained") && "complained", kinds.has("held") && "held"].filter(Boolean).join(" "),
	};
}

function edge_element(edge) {
	return {
		group: "edges",
		data: { id: `${edge.source}-${edge.target}-${edge.back}`, ...edge, text: edge_text(edge) },
		classes: [edge.on_path && "path", edge.back && "back"].filter(Boolean).join(" "),
	};
}

const place = ([x, y]) => `${x}px ${y}px`;

function on_badge(node, { x, y }) {
	const at = node.position();
	return x > at.x + node.data("width") / 2 - BADGE - 4 && y < at.y - node.data("height") / 2 + BADGE + 4;
}

function theme() {
	const own = getComputedStyle(document.documentElement);
	const is_dark = document.documentElement.getAttribute("data-theme") === "dark";
	const color = (name, other) => own.getPropertyValue(name).trim() || other;
	const shade = is_dark ? 400 : 600;
	const tone = (name) => color(`--${name}-${shade}`, PAPER[name]);
	return {
		text: color("--text-color", PAPER.text),
		muted: color("--text-muted", PAPER.muted),
		card: color("--fg-color", PAPER.card),
		line: color(is_dark ? "--gray-600" : "--gray-500", PAPER.line),
		path: tone("orange"),
		...Object.fromEntries(["blue", "purple", "gray", "green", "orange", "red"].map((name) => [name, tone(name)])),
	};
}

function badge_image(sign, { text, card }) {
	const upright = sign === "plus" ? `<path d="M11 6v10" stroke="${esc(text)}" stroke-width="2"/>` : "";
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="22" height="22"><rect x="2" y="2" width="18" height="18" rx="4" fill="${esc(card)}" stroke="${esc(text)}"/><path d="M6 11h10" stroke="${esc(text)}" stroke-width="2"/>${upright}</svg>`;
	return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
}

function style(colors) {
	const font = getComputedStyle(document.body).fontFamily || "sans-serif";
	const label = { "font-family": font, "font-size": 12, "min-zoomed-font-size": 6, color: colors.text };
	const edge_label = { ...label, "font-size": 11, "min-zoomed-font-size": 7, "text-background-color": colors.card, "text-background-opacity": 0.9, "text-background-padding": 2, "text-wrap": "wrap" }; // prettier-ignore
	const badge = (sign) => ({
		"background-image": badge_image(sign, colors),
		"background-position-x": "100%",
		"background-position-y": "0%",
		"background-width": BADGE,
		"background-height": BADGE,
		"background-clip": "none",
		"background-image-containment": "over",
	});
	return [
		{
			selector: "node",
			style: {
				...label,
				shape: "data(shape)",
				"corner-radius": "data(corner)",
				width: "data(width)",
				height: "data(height)",
				label: "data(text)",
				"text-wrap": "wrap",
				"text-valign": "center",
				"text-justification": "left",
				"line-height": 1.25,
				"background-color": colors.card,
				"border-width": 1.5,
			},
		},
		...["blue", "purple", "gray", "green"].map((name) => ({
			selector: `node[color = "${name}"]`,
			style: { "border-color": colors[name] },
		})),
		{ selector: "node[type = 'lot']", style: { "border-width": 2.5, "font-weight": 500 } },
		{ selector: "node[badge = 'plus']", style: badge("plus") },
		{ selector: "node.pointed[badge = 'minus'], node.focused[badge = 'minus']", style: badge("minus") },
		{ selector: "node.path", style: { "border-width": 4, "border-color": colors.path } },
		{ selector: "node.complained", style: { "border-style": "dashed", "border-color": colors.red, "border-width": 4 } },
		{ selector: "node.held", style: { "border-style": "double", "border-color": colors.red, "border-width": 6 } },
		{ selector: "node[?is_start]", style: { "font-weight": 700 } },
		{ selector: "node.match", style: { "underlay-color": colors.orange, "underlay-opacity": 0.35, "underlay-padding": 8 } },
		{ selector: "node.pointed", style: { "underlay-color": colors.line, "underlay-opacity": 0.3, "underlay-padding": 5 } },
		{ selector: "node.focused", style: { "outline-width": 3, "outline-color": colors.path, "outline-offset": 4 } },
		{
			selector: "edge",
			style: {
				width: 1.5,
				"line-color": colors.line,
				"target-arrow-color": colors.line,
				"source-arrow-color": colors.line,
				"target-arrow-shape": "triangle",
				...edge_label,
				label: "data(text)",
				"curve-style": "bezier",
			},
		},
		{
			selector: "edge[?route]",
			style: {
				"curve-style": "unbundled-bezier",
				"edge-distances": "endpoints",
				"source-endpoint": (edge) => place(edge.data("route").from),
				"target-endpoint": (edge) => place(edge.data("route").to),
				"control-point-weights": (edge) => edge.data("route").weights,
				"control-point-distances": (edge) => edge.data("route").distances,
				"text-margin-x": (edge) => edge.data("route").shift[0],
				"text-margin-y": (edge) => edge.data("route").shift[1],
			},
		},
		{
			selector: "edge.path",
			style: { width: 4, "line-color": colors.path, "target-arrow-color": colors.path, "source-arrow-color": colors.path },
		},
		{ selector: ".faded", style: { opacity: 0.3 } },
		{
			selector: "edge.lit",
			style: { width: 4, "z-index": 9, "min-zoomed-font-size": 0, "font-weight": 700, "text-background-opacity": 1 },
		},
		{ selector: "edge.back", style: { "line-style": "dashed", "target-arrow-shape": "none", "source-arrow-shape": "triangle" } },
	];
}
