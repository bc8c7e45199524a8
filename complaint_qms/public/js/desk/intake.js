// Short intake: a new complaint on one screen. Who, which product, what happened, what they want, photos; one answer fills the
// others, and the customer, the warranty and likely duplicates stand beside it while somebody types. The values are those of the
// form below, which opens whole at any time.
import { label } from "../labels";
import { labelled } from "../language";
import { esc } from "../markup";
import { date_text, record_link } from "../words";
import { not_at_once_html } from "./at_once";
import { complaint_queries } from "./complaint_queries";
import { candidates_html } from "./candidates";
import { clear_context, draw_context } from "./context";
import { draw_photos } from "./photos";
import { search_box } from "./search_box";
import { save_and_solve } from "./steps";
import { first_sentence, is_plain, paragraphs, plain_text } from "./told_text";

const PAUSE = 500;
const WHOLE_FORM = "complaint_qms:intake:whole_form";
const TOLD = {
	who: ["customer", "contact_person"],
	product: ["item_code", "batch_no", "serial_no", "delivery_note", "sales_invoice", "sales_order"],
};
const SALES = { "Delivery Note": "delivery_note", "Sales Invoice": "sales_invoice", "Sales Order": "sales_order" };
const PROPOSED = ["complaint_type", "severity", "harm_level", "urgency", "expectation", "reportable"];
const MIRRORED = [
	"contact_phone",
	"contact_email",
	"qty",
	"reported_lot",
	"subject",
	"complaint_type",
	"expectation",
	"channel",
	"complaint_owner",
	"company",
];

/** What somebody did in the short form of each new document: other records may be looked at in between. */
const memory = new Map();

