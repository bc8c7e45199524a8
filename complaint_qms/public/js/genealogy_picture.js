// The way to the picture of a genealogy, from any form, and what it shares with the report.
const PAGE = "genealogy-picture";

/** The directions in which a genealogy is looked at, as choices of a field. */
export const genealogy_ways = () => [
	{ value: "both", label: __("Both Ways") },
	{ value: "up", label: __("Where It Came From") },
	{ value: "down", label: __("Where It Went") },
	{ value: "family", label: __("All with the Same Components") },
];

export const may_see_picture = () => Boolean(frappe.boot.page_info && frappe.boot.page_info[PAGE]);

/** `supplier` tells whose lot is meant where `kind` is a supplier's lot: two may call theirs the same. */
export function open_picture(kind, name, way = "both", supplier = "") {
	frappe.set_route(...[PAGE, frappe.router.slug(kind), name, name && way, name && supplier].filter(Boolean));
}

/** A button, in a group where one is named. */
export function offer_picture(frm, kind, name, label, group) {
	if (may_see_picture()) frm.add_custom_button(label, () => open_picture(kind, name), group);
}
