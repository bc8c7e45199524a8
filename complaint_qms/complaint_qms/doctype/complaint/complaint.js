// The stage bar and the clock cards show these, in words.
const TOLD_BY_PICTURES = [
	"stage",
	"sla_status",
	"stage_log",
	"log_section",
	"escalations",
	"escalation_section",
	"total_hold_seconds",
	"response_clock_section",
	"stage_clock_section",
	"resolution_clock_section",
];

// Fields that only the server writes hold keys as well, without being a choice whose words the framework looks up.
const KEPT_AS_KEYS = { Complaint: ["held_stage"], "Complaint Checklist Item": ["stage"] };

const OPENED = "complaint_qms.api.complaint.opened";

// The server looks for what stands around the fields while the browser draws them.
$(document)
	.off("form-refresh.cq_complaint")
	.on("form-refresh.cq_complaint", (event, frm) => {
		if (frm.doctype !== "Complaint" || frm.is_new()) return;
		const { name } = frm.doc;
		const ask = () => frappe.xcall(OPENED, { name });
		const ahead = complaint_qms.asked_ahead(frm);
		frm.cq_asked = { name, answer: ahead ? ahead.catch(ask) : ask() };
		// Drawn or told by who waits for it; of a record that is left before that nobody waits.
		frm.cq_asked.answer.catch(() => {});
	});

frappe.ui.form.on("Complaint", {
	setup(frm) {
		name_keys();
		complaint_qms.mute_workflow_menu(frm);
		complaint_qms.form_head.reserve_head(frm);
		if (!frm.is_new()) complaint_qms.form_head.context_of(frm);
		complaint_qms.keep_moments(frm);
		complaint_qms.draw_when_shown(frm);
		mind_settlements();
	},

	async refresh(frm) {
		await complaint_qms.load_desk();
		const desk = complaint_qms.desk;
		desk.set_complaint_queries(frm);
		desk.show_fields(frm, TOLD_BY_PICTURES, false);
		desk.mind_confidential(frm);
		desk.draw_gallery(frm);
		desk.draw_proposals(frm);
		desk.show_risk(frm);
		desk.draw_occurrence(frm);
		const { topic_name } = frm.doc.__onload || {};
		if (topic_name) frm.set_df_property("topic", "description", complaint_qms.markup.esc(topic_name));
		if (frm.is_new()) {
			desk.clear_top(frm, "stage_bar");
			draw_panels(frm, []);
			desk.draw_outside_facts(frm);
			desk.draw_intake(frm);
			return;
		}
		desk.clear_intake(frm);
		desk.tell_hidden(frm);
		desk.mind_answers();
		desk.offer_answers(frm);
		desk.offer_chat(frm);
		desk.offer_summary(frm);
		desk.offer_article(frm);
		desk.offer_genealogy(frm);
		desk.draw_outside_facts(frm);
		const { company, item_code, complaint_type } = frm.doc;
		const { batch_no, serial_no, delivery_note, sales_invoice } = frm.doc;
		if (batch_no || serial_no || delivery_note || sales_invoice) desk.offer_unit_facts(frm);
		if (item_code) desk.offer_common_factors(frm, { company, item_code, complaint_type });
		desk.offer_field_action(frm, { complaint: frm.doc.name, batch_no, serial_no, title: frm.doc.subject }, __("Trace"));
		desk.offer_tracking_link(frm);
		desk.offer_case_file(frm);
		desk.load_record(frm, {
			overview: "complaint_qms.api.complaint.overview",
			opened: OPENED,
			take: "complaint_qms.api.complaint.take_step",
			show: show_overview,
			// A reply is written, and counts as sent, beside the dialog that asks for it.
			beside: { fields: ["reply", "reply_sent_at"], label: __("Write and Send It"), open: desk.answer_beside },
			show_context(form, context) {
				desk.draw_context(form, context);
				draw_panels(form, desk.linked_rows(context.linked));
			},
		});
	},

	validate(frm) {
		complaint_qms.desk.wait_for_uploads(frm);
		if (frm.is_new() && frm.cq_intake) frm.cq_intake.reveal();
	},

	contact_person(frm) {
		// In the short form the choice brings its own, and what was typed stays.
		if (!frm.doc.contact_person || (frm.is_new() && frm.$wrapper.hasClass("cq-short"))) return;
		const { name, contact_person } = frm.doc;
		frappe.xcall("frappe.contacts.doctype.contact.contact.get_contact_details", { contact: contact_person }).then((contact) => {
			// Meanwhile another record may be open, or another contact chosen.
			if (frm.doc.name !== name || frm.doc.contact_person !== contact_person) return;
			frm.set_value({
				complainant_name: frm.doc.complainant_name || contact.contact_display,
				contact_email: contact.contact_email || frm.doc.contact_email,
				contact_phone: contact.contact_mobile || contact.contact_phone || frm.doc.contact_phone,
			});
		});
	},

	customer: (frm) => follow_choice(frm),
	item_code: (frm) => follow_choice(frm),
	batch_no: (frm) => follow_choice(frm),
	serial_no: (frm) => follow_choice(frm),

	evidence_on_form_rendered: (frm) => complaint_qms.desk.draw_gallery(frm),
	severity: (frm) => complaint_qms.desk.draw_proposals(frm),
	complaint_type(frm) {
		complaint_qms.desk.draw_proposals(frm);
		complaint_qms.desk.follow_occurrence(frm);
	},
	occurrence: (frm) => complaint_qms.desk.follow_occurrence(frm),
});

