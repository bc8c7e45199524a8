// A template for messages on complaints is shown as its customer reads it.
frappe.ui.form.on("Email Template", {
	refresh(frm) {
		if (frm.is_new() || !frm.doc.complaint_message || !frappe.model.can_read("Complaint")) return;
		frm.add_custom_button(__("Preview"), () => preview(frm));
	},
});

const TEXTS = ["subject", "response", "response_html", "use_html", "complaint_language"];

// What is shown is what stands in the form: to look at it saves nothing.
async function preview(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Preview"),
		size: "large",
		no_focus: true, // the list of complaints would lie upon what is shown
		fields: [
			{ fieldname: "complaint", fieldtype: "Link", options: "Complaint", label: __("Complaint"), change: () => show(frm, dialog) },
			{ fieldname: "said", fieldtype: "HTML" },
		],
	});
	dialog.show();
	show(frm, dialog);
}

async function show(frm, dialog) {
	const asked = dialog.get_value("complaint") || null;
	const { message } = await frappe.call({
		method: "complaint_qms.api.answers.preview_template",
		args: {
			template: frm.doc.name,
			complaint: asked,
			unsaved: frm.is_dirty() ? JSON.stringify(Object.fromEntries(TEXTS.map((field) => [field, frm.doc[field] || ""]))) : null,
		},
	});
	if (!message || (dialog.get_value("complaint") || null) !== asked) return;
	const subject = $("<p></p>").append($("<b></b>").text(message.subject));
	// A page of its own: nothing in a mail reaches the desk.
	const page = $('<iframe sandbox="" style="width:100%;height:50vh;border:1px solid var(--border-color)"></iframe>')
		.attr("title", __("Preview"))
		.attr("srcdoc", message.page);
	const about = $('<p class="text-muted"></p>').text(__("Shown with {0}. Links are examples.", [message.complaint]));
	const wrong = message.wrong.map((line) => $('<p class="text-danger"></p>').text(line));
	const not_saved = frm.is_dirty() ? $('<p class="text-muted"></p>').text(__("As it stands in the form; it is not saved.")) : "";
	dialog.fields_dict.said.$wrapper.empty().append(wrong, subject, page, about, not_saved);
}
