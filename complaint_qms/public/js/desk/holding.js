// Goods on quality hold: held from a complaint, an investigation, a batch, a serial number or a genealogy; released by somebody else.
import { labelled } from "../language";
import { esc } from "../markup";
import { moment_text, record_link } from "../words";
import { draw_users } from "./held_documents";
import { keep_typed_texts } from "./typed_texts";

const HOLD = "Quality Hold";
const API = "complaint_qms.api.containment";
const WAYS = () => [
	{ value: "itself", label: __("What was asked about alone") },
	{ value: "down", label: __("And everything that it went into") },
	{ value: "up", label: __("And everything that it was made of") },
	{ value: "family", label: __("And everything with the same components") },
];

/** “Hold” on a form, for who may hold. `start` tells what it leads from: {kind, name, complaint, investigation}; nothing where it leads nowhere. */
export function offer_hold(frm, start, group) {
	if (!start || frm.is_new() || !may_hold()) return;
	frm.add_custom_button(__("Hold", null, "Quality Hold"), () => hold_dialog(start, () => frm.reload_doc()), group);
}

export const may_hold = () => frappe.model.can_create(HOLD);

/**
 * Choose what of a genealogy is held, and why.
 * @param {object} start {kind, name, supplier, complaint, investigation}
 * @param {() => void} [done]
 */
export function hold_dialog(start, done) {
	const dialog = new frappe.ui.Dialog({
		title: __("Hold Goods"),
		fields: [
			{
				fieldname: "way",
				fieldtype: "Select",
				label: __("What Is Held"),
				options: WAYS(),
				default: "itself",
				onchange: () => draw_offered(dialog, start),
			},
			{ fieldname: "lots", fieldtype: "HTML" },
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				description: __("Why these goods may not leave. Whoever tries to move them and may read this hold is told it."),
				reqd: 1,
			},
		],
		primary_action_label: __("Hold", null, "Quality Hold"),
		primary_action: async ({ reason }) => {
			const chosen = ticked(dialog);
			if (!chosen.length) return frappe.show_alert({ message: __("Choose at least one batch or serial number."), indicator: "orange" });
			const names = (field) => chosen.map((row) => row[field]).filter(Boolean);
			const { complaint = "", investigation = "", company = "" } = start;
			const args = { reason, batches: names("batch_no"), serials: names("serial_no"), complaint, investigation, company };
			const made = await frappe.xcall(`${API}.hold`, args).catch(() => null); // it has said why
			if (!made) return null;
			was_sent();
			dialog.hide();
			const said = __("Held by {0}. Nothing of it leaves until somebody else releases it.", [made.name]);
			frappe.show_alert({ message: esc(said), indicator: "green" }, 8);
			if (done) done();
			return frappe.set_route("Form", HOLD, made.name);
		},
	});
	dialog.show();
	const was_sent = keep_typed_texts(dialog, `hold ${start.kind} ${start.name}`, ["reason"]);
	draw_offered(dialog, start);
}

/** Where a hold stands, what may be done about it, and why its goods are not let go by the user. */
export function draw_hold(frm) {
	const $place = frm.fields_dict.state_html.$wrapper.empty();
	if (frm.is_new()) return;
	const { doc } = frm;
	const held = (doc.lots || []).filter((row) => row.is_held).length;
	const state = doc.status === "released" ? __("Released") : __("{0} of {1} held", [held, doc.lots.length]);
	const why = (doc.__onload || {}).why_not_released;
	const tone = doc.status === "released" ? "green" : "red";
	const why_html = doc.status === "held" && why ? `<p class="text-muted">${esc(why)}</p>` : "";
	$place.html(`<div class="cq-hold"><p><span class="indicator-pill ${tone}">${esc(state)}</span></p>${why_html}</div>`);
	if (doc.status === "held") draw_users(frm, $place.find(".cq-hold"), may_hold());
	if (doc.status === "held" && may_hold()) frm.add_custom_button(__("Move to Quarantine"), () => move_to_quarantine(frm));
	if (doc.status === "held" && !why) frm.page.set_primary_action(__("Release", null, "Quality Hold"), () => release_dialog(frm));
}

