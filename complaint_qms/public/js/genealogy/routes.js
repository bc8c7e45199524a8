// Where the edges of a genealogy's picture run: each from a place of its own on its node through a place of its own between the columns,
// where its text stands beside no other one. Plain data in, plain data out: nothing here knows the screen.

const LINE = 13;
const LETTER = 6.2;
const WIDE = /[\u2e80-\uffef]/;
const BETWEEN = 3;
/** Beside a node that an edge passes, and between edges that run side by side. */
const CLEAR = 10;
const LANE = 6;
const PORTS = 9;
const TURN = 0.3;

/** How much room a text takes, as letters of its size are wide on average; a Chinese sign is as wide as two. */
export function text_size(text) {
	if (!text) return { width: 0, height: LANE };
	const lines = text.split("\n");
	const width = (line) => [...line].reduce((sum, sign) => sum + (WIDE.test(sign) ? 2 * LETTER : LETTER), 0);
	return { width: Math.max(...lines.map(width)), height: lines.length * LINE + BETWEEN };
}

/**
 * @param nodes [{id, x, y, width, height}], in columns from left to right
 * @param edges [{id, source, target, text}]
 * @returns Map of id to {from, to: [x, y] from the middle of the node, weights, distances, shift: [x, y] of the text}; without those that
 *   lead to no column further right
 */
export function routes(nodes, edges) {
	const columns = columns_of(nodes);
	const by_id = new Map(nodes.map((node) => [node.id, node]));
	const column = new Map(columns.flatMap(({ nodes: some }, at) => some.map((node) => [node.id, at])));
	const ways = edges
		.map((edge) => ({ ...edge, ...text_size(edge.text), a: by_id.get(edge.source), b: by_id.get(edge.target) }))
		.filter(({ source, target }) => column.get(target) > column.get(source))
		.map((way) => ({ ...way, first: column.get(way.source), last: column.get(way.target) }));
	put_ports(ways, "a", "b", 1);
	put_ports(ways, "b", "a", -1);
	for (const way of ways) plan(way, columns);
	for (let gap = 0; gap + 1 < columns.length; gap += 1) {
		spread(ways.filter((way) => way.stops.has(gap)).map((way) => way.stops.get(gap)));
	}
	return new Map(ways.map((way) => [way.id, drawn(way)]));
}

function columns_of(nodes) {
	const found = new Map();
	for (const node of nodes) {
		const key = Math.round(node.x);
		found.set(key, [...(found.get(key) || []), node]);
	}
	return [...found]
		.sort(([one], [other]) => one - other)
		.map(([, some]) => ({
			nodes: some.sort((one, other) => one.y - other.y),
			taken: taken_by(some),
			left: Math.min(...some.map(({ x, width }) => x - width / 2)),
			right: Math.max(...some.map(({ x, width }) => x + width / 2)),
		}));
}

/** Each edge has a place on the side of its node, in the order of where it leads. */
function put_ports(ways, end, other, side) {
	const of_node = new Map();
	for (const way of ways) of_node.set(way[end], [...(of_node.get(way[end]) || []), way]);
	for (const [node, some] of of_node) {
		some.sort((one, two) => one[other].y - two[other].y);
		const step = some.length > 1 ? Math.min(PORTS, (node.height - 14) / (some.length - 1)) : 0;
		some.forEach((way, at) => {
			way[`${end}_port`] = [(side * node.width) / 2, (at - (some.length - 1) / 2) * step];
		});
	}
}

/** The stops of an edge: one in each gap between columns, and a lane past each column that it crosses. */
function plan(way, columns) {
	const start = { x: way.a.x + way.a_port[0], y: way.a.y + way.a_port[1] };
	const end = { x: way.b.x + way.b_port[0], y: way.b.y + way.b_port[1] };
	const straight = (x) => start.y + ((end.y - start.y) * (x - start.x)) / (end.x - start.x);
	way.stops = new Map();
	way.points = [start];
	const with_text = way.first + Math.floor((way.last - way.first - 1) / 2);
	for (let gap = way.first; gap < way.last; gap += 1) {
		const x = (columns[gap].right + columns[gap + 1].left) / 2;
		const stop = { x, y: straight(x), height: gap === with_text ? way.height : LANE, from: start.y, to: end.y };
		if (gap === with_text) way.text_at = stop;
		way.stops.set(gap, stop);
		way.points.push(stop);
		if (gap + 1 === way.last) break;
		const next = columns[gap + 1];
		const y = free(straight((next.left + next.right) / 2), next.taken);
		way.points.push({ x: next.left, y }, { x: next.right, y });
	}
	way.points.push(end);
}

