// The conditions of a rule as a tree that can be clicked together, and as the engine's schema that is stored.
//
// A group is {group: "all" | "any" | "none", parts: [...]}, a condition {key, by, days, same_type, op, value}; `key` is a field, or
// HISTORY for a count of other complaints.

export const HISTORY = "history";
const COUNT = "complaint_count";

/** What is stored, as a tree; what cannot be read is an empty one. */
export function read_tree(stored) {
	let kept = null;
	try {
		kept = typeof stored === "string" ? JSON.parse(stored || "null") : stored;
	} catch (error) {
		kept = null;
	}
	const tree = kept && typeof kept === "object" ? read(kept) : null;
	if (tree && tree.group) return tree;
	return { group: "all", parts: tree ? [tree] : [] };
}

/** The tree in the engine's schema. */
export function written(tree) {
	return write(tree);
}

function read(kept) {
	if (kept.all) return { group: "all", parts: kept.all.map(read) };
	if (kept.any) return { group: "any", parts: kept.any.map(read) };
	if (kept.not) {
		const inner = read(kept.not);
		return inner.group === "any" ? { group: "none", parts: inner.parts } : { group: "none", parts: [inner] };
	}
	const condition = { key: kept.fact ? HISTORY : kept.field, op: kept.op, value: kept.value };
	return kept.fact ? { ...condition, ...(kept.args || {}) } : condition;
}

function write(node) {
	if (node.group) {
		const parts = node.parts.map(write);
		return node.group === "none" ? { not: { any: parts } } : { [node.group]: parts };
	}
	const value = node.value === undefined || node.value === null ? {} : { value: node.value };
	if (node.key !== HISTORY) return { field: node.key || "", op: node.op || "", ...value };
	const args = { by: node.by || "", days: node.days === undefined ? "" : node.days, ...(node.same_type ? { same_type: true } : {}) };
	return { fact: COUNT, args, op: node.op || "", ...value };
}