async function move_to_quarantine(frm) {
	const made = await frappe.xcall(`${API}.move_to_quarantine`, { name: frm.doc.name }).catch(() => null); // it has said why
	if (!made) return;
	const lines = made.drafts.map(({ name, company, is_new }) => {
		const said = is_new ? __("Drafted for {0}; stock staff submit it", [company]) : __("Drafted before for {0}", [company]);
		return `<li>${record_link("Stock Entry", name)} <small class="text-muted">${esc(said)}</small></li>`;
	});
	lines.push(
		...made.without.map((company) => `<li>${esc(__("{0} has no quarantine warehouse in Complaint QMS Settings.", [company]))}</li>`)
	);
	if (made.not_shown) lines.push(`<li>${esc(__("Warehouses that you may not see: {0}", [made.not_shown]))}</li>`);
	frappe.msgprint({ title: __("Move to Quarantine"), message: `<ul>${lines.join("")}</ul>`, indicator: "blue" });
	frm.reload_doc();
}

/** Choose what is released, and say why. */
export function release_dialog(frm) {
	const rows = (frm.doc.lots || []).filter((row) => row.is_held);
	const dialog = new frappe.ui.Dialog({
		title: __("Release Goods"),
		fields: [
			{ fieldname: "lots", fieldtype: "HTML" },
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason of the Release"),
				description: __("Why these goods may leave again. It stays with your name in the hold and the complaint."),
				reqd: 1,
			},
		],
		primary_action_label: __("Release", null, "Quality Hold"),
		primary_action: async ({ reason }) => {
			const chosen = ticked(dialog);
			if (!chosen.length) return frappe.show_alert({ message: __("Choose at least one batch or serial number."), indicator: "orange" });
			const args = { name: frm.doc.name, reason, rows: chosen.map((row) => row.name) };
			const made = await frappe.xcall(`${API}.release`, args).catch(() => null); // it has said why
			if (!made) return null;
			was_sent();
			dialog.hide();
			return frm.reload_doc();
		},
	});
	dialog.show();
	const was_sent = keep_typed_texts(dialog, `release ${frm.doc.name}`, ["reason"]);
	draw_rows(dialog, rows, true);
}

async function draw_offered(dialog, start) {
	const way = dialog.get_value("way") || "itself";
	const { kind, name, supplier = "" } = start;
	const rows = await frappe.xcall(`${API}.offered`, { kind, name, way, supplier }).catch(() => null);
	if (dialog.get_value("way") !== way) return;
	if (!rows) return dialog.hide(); // it has said why
	draw_rows(dialog, rows, true);
}

/** Rows to tick; all are chosen at first but those that are held already. */
function draw_rows(dialog, rows, chosen) {
	dialog.cq_rows = rows;
	const lines = rows.map((row, at) => {
		const held = (row.holds || []).length > 0;
		const facts = [
			row.item_name || row.item_code,
			row.on_hand === undefined ? "" : __("{0} {1} in stock", [format_number(row.on_hand, null, 0), __(row.uom || "")]),
			held ? labelled(__("Held already"), row.holds.join(", ")) : "",
		];
		const tick = chosen && !held ? "checked" : "";
		return `<li><label><input type="checkbox" data-at="${at}" ${tick}> <b>${esc(row.serial_no || row.batch_no)}</b>
			<small class="text-muted">${esc(facts.filter(Boolean).join(" · "))}</small></label></li>`;
	});
	dialog.fields_dict.lots.$wrapper.html(`<ul class="cq-lots list-unstyled">${lines.join("")}</ul>`);
}

const ticked = (dialog) =>
	dialog.fields_dict.lots.$wrapper
		.find("input:checked")
		.toArray()
		.map((box) => dialog.cq_rows[Number(box.dataset.at)]);

/** Sentences about the holds in force of a batch or a serial number, as HTML. */
export function holds_html(holds) {
	return holds
		.map((one) => {
			const since = __("On quality hold since {0}", [moment_text(one.since)]);
			const who_html = one.by ? ` · ${esc(one.by)}` : "";
			const why_html = one.reason ? `<div>${esc(one.reason)}</div>` : "";
			return `<div><b>${esc(since)}</b>${who_html} · ${record_link(HOLD, one.hold)}${why_html}</div>`;
		})
		.join("");
}
