// Settlement form: lines from the sale, the user's limit beside the total, the drafted documents as links.

const API = "complaint_qms.api.settlement.";
const esc = (text) => complaint_qms.markup.esc(text);
const GOODS = ["return_credit", "replacement"];

frappe.ui.form.on("Complaint Settlement", {
	setup(frm) {
		const sold = () => ({
			filters: { customer: frm.doc.customer, company: frm.doc.company, docstatus: 1, is_return: 0 },
		});
		frm.set_query("sales_invoice", sold);
		frm.set_query("delivery_note", sold);
		frm.set_query("sales_invoice", "lines", sold);
		frm.set_query("delivery_note", "lines", sold);
		frm.set_query("complaint", () => ({ filters: { stage: ["not in", ["closed", "rejected", "duplicate", "void"]] } }));
		frm.set_query("warehouse", "lines", () => ({ filters: { company: frm.doc.company, is_group: 0 } }));
		frm.set_query("batch_no", "lines", (doc, cdt, cdn) => ({ filters: { item: locals[cdt][cdn].item_code } }));
	},

	onload(frm) {
		if (!frm.is_new()) return;
		// “Amend” copies everything; what the server writes belongs to the settlement it was written for.
		["documents", "contributors", "rejections"].forEach((table) => frm.clear_table(table));
		const written = ["proposed_by", "approved_by", "approved_role", "approved_at", "shortfall_reason", "goods_and_money"];
		written.forEach((field) => (frm.doc[field] = null));
	},

	refresh(frm) {
		const open = frm.doc.docstatus === 0 && frm.perm[0] && frm.perm[0].write;
		if (open) {
			frm.add_custom_button(__("Get Lines from Invoice"), () => get_lines(frm));
		}
		if (frm.doc.complaint && !frm.is_new()) {
			frm.add_custom_button(esc(__("Complaint {0}", [frm.doc.complaint])), () => frappe.set_route("Form", "Complaint", frm.doc.complaint));
		}
		if (frm.is_new() && frm.doc.complaint && !has_lines(frm)) {
			prefill(frm);
		}
		show_status(frm);
		show_documents(frm);
		show_limit(frm);
		offer_decision(frm);
	},

	complaint(frm) {
		if (frm.doc.complaint && !has_lines(frm)) prefill(frm);
	},

	validate: drop_untouched,
	company: (frm) => show_limit(frm),
	lines_remove: (frm) => add_up(frm),
});

frappe.ui.form.on("Complaint Settlement Line", {
	// A line goes on with the remedy above it, wherever it was put in; a copied one keeps its own.
	async lines_add(frm, cdt, cdn) {
		const line = frappe.get_doc(cdt, cdn);
		if (holds_something(line)) return add_up(frm);
		if (!line.__unedited) return undefined; // chosen already: this is told a moment later
		const first = line.remedy;
		const above = frm.doc.lines[frm.doc.lines.indexOf(line) - 1];
		const remedy = above ? above.remedy : await wish_of(frm);
		// While the wish was asked for, somebody may have chosen, or taken the line away.
		if (!remedy || line.remedy !== first || !frm.doc.lines.includes(line)) return undefined;
		line.remedy = remedy;
		return frm.fields_dict.lines.grid.refresh_row(cdn);
	},
	remedy(frm, cdt, cdn) {
		const line = locals[cdt][cdn];
		if (line.remedy === "goodwill") frappe.model.set_value(cdt, cdn, { qty: 0, rate: 0 });
		if (!GOODS.includes(line.remedy)) frappe.model.set_value(cdt, cdn, "goods_come_back", 0);
		value_line(frm, line);
	},
	qty: (frm, cdt, cdn) => value_line(frm, locals[cdt][cdn]),
	rate: (frm, cdt, cdn) => value_line(frm, locals[cdt][cdn]),
	amount: (frm) => add_up(frm),
});

function holds_something(line) {
	return ["item_code", "description", "qty", "rate", "amount"].some((field) => line[field]);
}

/** Lines that somebody added and nobody wrote in: they have a remedy, for there is a default. */
function drop_untouched(frm) {
	const untouched = (frm.doc.lines || []).filter((line) => line.__unedited && !holds_something(line));
	for (const line of untouched) frappe.model.clear_doc(line.doctype, line.name);
	if (untouched.length) frm.refresh_field("lines");
}

function has_lines(frm) {
	return (frm.doc.lines || []).some((line) => line.item_code || flt(line.amount));
}

function prefill(frm) {
	const { name, complaint } = frm.doc;
	return frappe.call({ method: API + "propose", args: { complaint } }).then(({ message }) => {
		// Meanwhile somebody may have gone elsewhere, chosen another complaint, or written lines.
		if (frm.doc.name !== name || frm.doc.complaint !== complaint || has_lines(frm)) return;
		const { customer, company, currency, conversion_rate, sales_invoice, delivery_note } = message;
		put(frm, { customer, company, currency, conversion_rate, sales_invoice, delivery_note });
		set_lines(frm, message.lines || []);
	});
}

