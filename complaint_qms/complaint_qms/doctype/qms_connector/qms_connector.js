// A connector is filled in by a profile, and tried on a record before it is switched on.
const API = "complaint_qms.api.connectors";
const DOCTYPES = { item_code: "Item", batch_no: "Batch", complaint: "Complaint", investigation: "Investigation" };
const [ISSUE, RECEIVE, SEND] = ["open_issue", "receive_facts", "send_events"];
const SIGNATURE = "signature";
const PROFILES = ["generic_rest", "plm", "mes", "jira", "kingdee", "yonyou"];

frappe.ui.form.on("QMS Connector", {
	async refresh(frm) {
		// The framework puts in the user's own company; a system is asked for all companies unless somebody says so.
		if (frm.is_new() && !frm.cq_begun && !frappe.defaults.get_user_permissions().Company) await frm.set_value("company", "");
		frm.cq_begun = true;
		draw_address(frm);
		if (!frm.perm[0]?.write) return;
		if (![RECEIVE, SEND].includes(frm.doc.purpose)) frm.add_custom_button(__("Use a Profile"), () => choose_profile(frm));
		// A test would open an issue there, and who sends by itself is asked for nothing.
		if (!frm.is_new() && ![ISSUE, RECEIVE].includes(frm.doc.purpose)) frm.add_custom_button(__("Test"), () => test_dialog(frm));
		if (!frm.is_new() && frm.doc.purpose === RECEIVE) frm.add_custom_button(__("New Secret"), () => renew_secret(frm));
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

	purpose(frm) {
		const is_signed = [RECEIVE, SEND].includes(frm.doc.purpose);
		if (is_signed) frm.set_value("access", SIGNATURE);
		else if (frm.doc.access === SIGNATURE) frm.set_value("access", "no_access");
		frm.refresh();
	},
});

function draw_address(frm) {
	const { esc } = complaint_qms.markup;
	const { $wrapper } = frm.fields_dict.address_html;
	const address = frm.doc.__onload?.receive_address;
	if (frm.doc.purpose !== RECEIVE) return $wrapper.empty();
	if (frm.is_new() || !address) return $wrapper.html(`<p class="text-muted">${esc(__("The address is made when you save."))}</p>`);
	$wrapper.html(`<p>${esc(__("The system posts its messages to this address, each signed with the secret."))}</p>
		<p class="cq-address"><code>${esc(address)}</code> <button type="button" class="btn btn-default btn-xs">${esc(__("Copy"))}</button></p>`);
	$wrapper.find("button").on("click", () => frappe.utils.copy_to_clipboard(address));
}

function renew_secret(frm) {
	if (frm.is_dirty()) return frappe.show_alert({ message: __("Save first: what is stored gets the new secret."), indicator: "orange" });
	const { esc } = complaint_qms.markup;
	const hours = frm.doc.overlap_hours || 0;
	const told = !frm.doc.secret
		? __("The secret is shown once, by which the system signs what it sends.")
		: hours
			? __("The system needs the new secret within {0} hours. Until then the former one counts as well.", [hours])
			: __("The former secret counts no longer from now on.");
	frappe.confirm(esc(told), async () => {
		const { secret } = await frappe.xcall(`${API}.new_secret`, { connector: frm.doc.name }, "POST");
		await frm.reload_doc();
		const dialog = new frappe.ui.Dialog({
			title: __("New Secret"),
			fields: [
				{
					fieldname: "told",
					fieldtype: "HTML",
					options: `<p>${esc(__("It is shown this once. Enter it in the system."))}</p><p class="cq-address"><code>${esc(secret)}</code></p>`,
				},
			],
			primary_action_label: __("Copy"),
			primary_action: () => frappe.utils.copy_to_clipboard(secret),
		});
		dialog.show();
	});
}

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
			...(frm.doc.purpose === SEND
				? []
				: [{ fieldname: "name", fieldtype: "Link", options: DOCTYPES[frm.doc.about], label: __(DOCTYPES[frm.doc.about]), reqd: 1 }]),
			{ fieldname: "told", fieldtype: "HTML" },
		],
		primary_action_label: frm.doc.purpose === SEND ? __("Send a Test") : __("Ask the System"),
		async primary_action({ name }) {
			dialog.disable_primary_action();
			const $told = dialog.fields_dict.told.$wrapper;
			$told.html(`<p class="text-muted" role="status">${complaint_qms.markup.esc(__("The system is asked…"))}</p>`);
			const told = await frappe.xcall(`${API}.test`, { connector: frm.doc.name, name: name || "" }, "POST").catch(() => null);
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
