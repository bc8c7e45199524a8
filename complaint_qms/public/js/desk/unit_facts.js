// Facts around a unit: how it was made and inspected, what else was complained about with it, what else its suppliers delivered.
import { comma_list } from "../language";
import { esc } from "../markup";
import { date_text, moment_text, record_link } from "../words";

const REPORT = "Batch Genealogy";
const READ_FROM = ["Job Card", "Quality Inspection"];
const RELATIONS = {
	lot: () => __("About the Same Batch or Serial No"),
	component: () => __("About What Holds the Received Lot"),
	machine: () => __("Made on the Same Workstation within 7 Days"),
	shift: () => __("Of Those, Begun in the Same Shift"),
};

/** In the menu “Trace” of a complaint or an investigation. */
export function offer_unit_facts(frm) {
	if (!frappe.boot.user.all_reports?.[REPORT]) return;
	const { doctype, name } = frm.doc;
	frm.add_custom_button(__("Facts Around the Unit"), () => show_unit_facts(doctype, name, may_keep(frm) && frm), __("Trace"));
}

const may_keep = ({ doctype, doc, perm }) =>
	doctype === "Investigation" && perm[0]?.write && !["completed", "void"].includes(doc.stage) && READ_FROM.every(frappe.model.can_read);

/** @param frm of the investigation in whose file they may be kept */
async function show_unit_facts(kind, name, frm) {
	const facts = await frappe.xcall("complaint_qms.api.unit_facts.read", { kind, name });
	const about = comma_list(facts.about.map((row) => row.lot));
	const dialog = new frappe.ui.Dialog({
		title: __("Facts Around {0}", [about]),
		size: "extra-large",
		fields: [{ fieldname: "facts", fieldtype: "HTML" }],
	});
	dialog.fields_dict.facts.$wrapper.html(facts_html(facts));
	if (frm) {
		dialog.set_primary_action(__("Keep in the File"), () => keep(frm, dialog));
		const told = __(
			"The file tells no persons, customers, suppliers or other companies, and how many complaints there are, not which. It is opened by who may read this investigation, Job Cards and Quality Inspections."
		);
		$(`<p class="text-muted">${esc(told)}</p>`).prependTo(dialog.fields_dict.facts.$wrapper);
	}
	dialog.show();
}

async function keep(frm, dialog) {
	dialog.disable_primary_action();
	const kept = await frappe.xcall("complaint_qms.api.unit_facts.keep", { name: frm.doc.name }).catch(() => null); // it has said why
	dialog.enable_primary_action();
	if (!kept) return;
	dialog.hide();
	frappe.show_alert({ message: esc(__("Kept: {0}", [kept.file_name])), indicator: "green" });
	frm.reload_doc();
}

function facts_html(facts) {
	const parts = [
		[__("How It Was Made"), table([__("Batch or Serial No"), __("Document"), __("BOM"), __("Operations")], facts.made.map(made_row))],
		[
			__("Quality Inspections"),
			table([__("Batch or Serial No"), __("Quality Inspection"), __("Status"), __("Readings")], facts.inspections.map(inspection_row)),
		],
		[__("Other Complaints"), table([__("Relation"), __("Of"), __("Complaints")], facts.complaints.map(complaints_row))],
		[
			__("Suppliers, the Last Twelve Months"),
			table(
				[__("Supplier"), __("Lot"), __("Received"), __("Quantity"), __("Complaints About What Holds It")],
				facts.suppliers.flatMap((one) => one.lots.map((row) => supplier_row(one, row)))
			),
		],
	];
	const notes = facts.notes.map((note) => `<p class="text-muted">${esc(note)}</p>`).join("");
	return `<p class="text-muted">${esc(__("As seen on {0}.", [moment_text(facts.seen_at)]))}</p>${notes}${parts
		.map(([title, html]) => `<h5>${esc(title)}</h5>${html}`)
		.join("")}`;
}