/** Set fields without asking the server whether a link exists: it named them, and the user may not read invoices. */
function put(frm, values) {
	Object.assign(frm.doc, values);
	frm.dirty();
	frm.refresh_fields(Object.keys(values));
}

function get_lines(frm) {
	if (!frm.doc.complaint) {
		frappe.throw({ message: __("Choose the complaint first."), title: __("Complaint") });
	}
	const { complaint, sales_invoice, delivery_note } = frm.doc;
	if (!sales_invoice && !delivery_note) {
		frappe.throw({ message: __("Choose a Sales Invoice or a Delivery Note first."), title: __("Source") });
	}
	return frappe
		.call({
			method: API + "lines",
			args: { complaint, sales_invoice, delivery_note },
			freeze: true,
			freeze_message: __("Looking up what is left of the sale …"),
		})
		.then(({ message }) => {
			put(frm, {
				currency: message.currency,
				conversion_rate: message.conversion_rate,
				sales_invoice: sales_invoice || message.sales_invoice,
			});
			if (!message.lines.length) {
				frappe.msgprint(
					esc(
						__("Nothing is left to settle on {0}: everything was returned, drafted for return or replaced already.", [
							sales_invoice || delivery_note,
						])
					)
				);
				return;
			}
			set_lines(frm, message.lines);
		});
}

function set_lines(frm, lines) {
	const standard = ["doctype", "name", "parent", "parentfield", "parenttype", "idx", "__islocal", "__unsaved"];
	frm.clear_table("lines");
	for (const line of lines) {
		const values = Object.fromEntries(Object.entries(line).filter(([key]) => !standard.includes(key)));
		frm.add_child("lines", values);
	}
	frm.refresh_field("lines");
	add_up(frm);
}

function value_line(frm, line) {
	if (line.remedy === "goodwill") return add_up(frm);
	const rate = line.remedy === "repair" ? 0 : flt(line.rate);
	line.amount = flt(flt(line.qty) * rate, precision("amount", line));
	frm.refresh_field("lines");
	add_up(frm);
}

function add_up(frm) {
	frm.doc.total_amount = (frm.doc.lines || []).reduce((sum, line) => sum + flt(line.amount), 0);
	frm.refresh_field("total_amount");
	show_limit(frm);
}

/** Beside the total whether the user may submit it, so that nobody learns of a limit by an error. */
function show_limit(frm) {
	const $place = frm.fields_dict.limit_html && frm.fields_dict.limit_html.$wrapper;
	if (!$place) return;
	clearTimeout(frm.cq_limit_timer);
	if (frm.doc.docstatus !== 0 || !frm.doc.company) {
		$place.empty();
		return;
	}
	frm.cq_limit_timer = setTimeout(() => ask_limit(frm, $place), 300); // several lines change at once
}

// The server knows the limits, what was granted before, and the exchange rate of each line.
function ask_limit(frm, $place) {
	const { name, company, complaint } = frm.doc;
	const ticket = (frm.cq_limit_ticket = (frm.cq_limit_ticket || 0) + 1);
	const saved = !frm.is_new() && !frm.is_dirty();
	const asked = saved ? { settlement: name } : { draft: draft_of(frm.doc) };
	frappe.xcall(API + "limits", { company, complaint, ...asked }).then((answer) => {
		if (frm.cq_limit_ticket !== ticket || frm.doc.name !== name) return;
		if (!saved) {
			frm.doc.base_total_amount = answer.total;
			frm.refresh_field("base_total_amount");
		}
		$place.html(`<div class="indicator cq-limit ${answer.why ? "orange" : "green"}">${esc(answer.why || may_words(answer))}</div>`);
	});
}

function draft_of({ sales_invoice, delivery_note, lines }) {
	return {
		sales_invoice,
		delivery_note,
		lines: (lines || []).map((line) => ({
			sales_invoice: line.sales_invoice,
			delivery_note: line.delivery_note,
			amount: flt(line.amount),
		})),
	};
}

function may_words({ amount, currency, role }) {
	return amount === null
		? __("You may submit this settlement: no limit ({0}).", [__(role)])
		: __("You may submit this settlement: limit {0} ({1}).", [format_currency(amount, currency), __(role)]);
}

/** The remedy that the customer wishes, for a first line that somebody adds by hand. */
async function wish_of(frm) {
	if (!frm.doc.complaint) return null;
	const { message } = await frappe.db.get_value("Complaint", frm.doc.complaint, "expectation");
	return (frappe.boot.complaint_qms_remedies || {})[(message || {}).expectation] || null;
}