/** Put the short form in place of the tabs of a new complaint. */
export function draw_intake(frm) {
	if (frm.cq_intake && frm.cq_intake.name === frm.doc.name) return frm.cq_intake.show();
	clear_intake(frm);
	clear_context(frm);
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
		if (!memory.has(this.name)) {
			memory.set(this.name, {
				chosen: {}, // box → what its choice said
				filled: {}, // what the server filled in beside it
				refused: new Set(), // fields that somebody emptied again
				subject_is_mine: Boolean(frm.doc.subject),
			});
		}
		this.state = memory.get(this.name);
		this.asked = 0;
		this.look_soon = frappe.utils.debounce(() => this.look(), PAUSE);
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
			<div data-at="happened"></div><div data-at="mentions" class="cq-told"></div><div data-at="told-twice"></div>
			<div class="cq-intake-wide"><div data-at="subject"></div><div data-at="complaint_type"></div></div>
			<div class="cq-intake-three"><div data-at="expectation"></div><div data-at="channel"></div><div data-at="complaint_owner"></div></div>
			<div data-at="company"></div><div data-at="photos"></div><div data-at="proposals"></div>
			<div data-at="at-once"></div></div>`).insertBefore($tabs);
		this.$form.on("click", "[data-values]", (event) => this.put(JSON.parse(event.currentTarget.dataset.values), true));
		this.$form.on("click", "[data-clear]", (event) => {
			const { clear } = event.currentTarget.dataset;
			this.state.refused.add(clear);
			this.take({ [clear]: "" });
		});
		this.$form.on("click", ".cq-at-once", () => save_and_solve(this.frm));
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
			ask: (txt) => {
				const { customer, company } = this.frm.doc;
				return frappe.xcall("complaint_qms.api.intake.products", { txt, customer: customer || "", company: company || "" });
			},
			chosen: ({ values }) => this.choose("product", values),
			typed: (text) => this.put({ product_model: text }),
		});
		this.happened = this.control("happened", { fieldtype: "Small Text", label: __("What happened?") }, () => this.told());
		this.happened.$input.attr("rows", 5).on("input", () => this.told());
		this.mirrors = {};
		const several = Object.keys(locals[":Company"] || {}).length !== 1;
		for (const fieldname of MIRRORED) {
			if (fieldname !== "company" || several || !this.frm.doc.company) this.mirror(fieldname);
		}
	}

	place(at) {
		return this.$form.find(`[data-at="${at}"]`);
	}

	control(at, df, change) {
		return frappe.ui.form.make_control({ parent: this.place(at), df: { fieldname: at, ...df, change }, render_input: true });
	}

	/** A control of the short form for a field of the record, as the site has set it. */
	mirror(fieldname) {
		const field = frappe.meta.get_docfield("Complaint", fieldname, this.name);
		const { label: words, fieldtype, options, reqd } = field;
		if (cint(field.hidden) || cint(field.read_only)) return;
		const get_query = complaint_queries(() => this.frm.doc)[fieldname];
		const df = {
			fieldtype,
			options: fieldtype === "Select" ? select_options(options) : options,
			label: __(words, null, "Complaint"),
			reqd,
			get_query,
		};
		const control = this.control(fieldname, df, () => {
			const value = control.get_value();
			// The framework asks once more half a second after the last key, when somebody may be writing in the whole form already.
			if (same(value, control.taken)) return;
			control.taken = value;
			if (fieldname === "subject") this.state.subject_is_mine = Boolean(value);
			this.state.refused[value ? "delete" : "add"](fieldname);
			this.put({ [fieldname]: value });
		});
		this.mirrors[fieldname] = control;
	}

	/** The text goes into the description, and its first sentence into the subject until somebody writes one. */
	told() {
		const text = this.happened.$input.val();
		if (text === this.last_told || !is_plain(this.frm.doc.description)) return;
		this.last_told = text;
		const values = { description: paragraphs(text) };
		if (!this.state.subject_is_mine) values.subject = first_sentence(text);
		this.put(values);
	}

	/** Somebody chose in a box: what its choice before said, and what was filled in for it, goes. */
	choose(box, values) {
		const before = { ...Object.fromEntries(TOLD[box].map((field) => [field, this.frm.doc[field]])), ...this.state.chosen[box] };
		this.state.chosen[box] = values;
		for (const field of [...TOLD[box], ...Object.keys(values)]) this.state.refused.delete(field);
		this.take({ ...this.emptied(before), ...values });
	}

	take(values) {
		const emptied = this.emptied(this.state.filled);
		this.state.filled = {};
		this.put({ ...emptied, ...values }, true);
	}

	/** Those of the values that still stand as they were put, emptied. */
	emptied(values) {
		const unchanged = Object.entries(values).filter(([field, value]) => same(this.frm.doc[field], value));
		return Object.fromEntries(unchanged.map(([field]) => [field, ""]));
	}

	async put(values, at_once) {
		this.asked++; // what the server says of the values before is not meant for these
		const { source_doctype, source_name } = this.frm.doc;
		const source = values[SALES[source_doctype]];
		if (source !== undefined && source !== source_name) Object.assign(values, { source_doctype: "", source_name: "" });
		await this.frm.set_value(values);
		this.draw();
		if (at_once) this.look();
		else this.look_soon();
	}

	async look() {
		const { frm } = this;
		if (!frm.is_new() || frm.doc.name !== this.name) return;
		const turn = ++this.asked;
		// The server takes what it can reckon with, and passes over the rest.
		const data = Object.fromEntries(Object.entries(frm.doc).filter(([, value]) => value && typeof value !== "object"));
		const asked_for = `${data.company}|${data.customer}`;
		const propose_handler = Number(!data.complaint_owner && this.handler_for !== asked_for);
		const said = await frappe.xcall("complaint_qms.api.intake.look", { data, propose_handler }).catch(() => null); // it has said why
		if (!said || turn !== this.asked || !frm.is_new() || frm.doc.name !== this.name) return;
		if (propose_handler) Object.assign(this, { handler: said.handler, handler_for: asked_for });
		this.said = said;
		const fresh = {};
		for (const [field, value] of Object.entries(said.filled)) {
			if (!frm.doc[field] && frm.fields_dict[field] && !this.state.refused.has(field)) fresh[field] = value;
		}
		Object.assign(this.state.filled, fresh);
		await frm.set_value(fresh);
		this.draw();
		draw_context(frm, { ...said.context, linked: {} });
	}

	turn() {
		if (this.frm.$wrapper.hasClass("cq-short")) localStorage.setItem(WHOLE_FORM, "1");
		else localStorage.removeItem(WHOLE_FORM);
		this.show();
	}

	/** As the person left it the last time: short or whole. */
	show(whole) {
		const short = !whole && !localStorage.getItem(WHOLE_FORM);
		this.frm.$wrapper.toggleClass("cq-short", short);
		for (const name of [__("All Fields"), __("Short Form")]) this.frm.remove_custom_button(name);
		this.frm.add_custom_button(short ? __("All Fields") : __("Short Form"), () => this.turn());
		this.draw();
	}

	/** What has to be filled and is not among these fields is shown, or saving would be refused for something out of sight. */
	reveal() {
		const empty = ({ fieldname, reqd, hidden, hidden_due_to_dependency }) =>
			cint(reqd) && !cint(hidden) && !hidden_due_to_dependency && !this.frm.doc[fieldname] && !this.mirrors[fieldname];
		const out_of_sight = ({ df }) => df.fieldname !== "description" && empty(df);
		if (this.frm.layout.fields_list.some(out_of_sight)) this.show(true);
	}

	draw() {
		const { doc } = this.frm;
		const said = this.said || {};
		this.who.say(doc.complainant_name);
		if (doc.item_code || doc.product_model) this.product.say(doc.item_name || doc.item_code || doc.product_model);
		for (const [field, control] of Object.entries(this.mirrors)) {
			if (control.$input.is(":focus")) continue;
			if (!same(control.get_value(), doc[field])) control.set_input(doc[field]);
			control.taken = doc[field];
		}
		this.draw_happened();
		const { who, what } = said.candidates || {};
		this.draw_told("told-who", TOLD.who, candidates_html(who));
		this.draw_told("told-product", TOLD.product, [...items_html(said.items), ...sales_html(said.sales), ...candidates_html(what)]);
		this.fill("mentions", mentions_html(said.mentions).join(""));
		this.fill("told-twice", told_twice_html(said.context));
		this.fill("proposals", this.proposals_html(said));
		draw_photos(this.place("photos"), this.frm);
		this.fill("at-once", said.at_once ? at_once_html() : not_at_once_html(said.not_at_once));
	}

	/** New content where it is another one: a button that is being pressed stays where it is. */
	fill(at, html) {
		const $place = this.place(at);
		if ($place.data("html") !== html) $place.html(html).data("html", html);
	}

	/** A text with pictures or a layout is not written here, where they would be lost. */
	draw_happened() {
		const { description } = this.frm.doc;
		const { $input } = this.happened;
		const plain = is_plain(description);
		$input.prop("readonly", !plain).attr("title", plain ? "" : __("It has a layout or pictures: change it under “All Fields”."));
		const text = plain_text(description);
		const squeezed = (one) => one.replace(/\s+/g, " ").trim();
		if ((!plain || !$input.is(":focus")) && squeezed($input.val()) !== squeezed(text)) $input.val((this.last_told = text));
	}

	/** What is chosen, each with a cross; then what there is to choose from. */
	draw_told(at, fields, choices) {
		const { frm } = this;
		const chosen = fields
			.filter((field) => frm.doc[field])
			.map((field) => {
				const { label: words, options } = frappe.meta.get_docfield("Complaint", field, this.name);
				const shown = record_link(options, frm.doc[field], frm.doc[field], 'target="_blank"');
				return `<span class="cq-chosen"><small>${esc(__(words, null, "Complaint"))}</small> ${shown}<button type="button" class="btn btn-link btn-xs" data-clear="${esc(field)}"
					aria-label="${esc(__("Remove {0}", [__(words, null, "Complaint")]))}">×</button></span>`;
			});
		this.fill(at, [...chosen, ...choices].join(""));
	}

	/** What the text and the work at hand propose: one click takes it. */
	proposals_html({ proposals }) {
		const { doc } = this.frm;
		const rows = Object.entries(proposals || {})
			.filter(
				([field, one]) => PROPOSED.includes(field) && one.value && !same(doc[field], one.value) && !(doc[field] && field === "expectation")
			)
			.map(([field, one]) => {
				const { label: words, fieldtype } = frappe.meta.get_docfield("Complaint", field, this.name);
				const value = fieldtype === "Select" ? label(one.value) : __(one.value);
				return choice_button(
					{ [field]: one.value },
					`${esc(labelled(__(words, null, "Complaint"), ""))}<b>${esc(value)}</b>`,
					(one.reasons || [])[0]
				);
			});
		const { handler } = this;
		if (handler && !doc.complaint_owner) {
			const fewest = handler.open ? __("{0} open complaints, the fewest", [handler.open]) : __("no open complaints");
			const why = handler.why || fewest;
			rows.push(
				choice_button({ complaint_owner: handler.user }, `${esc(labelled(__("Handler"), ""))}<b>${esc(handler.full_name)}</b>`, why)
			);
		}
		const head = rows.length ? `<label class="cq-label">${esc(__("Suggestions"))}</label>` : "";
		return `${head}<div class="cq-told">${rows.join("")}</div>`;
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

const sales_html = (sales) =>
	(sales || []).map((sale) =>
		choice_button(
			{ [SALES[sale.doctype]]: sale.name },
			`${esc(__(sale.doctype))} <b>${esc(sale.name)}</b>`,
			[date_text(sale.date), sale.customer].filter(Boolean).join(" · ")
		)
	);

const mentions_html = (mentions) =>
	(mentions || []).map((one) => choice_button({ [one.field]: one.value }, `${esc(one.label)} <b>${esc(one.value)}</b>`, __("In the text")));

/** Somebody told of this before: better said while they are still on the telephone than after it was registered again. */
function told_twice_html(context) {
	const doubles = ((context && context.similar) || []).filter((row) => row.kind === "told_twice").slice(0, 2);
	const line = (row) =>
		`<li>${record_link("Complaint", row.name, row.subject || row.name)} <small>${esc(
			[row.name, label(row.stage), ...(row.reasons || []).slice(0, 3)].filter(Boolean).join(" · ")
		)}</small></li>`;
	if (!doubles.length) return "";
	return `<div class="cq-told-twice" role="status"><b>${esc(__("Probably registered already:"))}</b><ul>${doubles.map(line).join("")}</ul></div>`;
}

/** The procedure lets it be solved in this very talk. */
const at_once_html = () =>
	`<button type="button" class="btn btn-default btn-sm cq-at-once">${esc(__("Solve at Once"))}</button>
	<small class="text-muted">${esc(__("Registers it and notes what the customer was told; somebody else closes it."))}</small>`;

const select_options = (options) => (options || "").split("\n").map((value) => ({ value, label: value ? label(value) : "" }));
