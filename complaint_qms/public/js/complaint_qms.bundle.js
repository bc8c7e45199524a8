// Loaded on every desk page: words for keys, and "Create → Complaint" for ERPNext's forms. Kept small.
import * as labels from "./labels";
import * as words from "./words";
import { offer_complaint } from "./erpnext/create_complaint";
import "./report_filters";
import "./chart_drill";

/** Frappe's menu would offer the same steps once more; both ways reach the same server, one is enough. */
function mute_workflow_menu(frm) {
	if (frm.states) frm.states.show_actions = () => frm.page.clear_actions_menu();
}

frappe.provide("complaint_qms");
Object.assign(complaint_qms, { labels, words, offer_complaint, mute_workflow_menu });

labels.install();
