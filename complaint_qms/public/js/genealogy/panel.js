// Beside the picture: what the node that is pointed at is, and the key of its signs.
import { esc } from "../markup";
import { LOOKS } from "./drawing";
import { documents_text, quantity, SIGNS } from "./labels";
import { marks_html, node_link_html } from "./tables";

/**
 * Everything that is known of a node, with what can be done with it.
 * @param flows what went to it and from it: [[title, quantities]]
 */
export function node_html(node, flows) {
	const date = node.date ? frappe.datetime.str_to_user(String(node.date).slice(0, 10)) : "";
	const places = (node.places || []).map((place) => [place.warehouse, quantity(place.qty, node.uom)]);
	const facts = [
		[__("Item"), node.item_name && `${node.item_name}${node.item_code === node.item_name ? "" : ` (${node.item_code})`}`],
		[__("Date"), date],
		[__("Documents"), node.documents && documents_text(node.documents)],
		[__("In and Out"), node.equation],
		[__("Difference in Quantity"), node.difference && quantity(node.difference, node.uom)],
		[__("Explanation"), node.explanation],
		...places,
		...flows.flatMap(([title, quantities]) => quantities.map((one) => [title, amount_of(one)])),
	].filter(([, said]) => said);
	const rows = facts.map(([name, said]) => `<dt>${esc(name)}</dt><dd>${esc(said)}</dd>`).join("");
	const marks = marks_html(node);
	const buttons = [
		node.name && frappe.model.can_read(node.doctype) && button("open", __("Open", null, "QMS Message")),
		node.opens && button("toggle", node.hidden ? __("Expand ({0})", [node.hidden]) : __("Collapse")),
	].filter(Boolean);
	return `<div class="cq-genealogy-kind">${esc(node.kind)}${node.is_start ? ` · ${esc(__("Asked About"))}` : ""}</div>
		<div class="cq-genealogy-name">${node_link_html(node)}</div>
		${node.subtitle ? `<div>${esc(node.subtitle)}</div>` : ""}${marks ? `<div class="cq-genealogy-marks">${marks}</div>` : ""}
		<dl>${rows}</dl>${buttons.join(" ")}`;
}

/** “10 Nos · Kettle · B-1”: how much of which item and batch. */
const amount_of = ({ qty, uom, item_name, lot }) => [quantity(qty, uom), item_name, lot].filter(Boolean).join(" · ");

export function key_html() {
	const kinds = [
		["supplier", __("Supplier, with its number")],
		["document", __("Receipt, delivery, return, issue, count")],
		["lot", __("Batch or serial number")],
		["process", __("What consumed and produced")],
		["customer", __("Customer")],
	];
	const signs = [
		["★", __("Asked About")],
		[SIGNS.complained, __("Complained about: dashed border")],
		[SIGNS.held, __("On hold: double border")],
		["≠", __("Quantities do not agree")],
		["↩", __("Came back: dashed line, arrow to the left")],
		["━", __("Thick: the way to what was asked about, and to the customer who complains")],
	];
	const shape = (name) =>
		`<span class="cq-genealogy-shape is-${esc(name)}" data-color="${esc(LOOKS[name].color)}" aria-hidden="true"></span>`;
	return `<ul class="cq-genealogy-signs">
		${kinds.map(([name, said]) => `<li>${shape(name)}${esc(said)}</li>`).join("")}
		${signs.map(([sign, said]) => `<li><span class="cq-genealogy-sign" aria-hidden="true">${esc(sign)}</span>${esc(said)}</li>`).join("")}
	</ul>
	<p class="text-muted small">${esc(__("Keys: arrows go from node to node, Enter opens the document, Space collapses or expands, + and − zoom, 0 shows all, / searches."))}</p>`;
}

const button = (act, label) => `<button type="button" class="btn btn-default btn-sm" data-act="${esc(act)}">${esc(label)}</button>`;
