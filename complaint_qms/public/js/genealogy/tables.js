// What the picture shows, as two tables: what went where, and the quantities of each batch.
import { esc } from "../markup";
import { number, quantity, sign_of } from "./labels";

export function tables_html(picture) {
	const lots = picture.nodes.filter((node) => node.equation).sort((one, other) => other.is_start - one.is_start);
	return `<h4>${esc(__("Batches and Serial Numbers"))}</h4>
		${table_html(
			[__("Batch or Serial No"), __("Item"), __("On Hand"), __("In and Out"), __("Difference in Quantity"), __("Explanation"), __("Marks")],
			lots.map(lot_html)
		)}
		<h4>${esc(__("What Went Where"))}</h4>
		${table_html([__("From"), __("To"), __("Batch or Serial No"), __("Item"), __("Quantity"), __("Date")], flows_html(picture))}`;
}

/** A node's name as a link to its record, where the user may read it. */
export function node_link_html(node, attributes = "") {
	if (!node.name || !frappe.model.can_read(node.doctype)) return esc(node.title);
	return `<a href="${esc(frappe.utils.get_form_link(node.doctype, node.name))}" ${attributes}>${esc(node.title)}</a>`;
}

/** Marks of a node, each with its sign and leading to the records behind it. */
export function marks_html(node) {
	return node.marks
		.map((mark) => {
			const shown = `${esc(sign_of(mark.kind))} ${esc(mark.label)}`;
			if (!mark.doctype || !frappe.model.can_read(mark.doctype)) return shown;
			return `<a href="${esc(list_address(mark))}">${shown}</a>`;
		})
		.join("<br>");
}

function list_address({ doctype, filters }) {
	const asked = Object.entries(filters || {}).map(
		([field, value]) => `${encodeURIComponent(field)}=${encodeURIComponent(Array.isArray(value) ? JSON.stringify(value) : value)}`
	);
	return `${frappe.utils
		.get_form_link(doctype, "")
		.replace(/\/$/, "")
		.replace(/[^/]+$/, frappe.router.slug(doctype))}?${asked.join("&")}`;
}

function table_html(heads, rows_html) {
	return `<div class="cq-genealogy-table"><table class="table table-bordered">
		<thead><tr>${heads.map((head) => `<th scope="col">${esc(head)}</th>`).join("")}</tr></thead>
		<tbody>${rows_html.join("")}</tbody></table></div>`;
}

function lot_html(node) {
	const cells = [
		node_link_html(node),
		esc(node.item_name),
		esc(quantity(node.on_hand, node.uom)),
		esc(node.equation),
		node.difference ? `<b class="text-danger">≠ ${esc(number(node.difference))}</b>` : "0",
		esc(node.explanation),
		marks_html(node),
	];
	return row_html(cells, node.on_path);
}

function flows_html({ nodes, edges }) {
	const by_id = new Map(nodes.map((node) => [node.id, node]));
	return edges.flatMap((edge) => {
		const ends = [by_id.get(edge.source), by_id.get(edge.target)];
		// Goods that came back went the other way.
		const [source, target] = edge.back ? ends.reverse() : ends;
		const date = source.date || target.date;
		const number = (node) => (node.type === "supplier" && node.subtitle ? ` · ${esc(node.subtitle)}` : "");
		const named = (node) => `<small class="text-muted">${esc(node.kind)}</small><br>${node_link_html(node)}${number(node)}`;
		const day = date ? frappe.datetime.str_to_user(String(date).slice(0, 10)) : "";
		return edge.quantities.map(({ qty, uom, lot, item_name }) =>
			row_html([named(source), named(target), esc(lot), esc(item_name), esc(quantity(qty, uom)), esc(day)], edge.on_path)
		);
	});
}

const row_html = (cells, on_path) => `<tr${on_path ? ' class="is-path"' : ""}>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
