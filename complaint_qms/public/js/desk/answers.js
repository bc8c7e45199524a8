// Answering the customer: the framework's composer, filled from the complaint and sent by the app, and a note of what was said aloud.
import { esc, formatted } from "../markup";
import { draft_answer, has_language_model } from "./language_model";
import { plain_text } from "./told_text";
import { keep_typed_moments } from "./typed_moments";

const API = "complaint_qms.api.answers";
const SPOKEN = ["Phone", "Visit", "Meeting", "Chat", "SMS", "Other"];
// What the framework's composer offers and an answer does not need: it leaves at once, as it was written.
const NOT_ASKED = ["send_after", "use_html", "clear_and_add_template", "attach_document_print", "select_print_format", "print_language"];

/** Offer both ways of answering on the form of a complaint. */
export function offer_answers(frm) {
	if (frm.is_new() || !frappe.model.can_email("Complaint", frm)) return;
	const group = __("Answer");
	frm.add_custom_button(__("Write to the Customer"), () => write_answer(frm), group);
	frm.add_custom_button(__("Note a Call or Visit"), () => note_answer(frm), group);
}

/**
 * Open the composer. @param options {kind, message: text to start from, article: the Help Article it was taken from, sent(values)}
 * Nothing typed on the form or in a dialog behind it is lost: what the mail counts for is taken over field by field.
 */
export async function write_answer(frm, options = {}) {
	const draft = options.message ? null : drafts.get(frm.doc.name);
	const article = draft ? draft.article : options.article || "";
	const said = await compose(frm, draft ? draft.kind : options.kind, null, article);
	if (said.no_account) return tell_no_account(frm, said, options);
	if (said.held_back) frappe.show_alert({ message: esc(said.held_back), indicator: "orange" }, HELD_BACK_SHOWN);
	const begin_html = draft ? draft.content : options.message ? with_text(said.content, options.message) : said.content;
	const Composer = answer_composer();
	return new Composer({
		frm,
		doc: frm.doc,
		title: __("Answer to the Customer"),
		said,
		recipients: draft ? draft.recipients : said.recipients,
		cc: draft ? draft.cc : "",
		bcc: draft ? draft.bcc : "",
		subject: draft ? draft.subject : said.subject,
		message: begin_html,
		article,
		sent: (values) => taken_over(frm, values, options.sent),
	});
}

/** Write and send the reply that a step's dialog asks for; what the mail counts for is put into its fields. */
export function answer_beside(frm, dialog) {
	const reply = dialog.fields_dict.reply;
	const message = reply && strip_html(reply.get_value() || "").trim() ? reply.get_value() : "";
	return write_answer(frm, {
		kind: "Answer",
		message,
		sent: (values) => Object.keys(values).forEach((field) => dialog.fields_dict[field] && dialog.set_value(field, values[field])),
	});
}

/** Options of how a customer is told something aloud. */
export const spoken_ways = () => SPOKEN.map((key) => ({ value: key, label: __(key, null, "Complaint") }));

/** Note what the customer was told without a mail. @param options as of the composer: a text to start from, and its article */
export function note_answer(frm, options = {}) {
	const dialog = new frappe.ui.Dialog({
		title: __("Note a Call or Visit"),
		fields: [
			{ fieldname: "medium", fieldtype: "Select", label: __("How"), options: spoken_ways(), default: "Phone", reqd: 1 },
			{ fieldtype: "Column Break" },
			{ fieldname: "kind", fieldtype: "Select", label: __("Kind of Message"), options: kinds(), reqd: 1 },
			{ fieldtype: "Column Break" },
			{ fieldname: "at", fieldtype: "Datetime", label: __("When"), description: __("Now, when left empty.") },
			{ fieldtype: "Section Break", hide_border: 1 },
			{ fieldname: "said", fieldtype: "Small Text", label: __("What Was Said"), reqd: 1, default: plain_text(options.message) },
			{
				fieldname: "article",
				fieldtype: "Link",
				options: "Help Article",
				label: __("Help Article"),
				default: options.article,
				description: __("Whose solution was told, if one was."),
				get_query: () => ({ filters: { published: 1 } }),
			},
			{ fieldname: "refusal", fieldtype: "HTML" },
		],
		primary_action_label: __("Save"),
		primary_action(values) {
			dialog.disable_primary_action();
			const said = esc(values.said).replace(/\n/g, "<br>");
			const { kind, medium, at = null, article = "" } = values;
			call("note", { name: frm.doc.name, kind, medium, said, at, article })
				.then((answer) => {
					dialog.hide();
					frappe.show_alert({ message: __("Noted"), indicator: "green" });
					taken_over(frm, answer.values, options.sent);
					frm.timeline && frm.timeline.refresh();
				})
				.catch(() => dialog.enable_primary_action());
		},
	});
	keep_typed_moments(dialog);
	dialog.show();
	compose(frm, options.kind).then((said) => dialog.get_value("kind") || dialog.set_value("kind", said.kind));
	dialog.fields_dict.said.set_focus();
	return dialog;
}

