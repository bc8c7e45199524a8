// What the link fields of a complaint offer: on its form, and in a hand-over dialog beside the team board.

/** Stages that a complaint ends in. */
export const ENDED = frappe.boot.complaint_qms_ended || [];

const given = (filters) =>
	Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined && value !== null && value !== ""));

/** fieldname → function that answers for the complaint which `get_doc` gives at the moment of asking. */
export function complaint_queries(get_doc) {
	const of = (filters) => () => ({ filters: given(filters(get_doc())) });
	const sold = (extra) => of((doc) => ({ customer: doc.customer, company: doc.company, docstatus: 1, ...extra }));
	return {
		batch_no: of((doc) => ({ item: doc.item_code })),
		serial_no: of((doc) => ({ item_code: doc.item_code, batch_no: doc.batch_no })),
		sales_order: sold({}),
		delivery_note: sold({ is_return: 0 }),
		sales_invoice: sold({ is_return: 0 }),
		customer_address: () => of_customer(get_doc(), "address.address.address_query"),
		contact_person: () => of_customer(get_doc(), "contact.contact.contact_query"),
		complaint_type: of(() => ({ is_group: 0, disabled: 0 })),
		channel: of(() => ({ enabled: 1 })),
		sop: of(() => ({ enabled: 1 })),
		complaint_owner: () => assignable("Complaint"),
		covered_by_investigation: of((doc) => ({ stage: "completed", company: doc.company, item_code: doc.item_code })),
		duplicate_of: of((doc) => ({
			name: ["!=", doc.name],
			company: doc.company,
			stage: ["not in", ENDED],
		})),
	};
}

/** What the hand-over dialog asks of a form, for a complaint that is not open in one. */
export function stand_in(doc) {
	const fields_dict = {};
	for (const [fieldname, get_query] of Object.entries(complaint_queries(() => doc))) fields_dict[fieldname] = { get_query };
	return { doctype: "Complaint", doc, fields_dict, is_dirty: () => false, reload_doc: () => Promise.resolve() };
}

export function set_complaint_queries(frm) {
	for (const [fieldname, query] of Object.entries(complaint_queries(() => frm.doc))) frm.set_query(fieldname, query);
}

/** Users who may be named for a record of this DocType. */
export const assignable = (doctype) => ({
	query: "complaint_qms.api.people.assignable",
	filters: { for: doctype },
});

function of_customer(doc, query) {
	if (!doc.customer) return {};
	const [module] = query.split(".");
	return {
		query: `frappe.contacts.doctype.${module}.${query.slice(module.length + 1)}`,
		filters: { link_doctype: "Customer", link_name: doc.customer },
	};
}
