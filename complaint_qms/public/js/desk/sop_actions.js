// What is done with a procedure as a whole: its next version, its running complaints, and its file.
import { label } from "../labels";
import { sentences } from "../language";
import { esc, told } from "../markup";
import { moment_text, record_link } from "../words";

const API = "complaint_qms.api.sop";

/** Buttons of the form of an SOP that is stored. */
export function offer_sop_actions(frm) {
	const group = __("SOP");
	if (frm.perm[0].write && frappe.model.can_create("Complaint SOP"))
		frm.add_custom_button(__("New Version"), () => ask_version(frm), group);
	if (frappe.model.can_write("Complaint")) frm.add_custom_button(__("Move Running Complaints"), () => ask_move(frm), group);
	frm.add_custom_button(__("Export as File"), () => export_file(frm), group);
}

/** Choose a file and make a procedure of it. */
export function import_sop() {
	const input = document.createElement("input");
	input.type = "file";
	input.accept = ".yaml,.yml";
	input.addEventListener("change", async () => {
		const [file] = input.files;
		if (!file) return;
		const name = await asked("from_file", { text: await file.text() });
		if (!name) return;
		frappe.show_alert({ message: esc(__("Imported as {0}. Look at it, then enable it.", [name])), indicator: "green" });
		frappe.set_route("Form", "Complaint SOP", name);
	});
	input.click();
}

function ask_version(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("New Version"),
		fields: [
			{
				fieldname: "valid_from",
				fieldtype: "Date",
				label: __("Valid From", null, "Complaint SOP"),
				reqd: 1,
				default: frappe.datetime.add_days(frappe.datetime.get_today(), 1),
				description: frm.doc.enabled
					? __("Complaints received from this day on follow the new version. Running ones keep this one until they are moved.")
					: __("This SOP is not enabled, and neither is its new version: enable that when complaints are to follow it."),
			},
		],
		primary_action_label: __("Make It"),
		async primary_action({ valid_from }) {
			const name = await asked("new_version", { sop: frm.doc.name, valid_from });
			if (!name) return;
			dialog.hide();
			frappe.set_route("Form", "Complaint SOP", name);
		},
	});
	dialog.show();
}

function ask_move(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Move Running Complaints"),
		size: "large",
		fields: [
			{
				fieldname: "target",
				fieldtype: "Link",
				options: "Complaint SOP",
				label: __("Move To"),
				reqd: 1,
				get_query: () => ({ filters: { enabled: 1, name: ["!=", frm.doc.name] } }),
				onchange: () => show_effect(frm, dialog),
			},
			{ fieldname: "effect", fieldtype: "HTML" },
		],
		primary_action_label: __("Move"),
		async primary_action({ target }) {
			if (dialog.cq_shown !== target) return;
			const count = await asked("move_running", { source: frm.doc.name, target });
			if (count === null) return;
			dialog.hide();
			frappe.show_alert({
				message: esc(__("{0} complaints are being moved. The timeline of {1} tells when it is done.", [count, target])),
				indicator: "blue",
			});
		},
	});
	dialog.get_primary_btn().prop("disabled", true);
	dialog.show();
}

async function show_effect(frm, dialog) {
	const target = dialog.get_value("target");
	const $place = dialog.fields_dict.effect.$wrapper;
	dialog.cq_shown = null;
	dialog.get_primary_btn().prop("disabled", true);
	if (!target) return $place.empty();
	$place.html(`<p class="text-muted">${esc(__("Reckoning …"))}</p>`);
	try {
		const effect = await frappe.xcall(`${API}.effect_of_move`, { source: frm.doc.name, target });
		if (dialog.get_value("target") !== target) return undefined;
		$place.html(effect_html(effect));
		dialog.cq_shown = target;
		dialog.get_primary_btn().prop("disabled", !effect.count);
	} catch (error) {
		$place.html(told((error && error.message) || ""));
	}
	return undefined;
}

/** How many move, and what becomes of their due times. */
function effect_html(effect) {
	if (!effect.count) return `<p>${esc(__("No complaint that is running follows this SOP."))}</p>`;
	const reckoned = effect.reckoned < effect.count ? __("Shown for the first {0}.", [effect.reckoned]) : "";
	const head = [
		__("{0} running complaints move.", [effect.count]),
		reckoned,
		effect.overdue ? __("{0} would be overdue at once.", [effect.overdue]) : __("None would be overdue at once."),
		effect.unchanged ? __("{0} keep their due times.", [effect.unchanged]) : "",
	];
	const rows = effect.rows.flatMap((row) =>
		row.changes.map(
			(change, at) => `<tr><td>${at ? "" : record_link("Complaint", row.name)}</td><td>${at ? "" : esc(row.subject)}</td>
			<td>${esc(change.clock === "stage" ? label(row.stage) : label(change.clock))}</td>
			<td>${esc(moment_text(change.old) || "–")}</td><td>${esc(moment_text(change.new) || "–")}</td>
			<td>${!at && row.overdue ? esc(__("overdue at once")) : ""}</td></tr>`
		)
	);
	const table = rows.length
		? `<div class="cq-scroll"><table class="cq-table"><thead><tr><th>${esc(__("Complaint"))}</th><th>${esc(__("Subject"))}</th><th>${esc(
				__("Clock")
			)}</th><th>${esc(__("Due Now"))}</th><th>${esc(__("Due Then"))}</th><th></th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`
		: "";
	return `<p>${esc(sentences(head))}</p>${table}`;
}

async function export_file(frm) {
	const made = await asked("as_file", { sop: frm.doc.name });
	if (!made) return;
	const { name, text } = made;
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
	link.download = name;
	link.click();
	URL.revokeObjectURL(link.href);
}

/** What the server answers; null where it refuses, of which the framework tells. */
const asked = (method, values) => frappe.xcall(`${API}.${method}`, values).catch(() => null);
