frappe.ui.form.on("Investigation", {
	setup(frm) {
		complaint_qms.mute_workflow_menu(frm);
		complaint_qms.form_head.reserve_head(frm);
		complaint_qms.form_head.context_of(frm);
		frm.set_query("investigator", () => complaint_qms.desk.assignable("Investigation"));
		frm.set_query("batch_no", () => ({ filters: frm.doc.item_code ? { item: frm.doc.item_code } : {} }));
		frm.set_query("serial_no", () => ({ filters: frm.doc.item_code ? { item_code: frm.doc.item_code } : {} }));
		frm.set_query("complaint", "covered_complaints", () => ({
			filters: { name: ["!=", frm.doc.complaint || ""], stage: ["not in", ["void", "duplicate", "closed"]] },
		}));
	},

	// Who leads investigations takes up what they start; the server does the same on other ways in.
	onload(frm) {
		const { user } = frappe.session;
		const leads = frappe.user.has_role("Quality Investigator") && user !== "Administrator";
		if (frm.is_new() && !frm.doc.investigator && leads) frm.set_value("investigator", user);
	},

	async refresh(frm) {
		await complaint_qms.load_desk();
		const desk = complaint_qms.desk;
		desk.show_fields(frm, ["stage"], false);
		desk.draw_told_case(frm);
		desk.draw_outside_facts(frm);
		desk.draw_outside_issues(frm);
		if (frm.is_new()) return desk.clear_top(frm, "stage_bar");
		if (frappe.model.can_create("Root Cause") && frm.doc.stage !== "void") {
			frm.add_custom_button(__("Root Cause"), () => new_root_cause(frm), __("Create"));
		}
		if (frappe.model.can_create("CAPA") && frm.doc.stage !== "void") {
			frm.add_custom_button(__("CAPA"), () => new_capa(frm), __("Create"));
		}
		desk.offer_investigated(frm);
		desk.offer_hold(frm, held_from(frm.doc), __("Create"));
		if (frm.doc.stage !== "void") {
			const { name: investigation, complaint, batch_no, serial_no, title } = frm.doc;
			desk.offer_field_action(frm, { investigation, complaint, batch_no, serial_no, title }, __("Create"));
		}
		desk.load_progress(frm, "stage_bar");
		desk.offer_unit_facts(frm);
		if (frm.doc.item_code) desk.offer_common_factors_of(frm);
	},

	complaint(frm) {
		if (complaint_qms.desk) complaint_qms.desk.draw_told_case(frm);
	},
});

frappe.ui.form.on("Investigation Complaint", {
	complaint(frm, cdt, cdn) {
		const row = frappe.get_doc(cdt, cdn);
		if (!row.complaint) return;
		frappe.db.get_value("Complaint", row.complaint, "subject").then(({ message }) => {
			frappe.model.set_value(cdt, cdn, "subject", message.subject);
		});
	},
});

/** What an investigation leads to: its batch or serial number, or what its complaint does. */
function held_from({ name, complaint, batch_no, serial_no }) {
	const about = { investigation: name, complaint };
	if (batch_no) return { kind: "Batch", name: batch_no, ...about };
	if (serial_no) return { kind: "Serial No", name: serial_no, ...about };
	return complaint ? { kind: "Complaint", name: complaint, ...about } : null;
}

function new_root_cause(frm) {
	const { name, complaint, item_code, batch_no, supplier } = frm.doc;
	frappe.new_doc("Root Cause", { investigation: name, complaint, item_code, batch_no, supplier });
}

async function new_capa(frm) {
	const causes = await frappe.db.get_list("Root Cause", {
		filters: { investigation: frm.doc.name, status: "verified" },
		fields: ["name", "title"],
		order_by: "name asc",
	});
	await frappe.model.with_doctype("CAPA");
	const { name, title, company, complaint, item_code, batch_no, supplier, problem } = frm.doc;
	const capa = frappe.model.get_new_doc("CAPA");
	Object.assign(capa, { investigation: name, title, company, item_code, batch_no, supplier, problem });
	for (const covered of [complaint, ...(frm.doc.covered_complaints || []).map((row) => row.complaint)]) {
		if (covered) frappe.model.add_child(capa, "CAPA Complaint", "complaints").complaint = covered;
	}
	for (const cause of causes) {
		Object.assign(frappe.model.add_child(capa, "CAPA Root Cause", "root_causes"), { root_cause: cause.name, title: cause.title });
	}
	frappe.set_route("Form", "CAPA", capa.name);
}
