// Help Articles of complaints: one is written of a complaint that was closed; published ones are proposed for the answer to a new one.
import { esc } from "../markup";
import { ENDED } from "./complaint_queries";
import { write_answer } from "./answers";

const API = "complaint_qms.api.knowledge";
const KINDS = () => ({
	name: __("Name"),
	mail: __("Email"),
	phone: __("Phone"),
	link: __("Link"),
	number: __("Number"),
	address: __("Address"),
});

/** Offer the article of a closed complaint. */
export function offer_article(frm) {
	if (frm.doc.stage !== "closed" || !frappe.model.can_create("Help Article")) return;
	frm.add_custom_button(__("Write Help Article"), () => write_dialog(frm));
}

/** The draft and what was taken out of it are shown before anything is stored. */
async function write_dialog(frm) {
	const draft = await frappe.xcall(`${API}.draft`, { name: frm.doc.name });
	if (draft.existing.length) return frappe.set_route("Form", "Help Article", draft.existing[0].name);
	const dialog = new frappe.ui.Dialog({
		title: __("Write Help Article"),
		size: "large",
		fields: [
			{ fieldname: "taken", fieldtype: "HTML", options: taken_html(draft.taken) },
			{ fieldname: "text", fieldtype: "HTML", options: draft_html(draft) },
		],
		primary_action_label: __("Create the Draft"),
		primary_action() {
			dialog.disable_primary_action();
			frappe.xcall(`${API}.write`, { name: frm.doc.name }, "POST").then(
				({ name }) => {
					dialog.hide();
					frappe.set_route("Form", "Help Article", name);
				},
				() => dialog.enable_primary_action()
			);
		},
	});
	dialog.show();
	return dialog;
}

function taken_html(taken) {
	if (!taken.length) return `<p class="text-muted">${esc(__("Nothing was found that tells who somebody is. Read it all the same."))}</p>`;
	const rows = taken.map(({ kind, text }) => `<li><span class="text-muted">${esc(KINDS()[kind])}</span> <del>${esc(text)}</del></li>`);
	return `<p>${esc(__("Left out, because it tells who somebody is:"))}</p><ul class="cq-taken">${rows.join("")}</ul>`;
}

// The server has made the markup, of text that it escaped.
function draft_html({ title, content, reply }) {
	const clean_html = (html) => frappe.dom.remove_script_and_style(html);
	const told = reply ? `<h6>${esc(__("Reply Text"))}</h6><div>${clean_html(reply)}</div>` : "";
	return `<div class="cq-draft"><h4>${esc(title)}</h4><div>${clean_html(content)}</div>${told}</div>`;
}

/** Where the proposals stand beside the form, while the complaint is open. */
export function articles_place_html(frm) {
	return frm.is_new() || ENDED.includes(frm.doc.stage) ? "" : '<div class="cq-articles-place"></div>';
}

/** Asked for once the panel is in sight: what nobody looks at was not proposed. */
export function draw_articles_when_seen(frm, $panel) {
	if (frm.cq_articles_watch) frm.cq_articles_watch.disconnect();
	const place = $panel.find(".cq-articles-place")[0];
	if (!place) return;
	frm.cq_articles_watch = new IntersectionObserver((seen, watch) => {
		if (!seen.some((entry) => entry.isIntersecting)) return;
		watch.disconnect();
		articles_of(frm.doc).then((articles) => {
			if (!place.isConnected) return;
			$(place).html(articles_html(frm, articles));
			$(place).on("click", "[data-article]", (event) => use_in_answer(frm, event.currentTarget.dataset.article));
		});
	});
	frm.cq_articles_watch.observe(place);
}

let asked = {};

function articles_of({ name, modified }) {
	if (asked.name !== name || asked.modified !== modified) {
		const answer = frappe.xcall(`${API}.propose`, { name }, "POST");
		asked = { name, modified, answer };
		answer.catch(() => (asked = {}));
	}
	return asked.answer;
}

function articles_html(frm, articles) {
	if (!articles.length) return "";
	const may_write = frappe.model.can_email("Complaint", frm);
	const rows = articles.map((one) => {
		const link = one.link ? `<a href="${esc(one.link)}" target="_blank" rel="noopener">${esc(one.title)}</a>` : esc(one.title);
		const notes = [...one.reasons, one.other_language ? __("not in the customer's language ({0})", [one.language]) : ""].filter(Boolean);
		const use = may_write
			? `<button type="button" class="btn btn-default btn-xs" data-article="${esc(one.article)}">${esc(__("Use in Answer"))}</button>`
			: "";
		return `<li><span class="indicator-pill gray cq-score">${esc(__("{0} %", [Math.round(100 * one.score)]))}</span>${link}<small>${esc(
			notes.join(" · ")
		)}</small>${use}</li>`;
	});
	return `<section class="cq-articles"><h6>${esc(__("Help Articles"))}</h6><ul class="cq-others">${rows.join("")}</ul></section>`;
}

async function use_in_answer(frm, article) {
	const { text: text_html } = await frappe.xcall(`${API}.reply`, { name: frm.doc.name, article });
	return write_answer(frm, { kind: "Answer", message: text_html, article });
}
