// What of a genealogy is drawn: deliveries each for itself, by customer, or all of a batch as one; branches collapsed or not.
// Plain data in, plain data out: nothing here knows the screen.

export const EACH = "each";
export const BY_CUSTOMER = "customer";
export const BY_LOT = "lot";

/** As much as is read at once; beyond it things are put together, beyond the last only what is nearest is drawn. */
const MOST_EACH = 60;
const MOST_BY_CUSTOMER = 150;
export const MOST_DRAWN = 700;

/** What many lots have in common leads no further: a customer of one batch is no way to another. */
const ENDS = ["customer", "customers", "supplier"];
const SOLD = ["delivered", "returned"];

/** The narrowest grouping at which what is drawn can still be read. */
export function fitting(picture) {
	if (picture.nodes.length <= MOST_EACH) return EACH;
	const { nodes, edges } = grouped(picture, BY_CUSTOMER);
	// Where everybody bought of every batch, lines between them say nothing.
	return nodes.length <= MOST_BY_CUSTOMER && edges.length <= 2 * nodes.length ? BY_CUSTOMER : BY_LOT;
}

/**
 * The picture with its deliveries put together.
 * @returns {nodes, edges, home}; `home` says in which node each of the picture's own is
 */
export function grouped(picture, how) {
	const home = new Map(picture.nodes.map((node) => [node.id, node.id]));
	if (how === EACH) return { nodes: picture.nodes, edges: picture.edges, home };
	const by_id = new Map(picture.nodes.map((node) => [node.id, node]));
	const is_document = (id) => SOLD.includes(by_id.get(id).type);
	const parties = new Map(
		picture.edges.filter((edge) => is_document(edge.source)).map((edge) => [edge.source, { to: edge.target, on_path: edge.on_path }])
	);
	const made = new Map();
	const kept = new Map();
	const joined = new Map();
	for (const edge of picture.edges) {
		if (!is_document(edge.target)) {
			if (!is_document(edge.source)) joined.set(`${edge.source} ${edge.target} ${edge.back}`, edge);
			continue;
		}
		// Without a name it stays by itself: nobody is told whose it is.
		const party = parties.get(edge.target)?.to;
		const alone = !party || (how === BY_LOT && edge.on_path);
		const at = how === BY_CUSTOMER || alone ? party || edge.target : `all ${edge.source}`;
		if (at.startsWith("all ")) {
			const all = made.get(at) || { ids: new Set(), documents: new Set(), source: edge.source };
			all.ids.add(party);
			all.documents.add(edge.target);
			made.set(at, all);
		} else if (party) {
			const documents = kept.get(party) || new Set();
			kept.set(party, documents.add(edge.target));
		}
		home.set(edge.target, at);
		if (party && !kept.has(party)) home.set(party, at);
		if (party && kept.has(party)) home.set(party, party);
		join(joined, edge, at);
	}
	const drawn = new Set([...joined.values()].flatMap(({ source, target }) => [source, target]));
	const nodes = picture.nodes
		.filter((node) => drawn.has(node.id) || node.is_start)
		.map((node) => (kept.has(node.id) ? { ...node, documents: kept.get(node.id).size } : node));
	for (const [id, { ids, documents, source }] of made) nodes.push(all_of(id, ids.size, documents.size, by_id.get(source)));
	return { nodes, edges: [...joined.values()], home };
}

/** A picture that knows what is beside what, and how far from what was asked about. */
export class Graph {
	constructor({ nodes, edges }) {
		this.nodes = new Map(nodes.map((node) => [node.id, node]));
		this.edges = edges;
		this.beside = new Map(nodes.map((node) => [node.id, []]));
		for (const { source, target } of edges) {
			this.beside.get(source).push(target);
			this.beside.get(target).push(source);
		}
		this.starts = nodes.filter((node) => node.is_start).map((node) => node.id);
		this.far = this.reached(() => false);
	}

	is_end(id) {
		return ENDS.includes(this.nodes.get(id).type);
	}

	/** What stands behind a node, seen from what was asked about. */
	behind(id) {
		return this.is_end(id) ? [] : this.beside.get(id).filter((other) => this.far.get(other) > this.far.get(id));
	}

