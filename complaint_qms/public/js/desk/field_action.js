// Scope and customers of a field action: figures, a table, and what is done for each customer.
import { color, label } from "../labels";
import { comma_list, labelled } from "../language";
import { empty, esc } from "../markup";
import { moment_text, record_link } from "../words";
import { ACTS, add_customer } from "./field_action_dialogs";
import { AMOUNTS, API, names_of_amounts, number, percent, post, table_html } from "./field_action_parts";

const FILTERS = {
	all: { title: () => __("All"), keep: () => true },
	unanswered: { title: () => __("No Answer"), keep: (one) => !one.is_left_out && one.state !== "acknowledged" },
	to_phone: {
		title: () => __("To Phone"),
		keep: (one) => !one.is_left_out && one.state !== "acknowledged" && (one.state === "no_contact" || one.to_phone_since),
	},
	failed: { title: () => __("Failed"), keep: (one) => one.notices.some((notice) => notice.state === "failed") },
	left_out: { title: () => __("Left Out"), keep: (one) => one.is_left_out },
};
/** Fetch and draw both; `seen` is what a call has answered with already. */
export async function draw_field_action(frm, seen = null) {
	const name = frm.doc.name;
	const panel = seen || (await frappe.xcall(`${API}.customers_of`, { name }));
	if (frm.doc.name !== name) return;
	frm.cq_panel = panel;
	name_people(frm);
	draw_scope(frm, panel);
	draw_customers(frm, panel);
	offer_sending(frm, panel);
}

/** What a field action is begun from: a complaint, investigation, CAPA or batch. */
export function offer_field_action(frm, values, group) {
	if (!frappe.model.can_create("Field Action") || frm.is_new()) return;
	const { company, item_code } = frm.doc;
	frm.add_custom_button(__("Field Action"), () => frappe.new_doc("Field Action", { company, item_code, ...values }), group);
}

// The framework shows links to users by their mail addresses where nobody types.
function name_people(frm) {
	for (const field of frm.fields.filter(({ df }) => df.options === "User" && df.fieldtype === "Link")) {
		field.df.formatter = (value) => esc(value ? frappe.user_info(value).fullname || value : "");
		field.refresh();
	}
}

function draw_scope(frm, panel) {
	const { doc } = frm;
	const parts = [];
	if (doc.scope_at) {
		parts.push(
			`<p>${esc(
				__("Computed {0} by {1} from {2} {3}. Customers who have some of it: {4}.", [
					moment_text(doc.scope_at),
					frappe.user.full_name(doc.scope_by),
					__((panel.start || [])[0] || ""),
					(panel.start || [])[1] || "",
					doc.scope_customers || 0,
				])
			)}</p>`
		);
		if (doc.scope_not_shown) {
			const told = __(
				"{0} documents were not seen by whoever computed it, so it is not whole. Have somebody compute it who may see them.",
				[doc.scope_not_shown]
			);
			parts.push(`<p class="cq-fa-warn">${esc(told)}</p>`);
		}
		if (panel.changes.length) parts.push(changes_html(panel.changes));
		else if (panel.compared) parts.push(`<p class="text-muted">${esc(__("Nothing has changed since the computation before."))}</p>`);
	} else {
		parts.push(empty(__("The step “Compute Scope” finds every customer who has some of it, with deliveries and quantities.")));
	}
	if (panel.balance) parts.push(balance_html(panel.balance));
	frm.fields_dict.scope_html.$wrapper.html(`<div class="cq-panel">${parts.join("")}</div>`);
}

function changes_html(changes) {
	const rows = changes.map((one) => [
		record_link("Customer", one.customer, one.name),
		esc(one.item_code),
		esc(number(one.was)),
		esc(`${number(one.now)} ${__(one.uom)}`),
	]);
	return `<p><b>${esc(__("Changed since the computation before:"))}</b></p>${table_html(
		[__("Customer"), __("Item"), __("Had"), __("Has Now")],
		rows
	)}`;
}

