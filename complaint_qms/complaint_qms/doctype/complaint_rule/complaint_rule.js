frappe.ui.form.on("Complaint Rule", {
	setup(frm) {
		frm.set_query("role", "actions", complaint_qms.given_roles);
		frm.set_query("webhook", "actions", () => ({ filters: { webhook_doctype: "Complaint" } }));
		frm.set_query("notification_channel", "actions", (_frm, doctype, name) => {
			const to_group = locals[doctype][name].who === "group_of_channel";
			const services = ["wecom_robot", "dingtalk_robot", "slack", "webhook"];
			return { filters: { enabled: 1, service: [to_group ? "in" : "not in", services] } };
		});
		frm.cq_tell = frappe.utils.debounce(() => tell(frm), 400);
	},
	// What is built here is looked at and tried before it acts, as what is imported and shipped is.
	onload(frm) {
		if (frm.is_new()) frm.doc.enabled = 0;
	},
	async refresh(frm) {
		// The framework puts in the user's own company; a rule is for all of them unless somebody is kept to some.
		if (frm.is_new() && !frm.cq_begun && !frappe.defaults.get_user_permissions().Company) await frm.set_value("company", "");
		frm.cq_begun = true;
		show_words(frm, (frm.doc.__onload || {}).words || "");
		if (frm.is_new()) frm.cq_tell();
		else frm.add_custom_button(__("Log"), () => frappe.set_route("List", "Complaint Rule Log", { rule: frm.doc.name }));
		await complaint_qms.load_desk();
		if (frm.perm[0].write) frm.add_custom_button(__("Try on the Past"), () => complaint_qms.desk.try_rule(frm));
		const $place = frm.fields_dict.conditions_html.$wrapper;
		complaint_qms.desk.draw_rule_conditions(frm, $place, (stored) => {
			frappe.model.set_value(frm.doctype, frm.docname, "conditions", stored);
			frm.cq_tell();
		});
	},
	when_event: (frm) => frm.cq_tell(),
	once_per: (frm) => frm.cq_tell(),
	quiet_days: (frm) => frm.cq_tell(),
	only_on_rise: (frm) => frm.cq_tell(),
	actions_remove: (frm) => frm.cq_tell(),
});

/** Actions of which there is nothing more to say. */
const COMPLETE = ["start_investigation", "hold_goods", "open_capa"];
const told = (frm) => frm.cq_tell();

frappe.ui.form.on("Complaint Rule Action", {
	form_render: offer_values,
	do(frm, doctype, name) {
		frm.cq_tell();
		const row = frm.fields_dict.actions.grid.grid_rows_by_docname[name];
		// What an action needs stands in the row's form.
		const { do: chosen } = locals[doctype][name];
		if (row && chosen && !COMPLETE.includes(chosen) && !row.grid_form?.wrapper.is(":visible")) setTimeout(() => row.toggle_view(true), 50);
	},
	field(frm, doctype, name) {
		frappe.model.set_value(doctype, name, "value", "");
		offer_values(frm, doctype, name);
	},
	value: told,
	tag: told,
	who: told,
	user: told,
	role: told,
	text: told,
	due_days: told,
	email_template: told,
	webhook: told,
	notification_channel: told,
});

/** The values that the chosen field can have. */
async function offer_values(frm, doctype, name) {
	const row = locals[doctype][name];
	if (row.do !== "set" || !row.field) return;
	await complaint_qms.load_desk();
	const field = (await complaint_qms.desk.rule_vocabulary()).fields_set[row.field];
	if (!field) return;
	let options = field.choices.map(({ key, label }) => ({ value: key, label }));
	if (field.options) {
		const names = await frappe.db.get_list(field.options, { pluck: "name", limit: 200, order_by: "name asc" });
		options = names.map((one) => ({ value: one, label: __(one) }));
	}
	frm.fields_dict.actions.grid.update_docfield_property("value", "options", options);
	const { grid_form } = frm.fields_dict.actions.grid.grid_rows_by_docname[name] || {};
	const control = grid_form && grid_form.fields_dict && grid_form.fields_dict.value;
	if (control && control.set_data) control.set_data(options);
}

/** The rule as it stands on the form, in words; for the whole and for each action. */
async function tell(frm) {
	const rule = JSON.stringify(frm.doc);
	const { words, actions } = await frappe.xcall("complaint_qms.api.rules.describe", { rule });
	show_words(frm, words);
	(frm.doc.actions || []).forEach((row, index) => {
		row.summary = actions[index] || "";
		show_summary(frm.fields_dict.actions.grid.grid_rows_by_docname[row.name], row.summary);
	});
}

/** In its cell and field alone: what the grid's row refreshes with them takes away what somebody is typing in the row's form. */
function show_summary(shown, summary) {
	if (!shown) return;
	if (shown.columns.summary) shown.columns.summary.static_area.text(summary);
	const { fields_dict } = shown.grid_form || {};
	for (const field of [shown.on_grid_fields_dict.summary, fields_dict && fields_dict.summary]) if (field) field.refresh();
}

function show_words(frm, words) {
	frm.fields_dict.words_html.$wrapper.html(`<p class="cq-rule-words">${complaint_qms.markup.esc(words)}</p>`);
}
