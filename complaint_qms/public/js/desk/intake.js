// Short intake: a new complaint on one screen. Who, which product, what happened, what they want, photos; one answer fills the
// others, and the customer, the warranty and likely duplicates stand beside it while somebody types. The values are those of the
// form below, which opens whole at any time.
import { label } from "../labels";
import { esc } from "../markup";
import { date_text } from "../words";
import { complaint_queries } from "./complaint_queries";
import { draw_context } from "./context";
import { draw_photos } from "./photos";
import { search_box } from "./search_box";

const PAUSE = 500;
const WHOLE_FORM = "complaint_qms:intake:whole_form";
const TOLD = {
	who: ["customer", "contact_person"],
	product: ["item_code", "batch_no", "serial_no", "delivery_note", "sales_invoice", "sales_order"],
};
const PROPOSED = ["complaint_type", "severity", "harm_level", "urgency", "expectation", "reportable"];
const SENT = [
	"company customer contact_person complainant_name contact_email contact_phone item_code product_model batch_no serial_no reported_lot",
	"sales_order delivery_note sales_invoice subject description expectation channel complaint_type severity urgency harm_level",
	"complaint_owner qty",
]
	.join(" ")
	.split(" ");

/** Put the short form in place of the tabs of a new complaint. */
export function draw_intake(frm) {
	if (frm.cq_intake && frm.cq_intake.name === frm.doc.name) return frm.cq_intake.show();
	clear_intake(frm);
	frm.cq_intake = new Intake(frm);
}

/** The record is saved, or another one is shown. */
export function clear_intake(frm) {
	frm.$wrapper.find(".cq-intake").remove();
	frm.$wrapper.removeClass("cq-short");
	frm.cq_intake = null;
}

class Intake {
	constructor(frm) {
		this.frm = frm;
		this.name = frm.doc.name;
		this.chosen = {}; // box → what its choice said
		this.filled = {}; // what the server filled in beside it
		this.refused = new Set(); // fields that somebody emptied again
		this.asked = 0;
		this.look_soon = frappe.utils.debounce(() => this.look(), PAUSE);
		this.subject_is_mine = Boolean(frm.doc.subject);
		this.make();
		this.show();
		this.look();
		if (!localStorage.getItem(WHOLE_FORM)) setTimeout(() => this.who.$input.trigger("focus"), 300);
	}

	make() {
		const $tabs = this.frm.layout.wrapper.find(".form-tabs-list").first();
		this.$form = $(`<div class="cq-intake">
			<div class="cq-intake-pair"><div><div data-at="who"></div><div data-at="told-who" class="cq-told"></div></div>
				<div><div data-at="product"></div><div data-at="told-product" class="cq-told"></div></div></div>
			<div class="cq-intake-pair"><div class="cq-intake-pair"><div data-at="contact_phone"></div><div data-at="contact_email"></div></div>
				<div class="cq-intake-pair"><div data-at="qty"></div><div data-at="reported_lot"></div></div></div>
			<div data-at="happened"></div><div data-at="mentions" class="cq-told"></div>
			<div class="cq-intake-wide"><div data-at="subject"></div><div data-at="complaint_type"></div></div>
			<div class="cq-intake-three"><div data-at="expectation"></div><div data-at="channel"></div><div data-at="complaint_owner"></div></div>
			<div data-at="company"></div><div data-at="photos"></div><div data-at="proposals"></div></div>`).insertBefore($tabs);
		this.who = search_box(this.place("who"), {
			fieldname: "who",
			label: __("Who is complaining?"),
			placeholder: __("Name, customer, phone or mail"),
			ask: (txt) => frappe.xcall("complaint_qms.api.intake.parties", { txt }),
			chosen: ({ values }) => this.choose("who", values),
			typed: (text) => this.put({ complainant_name: text }),
		});
		this.product = search_box(this.place("product"), {
			fieldname: "product",
			label: __("Which product?"),
			placeholder: __("Item, batch, serial number, order, delivery or invoice"),
			ask: (txt) =>
				frappe.xcall("complaint_qms.api.intake.products", {
					txt,
					customer: this.frm.doc.customer || "",
					company: this.frm.doc.company || "",
				}),
			chosen: ({ values }) => this.choose("product", values),
			typed: (text) => this.put({ product_model: text }),
		});
		this.happened = this.control("happened", { fieldtype: "Small Text", label: __("What happened?") }, () => this.told());
		for (const fieldname of [
			"contact_phone",
			"contact_email",
			"qty",
			"reported_lot",
			"subject",
			"complaint_type",
			"expectation",
			"channel",
			"complaint_owner",
		]) {
			this.mirror(fieldname);
		}
		if (!this.frm.doc.company || Object.keys(locals[":Company"] || {}).length !== 1) this.mirror("company");
		this.happened.$input.attr("rows", 5).on("input", () => this.told());
	}

