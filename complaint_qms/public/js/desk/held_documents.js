// Under a hold: open documents with its goods and what the user may do about each, and its transfers to quarantine.
import { clauses, comma_list, sentences } from "../language";
import { esc } from "../markup";
import { record_link } from "../words";

const API = "complaint_qms.api.containment";
const DEEDS = {
	take_out: () => __("Take Out"),
	cancel: () => __("Cancel Document"),
	stop: () => __("Stop Work Order"),
	tell: () => __("Tell Owner"),
};

/** @param may_act whether the user holds goods, and so does something about those documents */
export async function draw_users(frm, $place, may_act) {
	const { name } = frm.doc;
	const found = await frappe.xcall(`${API}.users`, { name }).catch(() => null);
	if (!found || frm.doc.name !== name) return;
	$place.find(".cq-held-documents").remove();
	$place.append(`<div class="cq-held-documents">${documents_html(found, may_act)}${moves_html(found.moves)}</div>`);
	$place.off("click").on("click", "[data-deed]", async ({ currentTarget }) => {
		const { doctype, name: document } = found.documents[Number(currentTarget.dataset.at)];
		const args = { name, doctype, document, deed: currentTarget.dataset.deed };
		currentTarget.disabled = true;
		const done = await frappe.xcall(`${API}.act`, args).catch(() => null); // it has said why
		currentTarget.disabled = false;
		if (!done) return;
		frappe.show_alert({ message: esc(done.said), indicator: "green" });
		draw_users(frm, $place, may_act);
	});
}

function documents_html(found, may_act) {
	const rows_html = found.documents.map((row, at) => document_html(row, at, found.actors, may_act));
	rows_html.push(...found.nameless.map((row) => nameless_html(row, found.actors)));
	if (found.not_shown) rows_html.push(`<li class="text-muted">${esc(__("Documents not shown to you: {0}", [found.not_shown]))}</li>`);
	const none_html = `<p class="text-muted">${esc(__("No open document names what is held."))}</p>`;
	const list_html = rows_html.length ? `<ul class="cq-lots list-unstyled">${rows_html.join("")}</ul>` : none_html;
	return `<h6>${esc(__("Open Documents with These Goods"))}</h6>${list_html}`;
}

const quantity = ({ qty, uom }) => [format_number(qty, null, Number.isInteger(qty) ? 0 : null), __(uom || "")].filter(Boolean).join(" ");

function document_html(row, at, actors, may_act) {
	const [kind, order] = row.order;
	const name_html = row.is_open ? record_link(row.doctype, row.name) : `<b>${esc(row.name)}</b>`;
	const goods = row.goods.map((one) =>
		[one.lot, quantity(one), one.warehouse && __("from {0}", [one.warehouse])].filter(Boolean).join(" ")
	);
	const items = [...new Set(row.goods.map((one) => one.item_name))];
	const party_html = row.party ? `${esc(__(row.party_type))} ${record_link(row.party_type, row.party, row.party_name)}` : "";
	const facts_html = [esc(comma_list(items)), esc(clauses(goods)), party_html, esc(__(row.status)), esc(row.owner)];
	if (order) facts_html.push(`${esc(__(kind))} ${record_link(kind, order)}`);
	const closed_html = row.is_open ? "" : `<div>${esc(actors_text(__("You may not open it."), actors[row.doctype]))}</div>`;
	const buttons_html = (may_act ? row.deeds : []).map(
		(deed) => `<button type="button" class="btn btn-xs btn-default" data-at="${at}" data-deed="${esc(deed)}">${esc(DEEDS[deed]())}</button>`
	);
	return `<li class="cq-user"><div>${esc(__(row.doctype))} ${name_html}
		<small class="text-muted">${facts_html.filter(Boolean).join(" · ")}${closed_html}</small></div><div class="cq-deeds">${buttons_html.join(" ")}</div></li>`;
}

/** Of customers or suppliers whom the user may not see: how many documents, and how much of each item. */
function nameless_html({ doctype, number, party_type, goods }, actors) {
	const much = comma_list(goods.map((one) => `${quantity(one)} ${one.item_name}`));
	const told = [__(doctype), number, much];
	const said =
		party_type === "Supplier"
			? __("{0}: {1} of suppliers whom you may not see, with {2}", told)
			: __("{0}: {1} of customers whom you may not see, with {2}", told);
	return `<li class="cq-user"><div>${esc(said)} <small class="text-muted"><div>${esc(actors_text("", actors[doctype]))}</div></small></div></li>`;
}

const names_of = (roles) => comma_list(roles.map((role) => __(role)));
const actors_text = (why, roles = []) => sentences([why, roles.length ? __("It can be changed by: {0}", [names_of(roles)]) : ""]);

function moves_html({ transfers, actors, not_shown }) {
	if (!transfers.length && !not_shown) return "";
	const rows_html = transfers.map((row) => {
		const name_html = row.is_open ? record_link("Stock Entry", row.name) : `<b>${esc(row.name)}</b>`;
		const state = row.is_submitted ? __("Submitted") : __("Draft, to be submitted by: {0}", [names_of(actors)]);
		const goods_html = row.goods.map(
			(one) => `<div>${esc([one.item_name, one.lot, quantity(one)].join(" · "))}: ${esc(one.source)} → ${esc(one.target)}</div>`
		);
		const more = row.number - row.goods.length;
		if (more > 0) goods_html.push(`<div>${esc(__("and {0} more", [more]))}</div>`);
		return `<li class="cq-user"><div>${esc(__("Stock Entry"))} ${name_html}
			<small class="text-muted">${esc([row.company, state].join(" · "))}${goods_html.join("")}</small></div></li>`;
	});
	if (not_shown) rows_html.push(`<li class="text-muted">${esc(__("Documents not shown to you: {0}", [not_shown]))}</li>`);
	return `<h6>${esc(__("Transfers to Quarantine"))}</h6><ul class="cq-lots list-unstyled">${rows_html.join("")}</ul>`;
}