	/** What went to and from a node that is no lot, of each batch for itself: [[title, quantities]]. */
	flows(id) {
		const { type } = this.nodes.get(id);
		const near = this.edges.filter(({ source, target }) => source === id || target === id);
		const of = (edges, side = "quantities") =>
			sums(
				edges.flatMap((edge) => edge[side] || []),
				by_lot
			);
		const forward = near.filter(({ back }) => !back);
		const back = near.filter((edge) => edge.back);
		if (type === "lot") return [];
		if (type === "process") {
			return [
				[__("Consumed"), of(near.filter(({ target }) => target === id))],
				[__("Produced"), of(near.filter(({ source }) => source === id))],
			];
		}
		if (type === "supplier") return [[__("Received"), of(forward)], [__("Returned to Supplier"), of(back)]]; // prettier-ignore
		if (["customer", "customers"].includes(type)) {
			const returned = sums([...of(back), ...of(near, "returned")], by_lot);
			return [[__("Delivered"), of(forward)], [__("Returned by Customer"), returned]]; // prettier-ignore
		}
		const is_lot = (other) => this.nodes.get(other).type === "lot";
		return [[__("Quantity"), of(near.filter(({ source, target }) => is_lot(source === id ? target : source)))]];
	}

	/** Node → steps from what was asked about, without what stands behind collapsed ones alone. */
	reached(is_collapsed) {
		const found = new Map(this.starts.map((id) => [id, 0]));
		let frontier = [...found.keys()];
		while (frontier.length) {
			const further = [];
			for (const id of frontier) {
				if (this.is_end(id)) continue;
				const others = is_collapsed(id)
					? this.beside.get(id).filter((other) => this.far.get(other) <= this.far.get(id))
					: this.beside.get(id);
				for (const other of others) {
					if (found.has(other)) continue;
					found.set(other, found.get(id) + 1);
					further.push(other);
				}
			}
			frontier = further;
		}
		return found;
	}

	/** What is left to draw, and of each collapsed node how many stand behind it unseen. */
	shown(collapsed) {
		const seen = this.reached((id) => collapsed.has(id));
		const nodes = [...this.nodes.values()]
			.filter((node) => seen.has(node.id))
			.map((node) => {
				const behind = this.behind(node.id);
				return { ...node, opens: behind.length > 0, hidden: this.unseen(behind, seen) };
			});
		return { nodes, edges: this.edges.filter((edge) => seen.has(edge.source) && seen.has(edge.target)) };
	}

	/** How many are not seen of these and of what stands behind those. */
	unseen(behind, seen) {
		const found = new Set(behind.filter((id) => !seen.has(id)));
		for (const id of found) for (const other of this.behind(id)) if (!seen.has(other)) found.add(other);
		return found.size;
	}

	/** Nodes to collapse so that no more than `most` are drawn: the nearest stay. */
	too_far(most) {
		if (this.far.size <= most) return new Set();
		const counts = [];
		for (const level of this.far.values()) counts[level] = (counts[level] || 0) + 1;
		let last = 0;
		for (let sum = counts[0]; last + 1 < counts.length && sum + counts[last + 1] <= most; last += 1) sum += counts[last + 1];
		return new Set([...this.far].filter(([id, level]) => level >= last && this.behind(id).length).map(([id]) => id));
	}
}

function join(joined, edge, at) {
	const key = `${edge.source} ${at}`;
	const one = joined.get(key) || { ...edge, target: at, back: false, quantities: [], returned: [] };
	// What came back stands beside what was delivered, on one line.
	const side = edge.back ? "returned" : "quantities";
	one[side] = sums([...one[side], ...edge.quantities], by_lot);
	one.on_path = one.on_path || edge.on_path;
	joined.set(key, one);
}

const by_lot = ({ item_code, lot }) => `${item_code} ${lot}`;

/** Quantities that `by` gives the same key as one; of different items they never are. */
export function sums(quantities, by) {
	const found = new Map();
	for (const one of quantities) {
		const sum = found.get(by(one));
		found.set(by(one), sum ? { ...sum, qty: flt(sum.qty + one.qty, 9) } : one);
	}
	return [...found.values()];
}

function all_of(id, customers, documents, lot) {
	const title = customers === 1 ? __("1 customer") : __("{0} customers", [customers]);
	return { id, type: "customers", kind: __("Customers", null, "Field Action"), title, subtitle: "", documents, marks: [], of: lot.title };
}
