// What stands on the nodes and edges of a genealogy's picture, in lines that fit.

import { sums } from "./graph";

const MOST = 27;
const WIDE = /[\u2e80-\uffef]/;

export const SIGNS = { complained: "⚠", held: "⊘", other: "●" };
export const sign_of = (kind) => SIGNS[kind] || SIGNS.other;

/** A number as the user writes numbers, without places that say nothing. */
export function number(qty) {
	const whole = flt(qty, 6);
	const places = (String(Math.abs(whole)).split(".")[1] || "").length;
	return format_number(whole, null, Math.min(places, 6));
}

export const quantity = (qty, uom) => `${number(qty)} ${uom ? __(uom) : ""}`.trim();

export function edge_text({ quantities, returned, back }) {
	const went = amounts(quantities);
	const came = returned?.length ? `↩ ${amounts(returned)}` : "";
	return [back ? `↩ ${went}` : went, came].filter(Boolean).join("\n");
}

/** Lines of a node: what it is, what it is called, what is to be known first. */
export function node_lines(node) {
	const lines = [short(node.title)];
	if (node.type === "lot") {
		if (node.item_name && node.item_name !== node.title) lines.push(short(node.item_name));
		if (node.equation) lines.push(short(__("{0} on hand", [quantity(node.on_hand, node.uom)])));
		if (node.difference) lines.push(short(`≠ ${__("Difference in Quantity")} ${quantity(node.difference, node.uom)}`));
	} else if (node.subtitle) lines.push(short(node.subtitle));
	if (node.date) lines.push(frappe.datetime.str_to_user(String(node.date).slice(0, 10)));
	if (node.documents) lines.push(documents_text(node.documents));
	for (const mark of node.marks) lines.push(short(`${sign_of(mark.kind)} ${mark.label}`));
	return [short(node.is_start ? `★ ${node.kind}` : node.kind), ...lines];
}

/** The same in a sentence, for who hears or points. */
export function told(node) {
	const said = [`${node.kind} ${node.title}`];
	if (node.is_start) said.push(__("Asked About"));
	if (node.item_name && node.item_name !== node.title) said.push(node.item_name);
	if (node.subtitle && node.subtitle !== node.item_name) said.push(node.subtitle);
	if (node.date) said.push(frappe.datetime.str_to_user(String(node.date).slice(0, 10)));
	if (node.documents) said.push(documents_text(node.documents));
	for (const mark of node.marks) said.push(mark.label);
	if (node.hidden) said.push(__("{0} more behind it", [node.hidden]));
	return said;
}

export const documents_text = (count) => (count === 1 ? __("1 document") : __("{0} documents", [count]));

/** One quantity for each item, named where there are several. */
function amounts(quantities) {
	const items = sums(quantities, ({ item_code }) => item_code);
	if (items.length === 1) return quantity(items[0].qty, items[0].uom);
	const shown = items.slice(0, 3).map(({ qty, uom, item_name }) => short(`${quantity(qty, uom)} ${item_name}`));
	if (items.length > 3) shown.push("…");
	return shown.join("\n");
}

/** A line cut at what fits; a Chinese sign takes the room of two. */
function short(text) {
	let room = MOST;
	let kept = "";
	for (const sign of String(text || "")) {
		room -= WIDE.test(sign) ? 2 : 1;
		if (room < 0) return `${kept.slice(0, -1)}…`;
		kept += sign;
	}
	return kept;
}
