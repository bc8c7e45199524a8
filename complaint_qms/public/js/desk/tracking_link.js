// Secret links by which a complainant follows a complaint: a new one to copy or mail, or all of them made invalid.
import { esc } from "../markup";

const GIVE = "complaint_qms.api.tracking_links.give_link";
const REVOKE = "complaint_qms.api.tracking_links.revoke_links";

/** The two entries in the menu of a complaint whose site has its public page open. */
export function offer_tracking_link(frm) {
	if (!frappe.boot.complaint_qms_page_open || !frm.perm[0]?.write) return;
	frm.page.add_menu_item(__("Secret Link for the Customer"), () => give(frm));
	frm.page.add_menu_item(__("Make Secret Links Invalid"), () => revoke(frm));
}

async function give(frm) {
	const { link } = await frappe.xcall(GIVE, { complaint: frm.doc.name });
	const dialog = new frappe.ui.Dialog({
		title: __("Secret Link for the Customer"),
		fields: [
			{ fieldtype: "Data", fieldname: "link", label: __("Link"), default: link, read_only_depends_on: "eval:false" },
			{
				fieldtype: "HTML",
				options: `<p class="text-muted">${esc(
					__(
						"By it the customer sees how the complaint stands, answers questions, adds files and accepts the solution. It is shown only now; who has it needs no login."
					)
				)}</p>`,
			},
		],
		primary_action_label: __("Copy"),
		primary_action: () => frappe.utils.copy_to_clipboard(link),
	});
	dialog.show();
}

function revoke(frm) {
	frappe.confirm(esc(__("All secret links of this complaint become invalid. Whoever follows it needs a new one. Go on?")), async () => {
		const { revoked } = await frappe.xcall(REVOKE, { complaint: frm.doc.name });
		frappe.show_alert(revoked ? __("Links made invalid: {0}", [revoked]) : __("There was no valid link."));
	});
}