	place(at) {
		return this.$form.find(`[data-at="${at}"]`);
	}

	control(at, df, change) {
		return frappe.ui.form.make_control({ parent: this.place(at), df: { fieldname: at, ...df, change }, render_input: true });
	}

	/** A control of the short form for a field of the record. */
	mirror(fieldname) {
		const { label: words, fieldtype, options } = frappe.meta.get_docfield("Complaint", fieldname, this.name);
		const query = complaint_queries(() => this.frm.doc)[fieldname];
		const df = { fieldtype, options: fieldtype === "Select" ? select_options(options) : options, label: __(words), get_query: query };
		const control = this.control(fieldname, df, () => {
			const value = control.get_value();
			if (same(value, this.frm.doc[fieldname])) return;
			if (fieldname === "subject") this.subject_is_mine = Boolean(value);
			this.put({ [fieldname]: value });
		});
		this.mirrors = { ...this.mirrors, [fieldname]: control };
	}

	/** The text goes into the description, and its first sentence into the subject until somebody writes one. */
	told() {
		const text = this.happened.$input.val();
		if (text === this.last_told) return;
		this.last_told = text;
		const paragraphs = text.split(/\n+/).filter((line) => line.trim());
		const values = { description: paragraphs.map((line) => `<p>${esc(line.trim())}</p>`).join("") };
		if (!this.subject_is_mine) values.subject = first_sentence(text);
		this.put(values);
	}

	/** Somebody chose in a box: what its choice before said, and what was filled in for it, goes. */
	choose(box, values) {
		const before = { ...Object.fromEntries(TOLD[box].map((field) => [field, this.frm.doc[field]])), ...this.chosen[box] };
		this.chosen[box] = values;
		for (const field of TOLD[box]) this.refused.delete(field);
		this.take({ ...this.emptied(before), ...values });
	}

	take(values) {
		const emptied = this.emptied(this.filled);
		this.filled = {};
		this.put({ ...emptied, ...values }, true);
	}

	/** Those of the values that still stand as they were put, emptied. */
	emptied(values) {
		const unchanged = Object.entries(values).filter(([field, value]) => same(this.frm.doc[field], value));
		return Object.fromEntries(unchanged.map(([field]) => [field, ""]));
	}

	async put(values, at_once) {
		await this.frm.set_value(values);
		this.draw();
		if (at_once) this.look();
		else this.look_soon();
	}

	async look() {
		const { frm } = this;
		if (!frm.is_new() || frm.doc.name !== this.name) return;
		const turn = ++this.asked;
		const data = {};
		for (const field of SENT) if (frm.doc[field]) data[field] = frm.doc[field];
		const said = await frappe.xcall("complaint_qms.api.intake.look", { data }).catch(() => null); // the server has said why
		if (!said || turn !== this.asked || !frm.is_new() || frm.doc.name !== this.name) return;
		this.said = said;
		const fresh = {};
		for (const [field, value] of Object.entries(said.filled))
			if (!frm.doc[field] && frm.fields_dict[field] && !this.refused.has(field)) fresh[field] = value;
		Object.assign(this.filled, fresh);
		await frm.set_value(fresh);
		this.draw();
		draw_context(frm, { ...said.context, linked: {} });
	}

	turn() {
		if (localStorage.getItem(WHOLE_FORM)) localStorage.removeItem(WHOLE_FORM);
		else localStorage.setItem(WHOLE_FORM, "1");
		this.show();
	}

	/** As the person left it the last time: short or whole. */
	show(whole) {
		const short = !whole && !localStorage.getItem(WHOLE_FORM);
		this.frm.$wrapper.toggleClass("cq-short", short);
		this.frm.clear_custom_buttons();
		this.frm.add_custom_button(short ? __("All Fields") : __("Short Form"), () => this.turn());
		this.draw();
	}

	/** What has to be filled and is not among these fields is shown, or saving would be refused for something out of sight. */
	reveal() {
		const empty = ({ fieldname, reqd, hidden }) => cint(reqd) && !cint(hidden) && !this.frm.doc[fieldname] && !this.mirrors[fieldname];
		if (this.frm.layout.fields_list.some(({ df }) => empty(df))) this.show(true);
	}

	draw() {
		const { doc } = this.frm;
		const said = this.said || {};
		this.who.say(doc.complainant_name);
		if (doc.item_code || doc.product_model) this.product.say(doc.item_name || doc.item_code || doc.product_model);
		for (const [field, control] of Object.entries(this.mirrors)) {
			if (!control.$input.is(":focus") && !same(control.get_value(), doc[field])) control.set_input(doc[field]);
		}
		const text = plain_text(doc.description);
		if (!this.happened.$input.is(":focus") && this.happened.$input.val().replace(/\s+/g, " ").trim() !== text.replace(/\s+/g, " ").trim()) {
			this.happened.$input.val((this.last_told = text));
		}
		this.draw_told("told-who", TOLD.who, []);
		this.draw_told("told-product", TOLD.product, [...items_html(said.items), ...sales_html(said.sales)]);
		this.draw_mentions(said.mentions || []);
		this.draw_proposals(said);
		draw_photos(this.place("photos"), this.frm);
	}

