// On a return, credit note, replacement or repair that a settlement drafted: what stands behind it, for finance.
// Closed in a function of its own: Frappe joins it with ERPNext's script of the form, whose names are not ours.

(() => {
	const text = (value) => complaint_qms.markup.esc(value);
	const { comma_list, labelled } = complaint_qms.language;

	frappe.provide("complaint_qms.origin_shown_on");
	for (const doctype of ["Sales Invoice", "Delivery Note", "Sales Order", "Warranty Claim"]) {
		if (complaint_qms.origin_shown_on[doctype]) continue;
		complaint_qms.origin_shown_on[doctype] = true;
		frappe.ui.form.on(doctype, { refresh: (frm) => show_origin(frm) });
	}

	function show_origin(frm) {
		frm.layout.wrapper.find(".cq-origin").remove();
		if (!frm.doc.complaint_settlement || frm.is_new()) return;
		const name = frm.doc.name;
		frappe.xcall("complaint_qms.api.settlement.origin", { doctype: frm.doctype, name }).then((origin) => {
			if (!origin || frm.doc.name !== name) return;
			frm.layout.wrapper.find(".cq-origin").remove();
			frm.layout.wrapper.prepend(banner(origin));
			frm.add_custom_button(__("Back to Complaint"), () => frappe.set_route("Form", "Complaint", origin.complaint));
		});
	}

	function banner(origin) {
		const facts = [
			[__("Agreed by"), agreed_by(origin)],
			[__("Proposed by"), origin.proposed_by],
			[__("Amount"), amount(origin)],
			[__("Reason"), origin.reason],
		]
			.filter(([, value]) => value)
			.map(([label, value]) => `<div class="col-sm-6"><span class="text-muted">${text(labelled(label, ""))}</span>${text(value)}</div>`)
			.join("");
		const cancelled = origin.settlement_cancelled ? `<div class="indicator red">${text(__("The settlement was cancelled."))}</div>` : "";
		return $(`<div class="cq-origin form-message blue" style="margin: 0; padding: 10px 15px">
			<div><b>${text(__("From complaint"))} ${link("Complaint", origin.complaint)}</b> ${text(origin.subject || "")}
				· ${text(__("Settlement"))} ${link("Complaint Settlement", origin.settlement)}</div>
			${cancelled}
			<div class="row" style="margin-top: 4px">${facts}</div>
			${evidence(origin.evidence)}
		</div>`);
	}

	function agreed_by(origin) {
		if (!origin.approved_by) return "";
		return __("{0} on {1}", [origin.approved_by, frappe.datetime.str_to_user(origin.approved_at)], "Complaint Settlement");
	}

	function amount(origin) {
		const total = format_currency(origin.total, origin.currency);
		const limit = origin.limit;
		if (!limit) return total;
		if (!limit.role) return __("{0} before taxes; the approver has no limit any more", [total]);
		return limit.amount === null
			? __("{0} before taxes; approver without limit ({1})", [total, __(limit.role)])
			: __("{0} before taxes; limit of the approver {1} ({2})", [total, format_currency(limit.amount, limit.currency), __(limit.role)]);
	}

	function evidence(files) {
		if (!files.length) return "";
		const links = files.map((row, i) => {
			const shown = row.caption || row.file.split("/").pop() || __("File {0}", [i + 1]);
			return `<a href="${complaint_qms.markup.address(row.file)}" target="_blank" rel="noopener">${text(shown)}</a>`;
		});
		const links_html = comma_list(links);
		return `<div style="margin-top: 4px"><span class="text-muted">${text(labelled(__("Evidence"), ""))}</span>${links_html}</div>`;
	}

	function link(doctype, name) {
		if (!frappe.model.can_read(doctype)) return text(name);
		return `<a href="${text(frappe.utils.get_form_link(doctype, name))}">${text(name)}</a>`;
	}
})();
