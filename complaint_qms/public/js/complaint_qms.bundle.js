// Loaded on every desk page: words for keys, and "Create → Complaint" for ERPNext's forms. Kept small.
import * as form_head from "./form_head";
import * as given_up from "./given_up";
import * as labels from "./labels";
import * as language from "./language";
import * as lists from "./lists";
import * as markup from "./markup";
import * as words from "./words";
import { ask_ahead, asked_ahead } from "./asked_ahead";
import { safe_color } from "./colors";
import { draw_the_rest, draw_when_shown, once_shown } from "./drawn_when_shown";
import { genealogy_ways, may_see_picture, offer_picture, open_picture } from "./genealogy_picture";
import { show_product_code } from "./product_code";
import { mind_chart_labels } from "./chart_labels";
import { mind_filters } from "./list_words";
import { mind_story, offer_trail } from "./story";
import { hide_arrows, mind_the_rest, show_as_text } from "./stored_text";
import { mind_tables } from "./tables";
import { keep_typed_dates } from "./typed_dates";
import { mind_shortcuts } from "./workspace";
import { offer_complaint } from "./erpnext/create_complaint";
import "./report_filters";
import "./cross_tab";
import "./chart_drill";

/** Frappe's menu would offer the same steps once more; both ways reach the same server, one is enough. */
function mute_workflow_menu(frm) {
	// eslint-disable-next-line no-restricted-syntax -- the menu asks nobody whether it is wanted
	if (frm.states) frm.states.show_actions = () => frm.page.clear_actions_menu();
}

/** A time picker may drop seconds of a stored moment; that alone is no change by a person. */
function keep_moments(frm) {
	for (const control of Object.values(frm.fields_dict)) {
		if (control.df.fieldtype !== "Datetime" || control.cq_keeps_moment) continue;
		const validate = control.validate.bind(control);
		control.cq_keeps_moment = true;
		// The framework adds the time zone to the help, and looks for a translation of both together.
		const describe = control.set_description.bind(control);
		// eslint-disable-next-line no-restricted-syntax -- no event comes before the help is drawn
		control.set_description = (...described) => {
			if (control.df.description) control.df.description = __(control.df.description);
			describe(...described);
		};
		// eslint-disable-next-line no-restricted-syntax -- the form takes a value for changed before any event is sent
		control.validate = (value) => {
			const valid = validate(value);
			const stored = frm.doc[control.df.fieldname];
			return valid && stored && String(valid).slice(0, 16) === String(stored).slice(0, 16) ? stored : valid;
		};
	}
}

/**
 * The one primary button of a saved form. The framework's Ctrl+S presses whatever that button is; who saves a record that has
 * no changes means no step, so the step is left to a click (and to Enter and Alt on the button), which come with an event.
 */
function offer_primary(frm, label, action) {
	frm.page.set_primary_action(label, () => {
		if (window.event) return action();
		if (frm.is_dirty()) return frm.save();
		frappe.show_alert({ message: __("No changes in document"), indicator: "orange" });
	});
}

/** Forms with a Form Tour of the app's; they load what draws anyway. */
const TOURED = ["Complaint", "Investigation", "CAPA", "Complaint Settlement"];

/** Roles that people are given by hand; the server refuses the others where work is led by a role. */
const given_roles = () => ({
	filters: [
		["Role", "name", "not in", ["Administrator", "Guest", "All", "Desk User"]],
		["Role", "disabled", "=", 0],
	],
});

// What ERPNext does not let this user choose from is shown; offered, it would answer “Not permitted” to each Tab through it.
// Users are offered by a query of ours, some records by name alone, and what has to be filled stays open.
$(document).on("form-refresh", (event, frm) => {
	if (frm.meta.module !== "Complaint QMS") return;
	mind_story(frm);
	offer_trail(frm);
	hide_arrows(frm);
	mind_tables(frm);
	if (TOURED.includes(frm.doctype)) load_desk().then(() => complaint_qms.desk.offer_tour(frm));
	for (const { fieldtype, fieldname, options, reqd } of frm.meta.fields) {
		if (fieldtype !== "Link" || options === "User" || (reqd && !frm.doc[fieldname])) continue;
		if ((frappe.boot.complaint_qms_chosen_by_name || []).includes(options)) continue;
		if (!frappe.model.can_select(options) && !frappe.model.can_read(options)) frm.set_df_property(fieldname, "read_only", 1);
	}
});

/** Lists and forms of the app's records are told from others, for what the stylesheet says of the framework's own elements. */
$(document).on("page-change", () => {
	const [view, doctype] = frappe.get_route();
	const ours = ["List", "Form"].includes(view) && (frappe.boot.complaint_qms_records || []).includes(doctype);
	if (ours && frappe.container.page) frappe.container.page.classList.add("cq-page");
});

/** Whether this user has models learned, and puts them in and out of use. */
const may_train = () => frappe.user.has_role(["Complaint Manager", "System Manager"]);

/** Everything that draws, fetched once: the framework would fetch a bundle anew, and freeze the page, each time it is asked for. */
let desk = null;
const load_desk = () => (desk = desk || frappe.require("qms_desk.bundle.js"));

frappe.provide("complaint_qms");
Object.assign(complaint_qms, {
	form_head,
	given_roles,
	given_up,
	labels,
	language,
	lists,
	markup,
	words,
	safe_color,
	show_product_code,
	show_as_text,
	offer_complaint,
	mute_workflow_menu,
	keep_moments,
	asked_ahead,
	draw_the_rest,
	draw_when_shown,
	once_shown,
	load_desk,
	may_train,
	genealogy_ways,
	may_see_picture,
	offer_picture,
	open_picture,
	offer_primary,
});

mind_the_rest();
ask_ahead("Complaint", "complaint_qms.api.complaint.opened");
mind_filters();
mind_shortcuts();
mind_chart_labels();
keep_typed_dates();
