frappe.ui.form.on("CAPA", {
	setup(frm) {
		complaint_qms.mute_workflow_menu(frm);
		complaint_qms.form_head.reserve_head(frm);
		frm.set_query("capa_owner", () => complaint_qms.desk.assignable("CAPA"));
		frm.set_query("batch_no", () => ({ filters: frm.doc.item_code ? { item: frm.doc.item_code } : {} }));
		frm.set_query("root_cause", "root_causes", () => ({
			filters: frm.doc.investigation
				? { investigation: frm.doc.investigation, status: ["!=", "rejected"] }
				: { status: ["!=", "rejected"] },
		}));
		frm.set_query("complaint", "complaints", () => ({ filters: { stage: ["not in", ["void", "duplicate"]] } }));
		frm.set_query("complaint_type", () => ({ filters: { disabled: 0 } }));
	},

	onload(frm) {
		// Frappe reads a default with the user's number format, in which "0.5" may be five.
		const { default: given } = frappe.meta.get_docfield("CAPA", "max_rate_ratio");
		if (frm.is_new() && frm.doc.max_rate_ratio === flt(given)) frm.doc.max_rate_ratio = Number(given);
	},

	async refresh(frm) {
		await complaint_qms.load_desk();
		const desk = complaint_qms.desk;
		desk.show_fields(frm, ["stage"], false);
		complaint_qms.words.write_translated(frm.fields_dict.risk_level);
		draw_actions(frm);
		desk.draw_outside_issues(frm);
		desk.draw_before_after(frm.fields_dict.effect_html.$wrapper, frm.doc);
		if (frm.is_new()) return desk.clear_top(frm, "capa_bar");
		desk.draw_residual(frm);
		offer_effectiveness(frm);
		if (frm.doc.stage !== "void") {
			const { name: capa, batch_no, title } = frm.doc;
			desk.offer_field_action(frm, { capa, batch_no, title }, __("Create"));
		}
		desk.load_progress(frm, "capa_bar", offer_own_actions(frm));
	},
});

frappe.ui.form.on("CAPA Action", {
	actions_remove: draw_actions,
	action: draw_actions,
	action_owner: draw_actions,
	start_date: draw_actions,
	due_date: draw_actions,
	status: draw_actions,
});

for (const [child, link, source] of [
	["CAPA Complaint", "complaint", ["Complaint", "subject", "subject"]],
	["CAPA Root Cause", "root_cause", ["Root Cause", "title", "title"]],
]) {
	frappe.ui.form.on(child, {
		[link](frm, cdt, cdn) {
			const row = frappe.get_doc(cdt, cdn);
			const [doctype, from, to] = source;
			if (!row[link]) return;
			frappe.db.get_value(doctype, row[link], from).then(({ message }) => {
				frappe.model.set_value(cdt, cdn, to, message[from]);
			});
		},
	});
}

function draw_actions(frm) {
	complaint_qms.desk.draw_gantt(frm.fields_dict.actions_html.$wrapper, frm.doc.actions, frappe.datetime.get_today());
}

// An action owner reports here, without the right to edit the CAPA. Returns what the head of the form says of it.
function offer_own_actions(frm) {
	if (frm.doc.stage !== "implement") return null;
	const own = (frm.doc.actions || []).filter(
		(row) => row.action_owner === frappe.session.user && ["open", "in_progress"].includes(row.status || "open")
	);
	if (!own.length) return null;
	const { name: capa, title, item_code: product } = frm.doc;
	const actions = own.map((row) => ({ name: row.name, label: `${row.idx}. ${row.action}`, due_date: row.due_date }));
	const complete = (first = actions[0].name) =>
		complaint_qms.desk.complete_own_action({ capa, title, product, actions, first }, () => frm.reload_doc());
	frm.add_custom_button(__("Complete My Action"), () => complete()).addClass("btn-primary-light");
	return { actions, complete };
}

function offer_effectiveness(frm) {
	if (frm.doc.stage !== "effectiveness" || !frm.perm[0].write) return;
	frm.add_custom_button(__("Compute Effectiveness"), () => compute(frm));
	if (frm.doc.verdict === "insufficient_data" && frm.doc.window_end < frappe.datetime.get_today()) {
		frm.add_custom_button(__("Extend the Window"), () => extend(frm));
	}
	// What “My Work Today” offers for it.
	const wanted = complaint_qms.desk.wanted_action(frm, ["Compute Effectiveness", "Extend the Window"]);
	if (wanted === "Compute Effectiveness") compute(frm);
	if (wanted === "Extend the Window") extend(frm);
}

function compute(frm) {
	return frappe
		.call({
			method: "complaint_qms.api.capa.compute_effectiveness",
			args: { capa: frm.doc.name },
			type: "POST",
			freeze: true,
			freeze_message: __("Counting complaints and deliveries before and after …"),
		})
		.then(() => frm.reload_doc())
		.then(() => complaint_qms.desk.go_to(frm, "effect_html"));
}

// When the data do not suffice at its end, the window runs on; no sentence stands in for data.
function extend(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Extend the Window"),
		fields: [
			{ fieldname: "days", fieldtype: "Int", label: __("Days from Today"), default: frm.doc.window_days, reqd: 1 },
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		],
		primary_action_label: __("Extend"),
		primary_action(values) {
			frappe
				.call({
					method: "complaint_qms.api.capa.extend_window",
					args: { capa: frm.doc.name, ...values },
					type: "POST",
					freeze: true,
				})
				.then(() => {
					dialog.hide();
					frm.reload_doc();
				});
		},
	});
	dialog.show();
}