	/** What is chosen, each with a cross; then what there is to choose from. */
	draw_told(at, fields, choices) {
		const { frm } = this;
		const chosen = fields
			.filter((field) => frm.doc[field])
			.map((field) => {
				const { label: words, options } = frappe.meta.get_docfield("Complaint", field, this.name);
				return `<span class="cq-chosen"><small>${esc(__(words))}</small> <a href="${esc(frappe.utils.get_form_link(options, frm.doc[field]))}"
					target="_blank">${esc(frm.doc[field])}</a><button type="button" class="btn btn-link btn-xs" data-clear="${esc(field)}"
					aria-label="${esc(__("Remove {0}", [__(words)]))}">×</button></span>`;
			});
		const $place = this.place(at).html([...chosen, ...choices].join(""));
		$place.find("[data-clear]").on("click", (event) => {
			const { clear } = event.currentTarget.dataset;
			this.refused.add(clear);
			this.take({ [clear]: "" });
		});
		this.bind_choices($place);
	}

	draw_mentions(mentions) {
		const html = mentions.map((one) =>
			choice_button({ [one.field]: one.value }, `${esc(one.label)} <b>${esc(one.value)}</b>`, __("In the text"))
		);
		this.bind_choices(this.place("mentions").html(html.join("")));
	}

	bind_choices($place) {
		$place.find("[data-values]").on("click", (event) => this.put(JSON.parse(event.currentTarget.dataset.values), true));
	}

	/** What the text and the work at hand propose: one click takes it. */
	draw_proposals({ proposals, handler }) {
		const { doc } = this.frm;
		const rows = Object.entries(proposals || {})
			.filter(
				([field, one]) => PROPOSED.includes(field) && one.value && !same(doc[field], one.value) && !(doc[field] && field === "expectation")
			)
			.map(([field, one]) => {
				const { label: words, fieldtype } = frappe.meta.get_docfield("Complaint", field, this.name);
				const value = fieldtype === "Select" ? label(one.value) : __(one.value);
				return choice_button({ [field]: one.value }, `${esc(__(words))}: <b>${esc(value)}</b>`, (one.reasons || [])[0]);
			});
		if (handler && !doc.complaint_owner) {
			const why = handler.open ? __("{0} open complaints, the fewest", [handler.open]) : __("no open complaints");
			rows.push(choice_button({ complaint_owner: handler.user }, `${esc(__("Handler"))}: <b>${esc(handler.full_name)}</b>`, why));
		}
		const head = rows.length ? `<label class="cq-label">${esc(__("Suggestions"))}</label>` : "";
		this.bind_choices(this.place("proposals").html(`${head}<div class="cq-told">${rows.join("")}</div>`));
	}
}

const same = (one, other) => String(one ?? "") === String(other ?? "") || (!one && !other);

const choice_button = (values, html, why) =>
	`<button type="button" class="btn btn-default btn-xs cq-choice" data-values="${esc(JSON.stringify(values))}" title="${esc(why || "")}">${html}${
		why ? `<small>${esc(why)}</small>` : ""
	}</button>`;

const items_html = (items) =>
	(items || []).map((row) =>
		choice_button({ item_code: row.item_code }, `<b>${esc(row.item_name || row.item_code)}</b>`, `${row.qty} ${__(row.uom || "")}`)
	);

const SALE_FIELD = { "Delivery Note": "delivery_note", "Sales Invoice": "sales_invoice" };
const sales_html = (sales) =>
	(sales || []).map((sale) =>
		choice_button(
			{ [SALE_FIELD[sale.doctype]]: sale.name },
			`${esc(__(sale.doctype))} <b>${esc(sale.name)}</b>`,
			`${date_text(sale.date)} · ${sale.customer}`
		)
	);

const select_options = (options) => (options || "").split("\n").map((value) => ({ value, label: value ? label(value) : "" }));

function first_sentence(text) {
	const [line] = text.trim().split(/\n/);
	const [sentence] = line.split(/(?<=[.!?])\s|(?<=[。！？])/);
	return sentence.trim().slice(0, 140);
}

function plain_text(html) {
	const { body } = new DOMParser().parseFromString(String(html || "").replace(/<\/(p|div|li)>|<br\s*\/?>/gi, "\n"), "text/html");
	return body.textContent.trim();
}
