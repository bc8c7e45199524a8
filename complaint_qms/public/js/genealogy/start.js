// What a genealogy starts from: fields above the picture, and the address that says the same.

const PAGE = "genealogy-picture";
// Kind → the filter of the report that names it
const KINDS = {
	Complaint: "complaint",
	Batch: "batch_no",
	"Serial No": "serial_no",
	"Supplier Lot": "supplier_lot",
	"Work Order": "work_order",
	"Purchase Receipt": "purchase_receipt",
};
const TYPED = "Supplier Lot";
const is_offered = (kind) => kind === TYPED || frappe.model.can_read(kind) || frappe.model.can_select(kind);

/** Fields in the page's head. @returns {set(asked), of_route(), filters(asked)} */
export function offer_start(page, ask) {
	const kinds = Object.keys(KINDS).filter(is_offered);
	let is_setting = false;
	const changed = () => {
		if (is_setting) return;
		show_fields();
		const asked = read();
		if (asked) frappe.set_route(...route_of(asked));
	};
	const field = (df) => page.add_field({ change: changed, ...df });
	const start = field({
		fieldname: "kind",
		label: __("Start From"),
		fieldtype: "Select",
		options: kinds.map((value) => ({ value, label: __(value) })),
		default: kinds.includes("Batch") ? "Batch" : kinds[0],
	});
	const named = Object.fromEntries(
		kinds.map((kind) => [
			kind,
			field({
				fieldname: KINDS[kind],
				label: __(kind),
				fieldtype: kind === TYPED ? "Data" : "Link",
				options: kind === TYPED ? undefined : kind,
			}),
		])
	);
	const supplier = is_offered("Supplier")
		? field({ fieldname: "supplier", label: __("Supplier"), fieldtype: "Link", options: "Supplier" })
		: null;
	const way = field({
		fieldname: "way",
		label: __("Direction"),
		fieldtype: "Select",
		options: complaint_qms.genealogy_ways(),
		default: "both",
	});
	show_fields();

	function show_fields() {
		const kind = start.get_value() || start.df.default;
		for (const [one, control] of Object.entries(named)) control.$wrapper.toggle(one === kind);
		if (supplier) supplier.$wrapper.toggle(kind === TYPED);
	}

	function read() {
		const kind = start.get_value() || start.df.default;
		const name = (named[kind]?.get_value() || "").trim();
		if (!name) return null;
		const asked = { kind, name, way: way.get_value() || "both" };
		const narrowed = kind === TYPED && supplier?.get_value();
		return narrowed ? { ...asked, supplier: narrowed } : asked;
	}

	return {
		/** Fill the fields, without asking again. */
		async set(asked) {
			is_setting = true;
			try {
				await start.set_value(asked.kind);
				await way.set_value(asked.way);
				if (named[asked.kind]) await named[asked.kind].set_value(asked.name);
				if (supplier) await supplier.set_value(asked.supplier || "");
				show_fields();
			} finally {
				is_setting = false;
			}
		},

		of_route() {
			const [, told, name, direction, from] = frappe.get_route();
			const kind = kind_of(told);
			if (kind && !name && named[kind]) start.set_value(kind).then(show_fields);
			if (!kind || !name) return null;
			const asked = { kind, name, way: direction || "both" };
			return from ? { ...asked, supplier: from } : asked;
		},

		filters(asked) {
			if (!asked) return {};
			return { start: asked.kind, [KINDS[asked.kind]]: asked.name, way: asked.way, show: "tree", supplier: asked.supplier || "" };
		},
	};
}

// Frappe 16 takes the name of a record type in an address for a reason to show that module's sidebar; addresses from before have it.
const kind_of = (told) => Object.keys(KINDS).find((kind) => [kind, frappe.router.slug(kind)].includes(told));
export const route_of = ({ kind, name, way, supplier }) => [
	PAGE,
	frappe.router.slug(kind),
	name,
	way || "both",
	...(supplier ? [supplier] : []),
];