function balance_html({ lots, up, down }) {
	const heads = [
		__("Batch or Serial No"),
		__("Came In"),
		__("Consumed"),
		__("Delivered"),
		__("Returned by Customer"),
		__("Returned to Supplier"),
		__("Issued"),
		__("Adjusted"),
		__("On Hand"),
		__("Difference in Quantity"),
	];
	const rows = lots.map((row) => [
		record_link(row.kind, row.lot),
		...["came_in", "consumed", "delivered", "returned", "sent_back", "issued", "adjusted", "on_hand"].map((key) => esc(number(row[key]))),
		row.difference === null ? esc(__("not known")) : esc(number(row.difference)),
	]);
	const near = (title, list) =>
		`<p><b>${esc(title)}</b></p>${
			list.length
				? table_html(
						[__("Name"), __("What"), __("Quantity"), __("Document")],
						list.map((one) => [esc(one.name), esc(one.what), esc(`${number(one.qty)} ${__(one.uom)}`), esc(one.document)])
					)
				: `<p class="text-muted">${esc(__("Nothing"))}</p>`
		}`;
	return `<p><b>${esc(__("Mass Balance"))}</b></p>${table_html(heads, rows)}${near(__("One Step Up"), up)}${near(
		__("One Step Down"),
		down
	)}`;
}

function draw_customers(frm, panel) {
	const $place = frm.fields_dict.customers_html.$wrapper;
	if (!panel.customers.length) {
		const none = panel.not_shown
			? __("{0} customers are not shown to you.", [panel.not_shown])
			: __("Nobody is in the scope. Compute it, or add a customer.");
		return $place.html(empty(none));
	}
	const kept = FILTERS[frm.cq_filter] ? frm.cq_filter : "all";
	const chips = Object.entries(FILTERS)
		.map(([key, { title, keep }]) => {
			const count = panel.customers.filter(keep).length;
			return `<button type="button" class="btn btn-xs ${key === kept ? "btn-primary" : "btn-default"}" data-filter="${key}" aria-pressed="${esc(key === kept)}">${esc(title())} · ${Number(count)}</button>`;
		})
		.join(" ");
	const rows = panel.customers.filter(FILTERS[kept].keep).map((one) => customer_row(one, panel));
	const hidden = panel.not_shown ? `<p class="text-muted">${esc(__("{0} customers are not shown to you.", [panel.not_shown]))}</p>` : "";
	const trouble = panel.is_running && (panel.no_mail || panel.held_back);
	$place.html(
		`<div class="cq-panel">${figures_html(panel.figures, frm.doc)}${
			trouble ? `<p class="cq-fa-warn">${esc(trouble)}</p>` : ""
		}<p class="cq-fa-chips">${chips}</p>${table_html([__("Customer"), __("Status"), __("Has"), __("Accounted For"), __("Contact"), ""], rows)}${hidden}</div>`
	);
	$place.find("[data-filter]").on("click", (event) => {
		frm.cq_filter = event.currentTarget.dataset.filter;
		draw_customers(frm, panel);
	});
	$place.find("[data-do]").on("click", (event) => {
		const { do: what, name } = event.currentTarget.dataset;
		ACTS[what](
			frm,
			panel.customers.find((one) => one.name === name)
		);
	});
}

function figures_html(figures, doc) {
	const cell = (title, value, note, tone) =>
		`<div class="cq-fa-figure"><span>${esc(title)}</span><b class="${tone || ""}">${esc(value)}</b><small>${esc(note)}</small></div>`;
	const tone = (value, target) => (value >= (target || 0) ? "is-good" : "is-short");
	const accounted = (unit) =>
		cell(
			__("Accounted For ({0})", [__(unit.uom)]),
			percent(unit.share),
			__("recovered {0}, destroyed {1}, used or passed on {2}, open {3} of {4}; target {5} %", [
				number(unit.recovered),
				number(unit.destroyed),
				number(unit.used),
				number(unit.open),
				number(unit.at_risk),
				number(doc.target_accounted),
			]),
			tone(unit.share, doc.target_accounted)
		);
	const removed = (unit) =>
		cell(__("Recovered or Destroyed ({0})", [__(unit.uom)]), percent(unit.removed_share), __("without what was used or passed on"));
	const units = figures.units.map((unit) => accounted(unit) + removed(unit));
	return `<div class="cq-fa-figures">${cell(
		__("Acknowledged"),
		percent(figures.acknowledged_share),
		__("{0} of {1} customers, target {2} %", [figures.acknowledged, figures.customers, number(doc.target_acknowledged)]),
		tone(figures.acknowledged_share, doc.target_acknowledged)
	)}${cell(__("Told"), String(figures.told), __("link opened by {0}", [figures.opened]))}${units.join("")}</div><p class="text-muted">${esc(
		__(
			"Accounted for is what was recovered, destroyed, used or passed on, of what customers held when the scope was approved. What was used or passed on may still do harm."
		)
	)}</p>`;
}

