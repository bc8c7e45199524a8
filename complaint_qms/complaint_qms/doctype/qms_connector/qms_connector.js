// A connector is filled in by a profile, and tried on a record before it is switched on.
const API = "complaint_qms.api.connectors";
const DOCTYPES = { item_code: "Item", batch_no: "Batch", complaint: "Complaint", investigation: "Investigation" };
const ISSUE = "open_issue";
const PROFILES = ["generic_rest", "plm", "mes", "jira", "kingdee", "yonyou"];

frappe.ui.form.on("QMS Connector", {
	async refresh(frm) {
		// The framework puts in the user's own company; a system is asked for all companies unless somebody says so.
		if (frm.is_new() && !frm.cq_begun && !frappe.defaults.get_user_permissions().Company) await frm.set_value("company", "");
		frm.cq_begun = true;
		if (!frm.perm[0]?.write) return;
		frm.add_custom_button(__("Use a Profile"), () => choose_profile(frm));
		// A test would open an issue there.
		if (!frm.is_new() && frm.doc.purpose !== ISSUE) frm.add_custom_button(__("Test"), () => test_dialog(frm));
		const { open_until } = frm.doc;
		if (open_until && frappe.datetime.str_to_obj(open_until) > frappe.datetime.str_to_obj(frappe.datetime.now_datetime())) {
			frm.dashboard.set_headline_alert(
				complaint_qms.markup.esc(
					__("The system has failed {0} times in a row and is left alone until {1}.", [
						frm.doc.failures,
						frappe.datetime.str_to_user(open_until),
					])
				),
				"orange"
			);
		}
	},
});

function choose_profile(frm) {
	const { label } = complaint_qms.labels;
	const dialog = new frappe.ui.Dialog({
		title: __("Use a Profile"),
		fields: [
			{
				fieldname: "profile",
				fieldtype: "Select",
				label: __("Profile"),
				options: PROFILES.map((value) => ({ value, label: label(value) })),
				default: frm.doc.profile,
				reqd: 1,
			},
			{
				fieldname: "told",
				fieldtype: "HTML",
				options: `<p class="text-muted">${complaint_qms.markup.esc(
					__("Request, access and facts in the form are replaced. Fit them to your system: no two PLM or MES have the same interface.")
				)}</p>`,
			},
		],
		primary_action_label: __("Fill In"),
		async primary_action({ profile }) {
			dialog.hide();
			const { mapping, ...values } = await frappe.xcall(`${API}.profile`, { name: profile });
			frm.clear_table("mapping");
			for (const row of mapping) Object.assign(frm.add_child("mapping"), row);
			await frm.set_value(values);
			frm.refresh_field("mapping");
			frm.dirty();
		},
	});
	dialog.show();
}

function test_dialog(frm) {
	if (frm.is_dirty()) return frappe.show_alert({ message: __("Save first: what is stored is tested."), indicator: "orange" });
	const dialog = new frappe.ui.Dialog({
		title: __("Test {0}", [frm.doc.title]),
		size: "large",
		fields: [
			{ fieldname: "name", fieldtype: "Link", options: DOCTYPES[frm.doc.about], label: __(DOCTYPES[frm.doc.about]), reqd: 1 },
			{ fieldname: "told", fieldtype: "HTML" },
		],
		primary_action_label: __("Ask the System"),
		async primary_action({ name }) {
			dialog.disable_primary_action();
			const $told = dialog.fields_dict.told.$wrapper;
			$told.html(`<p class="text-muted" role="status">${complaint_qms.markup.esc(__("The system is asked…"))}</p>`);
			const told = await frappe.xcall(`${API}.test`, { connector: frm.doc.name, name }, "POST").catch(() => null);
			dialog.enable_primary_action();
			$told.html(told ? test_html(told) : "");
		},
	});
	dialog.show();
}

function test_html(told) {
	const { esc } = complaint_qms.markup;
	const part = (title, part_html) => (part_html ? `<h6>${esc(title)}</h6>${part_html}` : "");
	const text_html = (value) => (value ? `<pre class="cq-model-sent" tabindex="0">${esc(value)}</pre>` : "");
	const rows_html = (list) =>
		list.length
			? `<table class="table table-bordered cq-outside-table"><tbody>${list.map(([name, value]) => `<tr><th scope="row">${esc(name)}</th><td class="cq-outside-value">${esc(value || "—")}</td></tr>`).join("")}</tbody></table>`
			: "";
	const facts_html = rows_html(told.facts.map(({ label, value }) => [label, value]));
	const fields_html = rows_html(Object.entries(told.values).map(([name, value]) => [`{{ ${name} }}`, value]));
	const state = told.works
		? __("It works: answered with {0} within {1} s.", [told.status, told.seconds])
		: __("It does not work: {0}", [told.said]);
	return `<p><span class="indicator-pill ${told.works ? "green" : "red"}">${esc(state)}</span></p>
		${part(__("Facts"), facts_html)}
		${part(__("What Was Sent (secrets and personal data masked)"), text_html(told.sent))}
		${part(__("Merge Fields"), fields_html)}
		${part(__("Answer"), text_html(told.answer))}`;
}