function show_status(frm) {
	if (frm.is_new() || frm.is_dirty()) return;
	const { label, color } = complaint_qms.labels;
	const status = frm.doc.status || "proposed";
	frm.page.set_indicator(esc(label(status)), color(status));
	if (status === "approval_rejected") {
		const who = frappe.user.full_name(frm.doc.rejected_by);
		const told = __("Rejected by {0} on {1}: {2}", [who, complaint_qms.words.moment_text(frm.doc.rejected_at), frm.doc.rejection_reason]);
		frm.set_intro(); // “Submit this document to confirm”, which it cannot be now
		frm.set_intro(`${esc(told)}<br>${esc(__("Change what is granted and save, or propose it again as it is."))}`, "red");
	}
}

/** What whoever may grant it decides, in one dialog: approve, or reject with a reason. */
async function offer_decision(frm) {
	if (frm.is_new() || frm.doc.docstatus !== 0 || frm.is_dirty()) return;
	await complaint_qms.load_desk();
	complaint_qms.desk.load_judgements(frm, (steps) => {
		const may_approve = frm.perm[0] && frm.perm[0].submit && frm.doc.status !== "approval_rejected";
		const wants = complaint_qms.desk.wanted_action(frm);
		if (wants === "Approve" && may_approve) approve(frm, steps);
	});
}

function approve(frm, steps) {
	const reject = steps.find((step) => step.action === "Reject Settlement");
	const dialog = new frappe.ui.Dialog({
		title: __("Decide on the Settlement"),
		fields: [
			{ fieldname: "summary", fieldtype: "HTML", options: summary_html(frm) },
			...(reject ? [{ fieldname: "rejection_reason", fieldtype: "Small Text", label: __("If you reject it: why") }] : []),
		],
		primary_action_label: __("Approve and Draft the Documents"),
		primary_action() {
			dialog.hide();
			// This dialog is the confirmation; `savesubmit` would ask once more.
			frm.save("Submit");
		},
	});
	if (reject) {
		dialog.set_secondary_action_label(__("Reject Settlement"));
		dialog.set_secondary_action(() => {
			const rejection_reason = dialog.get_value("rejection_reason");
			if (!(rejection_reason || "").trim()) {
				dialog.fields_dict.rejection_reason.set_focus();
				frappe.show_alert({ message: __("Write why it is rejected; whoever proposed it reads it."), indicator: "orange" });
				return undefined;
			}
			return frappe
				.xcall("complaint_qms.api.judgement.judge", {
					doctype: frm.doctype,
					name: frm.doc.name,
					action: "Reject Settlement",
					values: { rejection_reason },
				})
				.then(() => {
					dialog.hide();
					frm.reload_doc();
				});
		});
	}
	dialog.show();
}

function summary_html(frm) {
	const { doc } = frm;
	const rows = (doc.lines || []).map(
		(
			line
		) => `<tr><td>${esc(complaint_qms.labels.label(line.remedy))}</td><td>${esc(line.item_name || line.item_code || line.description || "")}</td>
			<td class="text-right">${esc(String(line.qty || ""))} ${esc(line.uom || "")}</td><td class="text-right">${esc(strip_html(format_currency(line.amount, doc.currency)))}</td></tr>`
	);
	return `<p><b>${esc(doc.customer_name || doc.customer || "")}</b>${doc.complaint ? ` · ${esc(doc.complaint)}` : ""}</p>
		<table class="table table-bordered cq-decide"><tbody>${rows.join("")}
		<tr><td colspan="3"><b>${esc(__("Total", null, "Complaint Settlement"))}</b></td><td class="text-right"><b>${esc(
			strip_html(format_currency(doc.total_amount, doc.currency))
		)}</b></td></tr></tbody></table>
		<p>${esc(complaint_qms.language.labelled(__("Reason"), doc.reason || ""))}<br><span class="text-muted">${esc(
			__("Proposed by {0}", [frappe.user.full_name(doc.proposed_by)])
		)}</span></p>`;
}

function show_documents(frm) {
	const waiting = (frm.doc.documents || []).filter((row) => row.document_status === "draft");
	if (frm.doc.docstatus === 1 && waiting.length) {
		const links = waiting.map((row) => complaint_qms.words.record_link(row.document_type, row.document_name));
		frm.set_intro(__("Waiting for finance to submit: {0}", [complaint_qms.language.comma_list(links)]), "blue");
	}
	for (const field of ["purpose", "document_status"]) {
		const grid = frm.fields_dict.documents && frm.fields_dict.documents.grid;
		if (grid) grid.update_docfield_property(field, "formatter", (value) => esc(complaint_qms.labels.label(value) || ""));
	}
}