/** Another person's mail, or one from the framework's own composer, changes the complaint past its form. */
export function mind_answers() {
	const event = "complaint_answered";
	frappe.realtime.off(event);
	frappe.realtime.on(event, ({ complaint, values }) => {
		const doc = frappe.get_doc("Complaint", complaint);
		if (doc) take_over(doc, values);
	});
}

function taken_over(frm, values, then) {
	take_over(frm.doc, values);
	if (!frm.is_dirty()) frm.reload_doc();
	if (then) then(values);
}

// Fields that somebody has changed here and not saved stay as they are typed.
function take_over(doc, values) {
	const frm = cur_frm && cur_frm.doc === doc ? cur_frm : null;
	Object.assign(doc, values);
	if (frm) Object.keys(values).forEach((field) => frm.fields_dict[field] && frm.refresh_field(field));
}

const compose = (frm, kind, template, article) =>
	frappe.xcall(`${API}.compose`, { name: frm.doc.name, kind: kind || null, template: template || null, article: article || "" });

// Another word than of a question in a form, or of information about a product.
const kinds = () => [
	{ value: "Answer", label: __("Answer") },
	{ value: "Question", label: __("Question", null, "Complaint") },
	{ value: "Information", label: __("Information", null, "Complaint") },
];

// A reply that is written already stands where the template has it; without one it is the whole text.
const with_text = (content, text) => (content.includes(text) ? content : `${formatted(text)}${content}`);

function call(method, args) {
	return new Promise((resolve, reject) => {
		frappe.call({
			method: `${API}.${method}`,
			type: "POST",
			args,
			freeze: true,
			callback: ({ message }) => resolve(message),
			error: reject,
		});
	});
}

function tell_no_account(frm, said, options) {
	const may_set_up = frappe.model.can_create("Email Account");
	const dialog = new frappe.ui.Dialog({
		title: __("No Mail Can Be Sent"),
		fields: [{ fieldname: "why", fieldtype: "HTML", options: `<p>${esc(said.no_account)}</p>` }],
		primary_action_label: __("Note a Call or Visit"),
		primary_action() {
			dialog.hide();
			note_answer(frm, options);
		},
		secondary_action_label: may_set_up ? __("Email Account") : __("Close"),
		secondary_action() {
			dialog.hide();
			if (may_set_up) frappe.set_route("List", "Email Account");
		},
	});
	dialog.show();
	return dialog;
}

const HELD_BACK_SHOWN = 15; // seconds

// Complaint → what was typed and neither sent nor discarded.
const drafts = new Map();

let Composer = null;