function table(heads, rows) {
	if (!rows.length) return `<p class="text-muted">${esc(__("Nothing is recorded, or nothing that you may see."))}</p>`;
	const head = heads.map((title) => `<th scope="col">${esc(title)}</th>`).join("");
	const body = rows.map((cells) => `<tr>${cells.map((html) => `<td>${html}</td>`).join("")}</tr>`).join("");
	return `<div style="overflow-x:auto"><table class="table table-bordered table-sm cq-unit-table"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

const link_to = (doctype, name) => (name ? (frappe.model.can_read(doctype) ? record_link(doctype, name) : esc(name)) : "");
const lot_html = (row) =>
	[link_to(row.lot_type, row.lot), row.item_name ? `<div class="text-muted">${esc(row.item_name)}</div>` : ""].join("");

function made_row(row) {
	const operations = row.operations.map((one) => {
		const said = [esc(one.operation), link_to("Workstation", one.workstation), esc(one.shift), esc(comma_list(one.operators))];
		return `<div>${said.filter(Boolean).join(" · ")} ${link_to("Job Card", one.job_card)}</div>`;
	});
	const document = `${link_to(row.document_type, row.document)}<div class="text-muted">${esc(date_text(row.date))}</div>`;
	const order = row.work_order && row.work_order !== row.document ? `<div>${link_to("Work Order", row.work_order)}</div>` : "";
	return [lot_html(row), document + order, link_to("BOM", row.bom), operations.join("")];
}

function inspection_row(row) {
	const readings = row.readings.map((one) => {
		const limits = one.least === null ? wanted_text(one) : __("limits {0} to {1}", [one.least, one.most]);
		const said = [`<b>${esc(one.parameter)}</b>`, esc(one.values.join("; ")), esc(limits), status_html(one.status)];
		return `<div>${said.filter(Boolean).join(" · ")}${one.marks.map(mark_html).join("")}</div>`;
	});
	const name = `${link_to("Quality Inspection", row.name)}<div class="text-muted">${esc(
		[__(row.kind || ""), date_text(row.date), row.inspector].filter(Boolean).join(" · ")
	)}</div>`;
	return [lot_html(row), name, status_html(row.status), readings.join("")];
}

const wanted_text = ({ wanted, formula }) =>
	formula ? __("accepted by the formula {0}", [formula]) : wanted ? __("wanted: {0}", [wanted]) : "";

const status_html = (status) => (status === "Rejected" ? `<b class="text-danger">${esc(__(status))}</b>` : esc(__(status || "")));

/** A value beyond its limits or just at one, in words. */
function mark_html({ value, kind, limit }) {
	const says = {
		below: () => __("{0} is below the lower limit {1}", [value, limit]),
		above: () => __("{0} is above the upper limit {1}", [value, limit]),
		at_least: () => __("{0} is just at the lower limit", [value]),
		at_most: () => __("{0} is just at the upper limit", [value]),
		other: () => __("{0} is not what was wanted", [value]),
	};
	// Yellow letters on white are read by nobody: the sign has the colour.
	return kind.startsWith("at_")
		? `<div><b class="text-warning">△</b> ${esc(says[kind]())}</div>`
		: `<div class="text-danger"><b>▲</b> ${esc(says[kind]())}</div>`;
}

function complaints_row(row) {
	const names = row.complaints.map((name) => link_to("Complaint", name)).join(", ");
	const more = row.count > row.complaints.length ? ` ${esc(__("and {0} more", [row.count - row.complaints.length]))}` : "";
	return [esc(RELATIONS[row.relation]()), esc(row.of), `<b>${cint(row.count)}</b> ${names}${more}`];
}

function supplier_row(one, row) {
	const own = row.is_own ? ` <b>${esc(__("in this unit"))}</b>` : "";
	const quantity = esc([format_number(row.qty), __(row.uom || "")].join(" "));
	return [
		link_to("Supplier", one.supplier),
		lot_html(row) + own,
		esc(date_text(row.received)),
		quantity,
		`${cint(row.complaints)}${row.qty ? ` <span class="text-muted">${esc(__("{0} per 1,000", [format_number((1000 * row.complaints) / row.qty, null, 1)]))}</span>` : ""}`,
	];
}