/** What the nodes of a column take, with room beside them, as stretches that do not touch. */
function taken_by(nodes) {
	const found = [];
	for (const { y, height } of nodes) {
		const [from, to] = [y - height / 2 - CLEAR, y + height / 2 + CLEAR];
		const last = found[found.length - 1];
		if (last && from < last[1]) last[1] = Math.max(last[1], to);
		else found.push([from, to]);
	}
	return found;
}

/** The nearest place to `y` that is not taken. */
function free(y, taken) {
	const there = taken.find(([from, to]) => from < y && y < to);
	if (!there) return y;
	const [from, to] = there;
	return y - from < to - y ? from : to;
}

/** Move stops of one gap as little as keeps them off each other, in the order in which they lie. */
function spread(stops) {
	stops.sort((one, other) => one.y - other.y || one.from - other.from || one.to - other.to);
	// Groups of stops that touch; each lies around the middle of where its stops want to be.
	const groups = [];
	for (const stop of stops) {
		let group = { stops: [stop], height: stop.height, wanted: stop.y };
		while (groups.length) {
			const last = groups[groups.length - 1];
			if (last.wanted + last.height / 2 <= group.wanted - group.height / 2) break;
			groups.pop();
			const stops_of_both = [...last.stops, ...group.stops];
			const height = last.height + group.height;
			let top = 0;
			let sum = 0;
			for (const one of stops_of_both) {
				sum += one.y - (top + one.height / 2 - height / 2);
				top += one.height;
			}
			group = { stops: stops_of_both, height, wanted: sum / stops_of_both.length };
		}
		groups.push(group);
	}
	for (const group of groups) {
		let top = group.wanted - group.height / 2;
		for (const stop of group.stops) {
			stop.placed = top + stop.height / 2;
			top += stop.height;
		}
	}
	const most = Math.max(1, ...stops.flatMap(({ placed, from, to }) => [Math.abs(placed - from), Math.abs(to - placed)]));
	for (const stop of stops) Object.assign(stop, { y: stop.placed, most });
}

/** Where between two points an edge turns: what goes far turns near its node, so that it crosses nothing that goes less far. */
function turn(from, to) {
	const stop = to.most ? to : from;
	const part = Math.min(1, Math.abs(to.y - from.y) / (stop.most || 1)) * TURN;
	return from.x + (to.x - from.x) * (to.most ? 0.5 - part : 0.5 + part);
}

/** As Cytoscape takes it: control points of a curve, measured from the line between its ends. */
function drawn({ points, a_port, b_port, text_at }) {
	const [start, end] = [points[0], points[points.length - 1]];
	const bends = [];
	for (let at = 0; at + 1 < points.length; at += 1) {
		const middle = turn(points[at], points[at + 1]);
		bends.push({ x: middle, y: points[at].y }, { x: middle, y: points[at + 1].y });
	}
	const length = Math.hypot(end.x - start.x, end.y - start.y);
	const [u, v] = [(end.x - start.x) / length, (end.y - start.y) / length];
	// Of an even number of control points the text stands midway between those in the middle.
	const [left, right] = [bends[bends.length / 2 - 1], bends[bends.length / 2]];
	return {
		from: a_port,
		to: b_port,
		weights: bends.map(({ x, y }) => ((x - start.x) * u + (y - start.y) * v) / length),
		distances: bends.map(({ x, y }) => (y - start.y) * u - (x - start.x) * v),
		shift: [text_at.x - (left.x + right.x) / 2, text_at.y - (left.y + right.y) / 2],
	};
}
