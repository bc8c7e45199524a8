frappe.ui.form.on("Root Cause", {
	setup(frm) {
		complaint_qms.form_head.reserve_head(frm);
		frm.set_query("analyst", () => complaint_qms.desk.assignable("Root Cause"));
		frm.set_query("batch_no", () => ({ filters: frm.doc.item_code ? { item: frm.doc.item_code } : {} }));
	},

	async refresh(frm) {
		if (frm.doc.status === "verified" && !frm.is_new()) close_for_typing(frm);
		await complaint_qms.load_desk();
		draw(frm);
		complaint_qms.desk.load_cause(frm);
		if (frm.is_new()) return;
		const { label, color } = complaint_qms.labels;
		if (!frm.is_dirty()) frm.page.set_indicator(complaint_qms.markup.esc(label(frm.doc.status)), color(frm.doc.status));
		if (!frm.is_dirty()) complaint_qms.desk.load_judgements(frm);
		if (frm.doc.status === "verified" && frappe.model.can_create("CAPA")) {
			frm.add_custom_button(__("CAPA"), () => new_capa(frm), __("Create"));
		}
	},

	method: draw,
	title: draw,
	description: draw,
});

frappe.ui.form.on("Root Cause Why", {
	// A question follows from the answer above it, wherever the row was put in; a copied row keeps its own.
	whys_add(frm, cdt, cdn) {
		const row = frappe.get_doc(cdt, cdn);
		if (row.question || row.answer) return;
		const above = frm.doc.whys[frm.doc.whys.indexOf(row) - 1];
		row.level = Math.min(7, above ? cint(above.level) + 1 : 1);
		if (above && above.answer) row.question = __("Why: {0}?", [above.answer.replace(/[.。!?]+\s*$/, "")]);
		frm.fields_dict.whys.grid.refresh_row(cdn);
	},
	whys_remove: draw_whys,
	level: draw_whys,
	question: draw_whys,
	answer: draw_whys,
	evidence: draw_whys,
});

frappe.ui.form.on("Root Cause Factor", {
	// Causes are found bone by bone.
	factors_add(frm, cdt, cdn) {
		const row = frappe.get_doc(cdt, cdn);
		const above = frm.doc.factors[frm.doc.factors.indexOf(row) - 1];
		if (!above || row.cause) return;
		row.category = above.category;
		frm.fields_dict.factors.grid.refresh_row(cdn);
	},
	factors_remove: draw_factors,
	category: draw_factors,
	cause: draw_factors,
	sub_cause: draw_factors,
	likely: draw_factors,
});

// What is verified changes no more: nobody types what the server would refuse.
function close_for_typing(frm) {
	frm.set_read_only();
	frm.refresh_fields();
	frm.disable_save();
}

function draw(frm) {
	if (!complaint_qms.desk) return;
	// The chosen method opens its own table; the other stays away unless it already holds something.
	const show = (method, rows) => !frm.doc.method || frm.doc.method === method || (rows || []).length > 0;
	complaint_qms.desk.show_fields(frm, ["whys_section"], show("5_why", frm.doc.whys));
	complaint_qms.desk.show_fields(frm, ["factors_section"], show("ishikawa", frm.doc.factors));
	draw_whys(frm);
	draw_factors(frm);
}

function draw_whys(frm) {
	complaint_qms.desk.draw_why_tree(frm.fields_dict.whys_html.$wrapper, frm.doc.whys, frm.doc.title);
}

function draw_factors(frm) {
	complaint_qms.desk.draw_ishikawa(frm.fields_dict.factors_html.$wrapper, frm.doc.factors, frm.doc.title);
}

async function new_capa(frm) {
	await frappe.model.with_doctype("CAPA");
	const { message } = await frappe.db.get_value("Investigation", frm.doc.investigation, ["company", "title"]);
	const { name, title, item_code, batch_no, supplier, investigation, complaint } = frm.doc;
	const capa = frappe.model.get_new_doc("CAPA");
	Object.assign(capa, { title, item_code, batch_no, supplier, investigation, company: message.company });
	Object.assign(frappe.model.add_child(capa, "CAPA Root Cause", "root_causes"), { root_cause: name, title });
	if (complaint) frappe.model.add_child(capa, "CAPA Complaint", "complaints").complaint = complaint;
	frappe.set_route("Form", "CAPA", capa.name);
}