// The framework's class is there once its own bundle is loaded, so the app's is made when it is first needed.
function answer_composer() {
	if (Composer) return Composer;
	Composer = class AnswerComposer extends frappe.views.CommunicationComposer {
		get_fields() {
			const kind = {
				fieldname: "kind",
				fieldtype: "Select",
				label: __("Kind of Message"),
				options: kinds(),
				default: this.said.kind,
				reqd: 1,
				onchange: () => this.propose({ kind: this.dialog.get_value("kind") }),
			};
			return [
				kind,
				{ fieldtype: "Column Break" },
				{ fieldname: "counts", fieldtype: "HTML" },
				{ fieldtype: "Section Break", hide_border: 1 },
				...super.get_fields(),
			];
		}

		prepare() {
			super.prepare();
			// The framework lays out what it takes for the section of the recipients.
			this.dialog.$wrapper.find(".form-section").removeClass("to_section").eq(1).addClass("to_section");
			this.dialog.$wrapper.addClass("cq-answer");
			NOT_ASKED.forEach((name) => this.dialog.fields_dict[name] && this.dialog.fields_dict[name].$wrapper.addClass("cq-not-asked"));
			this.tell_what_it_counts_for();
			this.dialog.add_custom_action(__("Preview"), () => this.preview());
			if (has_language_model()) this.dialog.add_custom_action(__("Draft an Answer"), () => this.have_it_drafted());
		}

		/** What a model proposes takes the place of an untouched template and stands before what was typed. */
		have_it_drafted() {
			return draft_answer(this.frm.doc.name, {
				kind: this.dialog.get_value("kind"),
				take: __("Put into the Mail"),
				put: async (text) => {
					const html = formatted(esc(text).replace(/\n/g, "<br>"));
					const before = plain(this.get_email_content());
					const is_untouched = !before || before === this.proposed;
					if (!this.dialog.display) this.dialog.show();
					await this.set_email_content(is_untouched ? html : with_text(this.get_email_content(), html));
					this.proposed = null; // another template stands before it from now on
				},
			});
		}

		// The framework's own would fill a template with keys; the app's knows the customer's words.
		setup_email_template() {
			const field = this.dialog.fields_dict.email_template;
			field.set_value(this.said.template);
			field.df.onchange = () => {
				const template = field.get_value();
				if (template && template !== this.said.template) this.propose({ template });
			};
		}

		/** Another kind or template: its text takes the place of the one that was proposed, and stands before one that was typed. */
		async propose({ kind, template }) {
			const dialog = this.dialog;
			if (!dialog || (kind && kind === this.said.kind)) return;
			const before = this.said;
			const said = await compose(this.frm, dialog.get_value("kind"), template, this.article);
			this.said = said;
			this.tell_what_it_counts_for();
			const typed = this.get_email_content();
			const untouched = !strip_html(typed).trim() || plain(typed) === this.proposed;
			await this.set_email_content(untouched ? said.content : `${said.content}${typed}`);
			this.proposed = untouched ? plain(this.get_email_content()) : null;
			if (dialog.get_value("subject") === before.subject) dialog.set_value("subject", said.subject);
			dialog.fields_dict.email_template.set_value(said.template);
		}

		// A dialog that is closed by mistake keeps what was typed until it is sent or discarded.
		setup_last_edited_communication() {
			super.setup_last_edited_communication();
			const hidden = this.dialog.on_hide;
			this.dialog.on_hide = () => {
				hidden();
				drafts.set(this.frm.doc.name, { ...this.dialog.get_values(true), content: this.get_email_content(), article: this.article });
			};
		}

		clear_cache() {
			super.clear_cache();
			drafts.delete(this.frm.doc.name);
		}

		async set_content(sender) {
			await super.set_content(sender);
			if (this.proposed === undefined) this.proposed = plain(this.get_email_content());
		}

		// The framework's reads mail accounts, which those who answer customers need not be allowed to.
		async get_signature() {
			return this.said.signature ? `<br>${formatted(this.said.signature)}` : "";
		}

		tell_what_it_counts_for() {
			const counts = {
				Answer: __("Counts as the reply to the complaint."),
				Question: __("Asks the customer. It is no reply yet."),
				Information: __("Tells how things stand. It is no reply yet."),
			};
			this.dialog.fields_dict.counts.$wrapper.html(`<p class="text-muted cq-counts">${esc(counts[this.said.kind])}</p>`);
		}

		async preview() {
			const page = await frappe.xcall(`${API}.preview`, {
				name: this.frm.doc.name,
				subject: this.dialog.get_value("subject") || "",
				content: this.get_email_content(),
			});
			const shown = new frappe.ui.Dialog({ title: __("Preview"), size: "large", fields: [{ fieldname: "page", fieldtype: "HTML" }] });
			shown.fields_dict.page.$wrapper.html('<iframe class="cq-mail-preview" sandbox></iframe>').find("iframe").attr("srcdoc", page);
			shown.show();
		}

		// The framework's closes the dialog before the server has answered; here it stays until the mail is on its way.
		send_email(btn, form_values, selected_attachments) {
			return call("send", {
				name: this.frm.doc.name,
				kind: form_values.kind,
				recipients: form_values.recipients || "",
				cc: form_values.cc || "",
				bcc: form_values.bcc || "",
				subject: form_values.subject || "",
				content: this.get_email_content(),
				template: form_values.email_template || "",
				in_reply_to: this.said.in_reply_to,
				attachments: selected_attachments,
				send_me_a_copy: form_values.send_me_a_copy ? 1 : 0,
				read_receipt: form_values.send_read_receipt ? 1 : 0,
				article: this.article,
			}).then(
				(answer) => {
					this.dialog.hide();
					this.clear_cache();
					frappe.show_alert({ message: esc(__("On its way to {0}", [form_values.recipients])), indicator: "green" });
					if (answer.not_sent_to) frappe.msgprint(esc(__("Not sent to {0}: unsubscribed or disabled.", [answer.not_sent_to])));
					this.sent(answer.values);
				},
				() => {}
			);
		}
	};
	return Composer;
}

const plain = (html) =>
	strip_html(html || "")
		.replace(/\s+/g, " ")
		.trim();