function customer_row(one, panel) {
	const has = one.quantities
		.map((row) => `${number(row.at_risk)} ${__(row.uom)} ${row.item_name || row.item_code}${row.lots ? ` (${row.lots})` : ""}`)
		.map(esc)
		.join("<br>");
	const named = names_of_amounts();
	const done = one.quantities
		.flatMap((row) => AMOUNTS.filter((key) => row[key]).map((key) => labelled(named[key], `${number(row[key])} ${__(row.uom)}`)))
		.map(esc)
		.join("<br>");
	const over = one.quantities
		.filter((row) => row.over)
		.map((row) => __("More accounted for than was there: {0}. Correct the quantities.", [`${number(row.over)} ${__(row.uom)}`]))
		.map((text) => `<br><span class="cq-fa-warn">${esc(text)}</span>`)
		.join("");
	const contact = [one.contact_name, one.email, one.phone, one.notice_channel ? __("told by {0}", [one.notice_channel]) : ""]
		.filter(Boolean)
		.map(esc)
		.join("<br>");
	const since = one.acknowledged_at || one.opened_at || (one.notices.length ? "" : one.sent_at);
	const failed = one.notices.filter((notice) => notice.state === "failed");
	const is_queued = one.notices.some(({ state }) => state === "queued");
	const notes = [
		since ? moment_text(since) : "",
		one.road ? comma_list([label(one.road), one.answered_by_name].filter(Boolean)) : "",
		one.reminders ? __("Reminders: {0}", [one.reminders]) : "",
		one.calls ? __("Calls: {0}", [one.calls]) : "",
		one.is_left_out ? one.left_out_reason : one.is_added ? one.added_reason : "",
		...last_notices(one).map(notice_text),
		one.remark ? __("Customer: {0}", [one.remark]) : "",
		one.note ? __("Note: {0}", [one.note]) : "",
	].filter(Boolean);
	const act = (what, text) =>
		`<button type="button" class="btn btn-xs btn-default" data-do="${esc(what)}" data-name="${esc(one.name)}">${esc(text)}</button>`;
	const acts = [];
	if (panel.may_enter) {
		if (one.is_left_out) acts.push(act("take_back", __("Take In Again")));
		else {
			if (panel.is_running) acts.push(act("phone", __("Phoned …")), act("quantities", __("Quantities …")));
			if (failed.length) acts.push(act("again", __("Send Again")));
			if (!one.sent_at && !one.acknowledged_at && !is_queued) acts.push(act("leave_out", __("Leave Out …")));
		}
	}
	if (one.deliveries.length) acts.push(act("deliveries", __("Deliveries")));
	return [
		`${record_link("Customer", one.customer, one.customer_name)}`,
		`<span class="indicator-pill ${color(one.state)}">${esc(label(one.state))}</span>${notes.map((note) => `<br><small>${esc(note)}</small>`).join("")}`,
		has,
		done + over + said_otherwise(one, named) || `<span class="text-muted">–</span>`,
		contact || `<span class="cq-fa-warn">${esc(__("No mail address and no phone"))}</span>`,
		`<span class="cq-fa-acts">${acts.join(" ")}</span>`,
	];
}

/** The newest notice to each address; older ones have said the same. */
function last_notices(one) {
	const newest = new Map();
	for (const notice of one.notices) {
		const there = newest.get(notice.sent_to);
		if (!there || notice.number > there.number) newest.set(notice.sent_to, notice);
	}
	return [...newest.values()];
}