frappe.ui.form.on("Complaint Evidence", {
	file(frm, cdt, cdn) {
		const row = frappe.get_doc(cdt, cdn);
		if (row.file) frappe.model.set_value(cdt, cdn, "kind", complaint_qms.desk.kind_of(row.file));
		complaint_qms.desk.draw_gallery(frm);
	},
	evidence_remove: (frm) => complaint_qms.desk.draw_gallery(frm),
});

function follow_choice(frm) {
	if (!complaint_qms.desk) return;
	complaint_qms.desk.follow_choice(frm);
	complaint_qms.desk.follow_occurrence(frm);
}

// A settlement and its documents change the complaint past its form. What nobody is editing is fetched anew: at once where
// it is in sight, else when it is opened again.
function mind_settlements() {
	const event = "complaint_settlement";
	frappe.realtime.off(event);
	frappe.realtime.on(event, ({ complaint }) => {
		const doc = frappe.get_doc("Complaint", complaint);
		if (!doc || doc.__unsaved) return;
		const in_sight = frappe.get_route()[0] === "Form" && cur_frm && cur_frm.doc === doc;
		if (in_sight) cur_frm.debounced_reload_doc();
		else frappe.model.remove_from_locals("Complaint", complaint);
	});
}

function show_overview(frm, overview, handlers) {
	const desk = complaint_qms.desk;
	const $top = desk.place_on_top(frm, "stage_bar");
	$top.html('<div class="cq-head"></div><div class="cq-bar-place"></div>');
	const headline = desk.headline_html(frm.doc, { ...overview.headline, is_closed: overview.is_closed });
	$top.find(".cq-head").html(headline + desk.contained_html(frm.cq_contained));
	desk.draw_stage_bar($top.find(".cq-bar-place"), overview, handlers);
	complaint_qms.once_shown(frm, "clock_html", ({ $wrapper }) => desk.draw_clocks($wrapper, frm.doc, overview));
	// Why the SOP chose this handler, or found none, stands below the name.
	const { complaint_owner } = frm.fields_dict;
	complaint_owner.set_description(overview.handler_reason || __(complaint_owner.df.description));
}

function draw_panels(frm, linked) {
	const desk = complaint_qms.desk;
	const of = (...doctypes) => linked.filter((row) => doctypes.includes(row.doctype));
	const may = (doctype) => !frm.is_new() && frappe.model.can_create(doctype);
	const draw = (field, rows, told) => complaint_qms.once_shown(frm, field, ({ $wrapper }) => desk.draw_linked($wrapper, rows, told));
	draw("investigation_html", of("Investigation", "Root Cause", "CAPA"), {
		empty: __("No investigation yet. Start one here, name one that covers this complaint, or write why none is needed."),
		button: __("New Investigation"),
		make: may("Investigation") && (() => new_investigation(frm)),
	});
	draw("settlement_html", of("Complaint Settlement", "Sales Invoice", "Delivery Note", "Sales Order"), {
		empty: __("No settlement yet. Propose what the customer gets: the app drafts the credit note or return from the original lines."),
		button: __("New Settlement"),
		make: may("Complaint Settlement") && (() => new_settlement(frm)),
	});
}

function new_investigation(frm) {
	const { name, subject, company, item_code, batch_no, serial_no, supplier } = frm.doc;
	frappe.new_doc("Investigation", { complaint: name, title: subject, company, item_code, batch_no, serial_no, supplier });
}

function new_settlement(frm) {
	const { name, customer, company, currency, sales_invoice, delivery_note } = frm.doc;
	frappe.new_doc("Complaint Settlement", { complaint: name, customer, company, currency, sales_invoice, delivery_note });
}

function name_keys() {
	const { labels, markup } = complaint_qms;
	for (const [doctype, fields] of Object.entries(KEPT_AS_KEYS)) {
		for (const field of fields) frappe.meta.docfield_map[doctype][field].formatter = (key) => markup.esc(labels.label(key));
	}
}
