// Dialogs of a field action: customers added and left out, calls, quantities. They keep what was typed where the server refuses.
import { esc } from "../markup";
import { server_words } from "./hand_over";
import { date_text, record_link } from "../words";
import { AMOUNTS, API, names_of_amounts, number, post, table_html } from "./field_action_parts";

/** A customer whom the genealogy does not name. */
export function add_customer(frm) {
	entry(
		frm,
		__("Add Customer"),
		"add_customer",
		[
			{ fieldname: "customer", fieldtype: "Link", options: "Customer", label: __("Customer"), reqd: 1 },
			{ fieldname: "item_code", fieldtype: "Link", options: "Item", label: __("Item"), default: frm.doc.item_code, reqd: 1 },
			{
				fieldname: "qty",
				fieldtype: "Float",
				label: __("Quantity"),
				reqd: 1,
				description: __("How much the customer has, in the item's stock unit."),
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		],
		(values) => ({ name: frm.doc.name, ...values })
	);
}

/** What a customer has to do, in their language where a text is in it. */
function instruction_for(frm, one) {
	const row = (frm.doc.texts || []).find((text) => text.language === one.language);
	return (row || frm.doc).instruction;
}

/** What is done for a customer of the table: name → (frm, customer). */
export const ACTS = {
	phone(frm, one) {
		const args = (reached) => ({ customer: one.name, reached, ...dialog.get_values(true) });
		const dialog = new frappe.ui.Dialog({
			title: esc(__("Phone {0}", [one.customer_name])),
			fields: [
				{
					fieldtype: "HTML",
					options: `<p><b>${esc(one.phone || __("No telephone number is on the customer's contacts."))}</b></p><p class="cq-fa-lines">${esc(instruction_for(frm, one))}</p>`,
				},
				{ fieldname: "contact", fieldtype: "Data", label: __("Who Answered"), default: one.contact_name, length: 140 },
				{ fieldname: "note", fieldtype: "Small Text", label: __("Note") },
				refusal_field(),
			],
			primary_action_label: __("Reached and Told"),
			primary_action: () => submit(frm, dialog, "log_call", args(true)),
			secondary_action_label: __("Not Reached"),
			secondary_action: () => submit(frm, dialog, "log_call", args(false)),
		});
		dialog.show();
	},
	quantities(frm, one) {
		const named = names_of_amounts();
		const fields = one.quantities.flatMap((row) => [
			{
				fieldtype: "Section Break",
				label: esc(__("{0}: {1} {2} are to be accounted for", [row.item_name || row.item_code, number(row.at_risk), __(row.uom)])),
			},
			...AMOUNTS.flatMap((key, at) => [
				...(at ? [{ fieldtype: "Column Break" }] : []),
				{ fieldname: `${key}:${row.idx}`, fieldtype: "Float", label: named[key], default: row[key] || 0 },
			]),
		]);
		entry(
			frm,
			esc(__("Quantities of {0}", [one.customer_name])),
			"record_quantities",
			[...fields, { fieldtype: "Section Break" }, { fieldname: "note", fieldtype: "Small Text", label: __("Note") }],
			(values) => ({
				customer: one.name,
				note: values.note || "",
				quantities: one.quantities.map((row) => ({
					row: row.idx,
					...Object.fromEntries(AMOUNTS.map((key) => [key, values[`${key}:${row.idx}`] || 0])),
				})),
			})
		);
	},
	leave_out(frm, one) {
		const title = esc(__("Leave Out {0}", [one.customer_name]));
		entry(frm, title, "leave_out", [{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }], (values) => ({
			customer: one.name,
			...values,
		}));
	},
	async take_back(frm, one) {
		await post("take_back", { customer: one.name });
		frm.reload_doc();
	},
	async again(frm, one) {
		for (const notice of one.notices.filter(({ state }) => state === "failed")) await post("send_again", { notice: notice.name });
		frappe.show_alert({
			message: esc(__("Notices on their way: {0}", [one.notices.filter(({ state }) => state === "failed").length])),
			indicator: "green",
		});
		frm.reload_doc();
	},
	deliveries(frm, one) {
		const rows = one.deliveries.map((row) => [
			record_link(row.doctype, row.document),
			esc(date_text(row.date)),
			esc(row.lot),
			esc(`${number(row.qty)} ${__(row.uom)}`),
		]);
		frappe.msgprint({
			title: esc(one.customer_name),
			message: table_html([__("Document"), __("Date"), __("Batch or Serial No"), __("Quantity")], rows),
			wide: true,
		});
	},
};

const refusal_field = () => ({ fieldname: "refusal", fieldtype: "HTML" });

// A dialog that stays, with all that was typed, where the server refuses; what it says stands in it.
function entry(frm, title, method, fields, args) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields: [...fields, refusal_field()],
		size: fields.length > 6 ? "large" : undefined,
		primary_action_label: __("Save"),
		primary_action: (values) => submit(frm, dialog, method, args(values)),
	});
	dialog.show();
	return dialog;
}

function submit(frm, dialog, method, args) {
	dialog.disable_primary_action();
	frappe.call({
		method: `${API}.${method}`,
		args,
		type: "POST",
		// The dialog shows a refusal itself.
		silent: true,
		freeze: true,
		callback() {
			dialog.hide();
			frm.reload_doc();
		},
		error(answer) {
			dialog.enable_primary_action();
			const $said = dialog.fields_dict.refusal.$wrapper;
			$said.html(`<div class="cq-dialog-refusal is-shown" role="alert">${server_words(answer || {})}</div>`);
			$said[0].scrollIntoView({ block: "nearest" });
		},
	});
}