/** How and where a notice went, and what became of it. */
function notice_text(notice) {
	const way = `${label(notice.service)} ${notice.sent_to}`;
	const opened = notice.opened_at ? __("link opened {0}", [moment_text(notice.opened_at)]) : "";
	const became = {
		waiting: () => __("is being written"),
		queued: () => __("waits in the queue"),
		sent: () =>
			notice.service === "email"
				? __("left {0}", [moment_text(notice.sent_at)])
				: __("taken by the service {0}", [moment_text(notice.sent_at)]),
		failed: () => __("not sent. {0}", [notice.error || ""]),
		not_needed: () => __("not needed any more"),
		taken_back: () => __("withdrawn before it left"),
	}[notice.state]();
	return labelled(way, comma_list([became, opened].filter(Boolean)));
}

/** What a customer says by the link beside what staff has entered. */
function said_otherwise(one, named) {
	if (!one.quantities_at || !one.said_at) return "";
	const said = ["still_held", "to_return", "destroyed", "used"];
	const amounts = (row) => said.filter((key) => row[`said_${key}`]).map((key) => labelled(named[key], number(row[`said_${key}`])));
	return one.quantities
		.filter((row) => said.some((key) => (row[key] || 0) !== (row[`said_${key}`] || 0)))
		.map((row) => __("The customer says: {0}", [comma_list(amounts(row)) || number(0)]))
		.map((text) => `<br><span class="cq-fa-warn">${esc(text)}</span>`)
		.join("");
}

function offer_sending(frm, panel) {
	const { doc } = frm;
	const may_write = frm.perm[0]?.write;
	if (may_write && ["scope", "under_way"].includes(doc.stage)) {
		frm.add_custom_button(__("Compute Scope Again"), () => compute(frm));
		frm.add_custom_button(__("Add Customer"), () => add_customer(frm));
	}
	if (!doc.is_mock && ["scope", "approval", "under_way"].includes(doc.stage)) {
		frm.add_custom_button(__("Preview Notice"), () => preview(frm));
	}
	if (may_write && panel.is_running && panel.unsent) {
		frm.add_custom_button(__("Send Notices"), () => send(frm, panel)).addClass("btn-primary");
	}
}

async function compute(frm) {
	if (frm.is_dirty()) await frm.save();
	await post("compute_scope", { name: frm.doc.name }, __("Computing the scope …"));
	await frm.reload_doc();
	complaint_qms.desk.go_to(frm, "scope_html");
}

async function preview(frm, is_reminder = false) {
	const dialog = new frappe.ui.Dialog({
		title: esc(__("Preview Notice")),
		size: "large",
		no_focus: true,
		fields: [
			{
				fieldname: "language",
				fieldtype: "Link",
				options: "Language",
				label: __("Language"),
				description: __("Without one the language of the first customer."),
				onchange: () => show(),
			},
			{ fieldtype: "Column Break" },
			{ fieldname: "is_reminder", fieldtype: "Check", label: __("Reminder"), default: is_reminder ? 1 : 0, onchange: () => show() },
			{ fieldtype: "Section Break", hide_border: 1 },
			{ fieldname: "page", fieldtype: "HTML" },
		],
	});
	const show = async () => {
		const { language = "", is_reminder: reminder } = dialog.get_values(true) || {};
		const said = await frappe.xcall(`${API}.preview`, { name: frm.doc.name, language: language || "", is_reminder: Boolean(reminder) });
		const $page = dialog.fields_dict.page.$wrapper;
		const text = said.text ? `<p><b>${esc(__("As a text message"))}</b><br>${esc(said.text)}</p>` : "";
		$page.html(
			`${text}<p>${esc(said.customer)} · ${esc(said.language)} · <b>${esc(said.subject)}</b></p><iframe class="cq-mail-preview" sandbox></iframe>`
		);
		$page.find("iframe").attr("srcdoc", said.page);
	};
	dialog.show();
	await show();
}

function send(frm, panel) {
	const question = __(
		"{0} customers get the notice, each of their contacts by mail or by the channel of the customer. What has left cannot be called back. Send?",
		[panel.unsent]
	);
	frappe.confirm(esc(question), async () => {
		const { notices } = await post("send_notices", { name: frm.doc.name }, __("Sending …"));
		frappe.show_alert({ message: esc(__("Notices on their way: {0}", [notices])), indicator: "green" });
		frm.reload_doc();
	});
}
