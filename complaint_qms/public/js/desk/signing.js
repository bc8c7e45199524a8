// Electronic signatures: what stands signed, what is asked of a signer, and signing with or without the next step.
import { labelled, comma_list } from "../language";
import { esc } from "../markup";
import { moment_text } from "../words";

const API = "complaint_qms.api.signatures";
const IDENTITY = ["password", "user_id", "code", "meaning"];

/** Options of `take_step` for a step that is taken with a signature. */
export function with_signature(frm, step, options) {
	const { signature } = step;
	return {
		...options,
		ask: true,
		method: `${API}.sign`,
		before: () => frappe.xcall(`${API}.asked`).then((asked) => (signature.asked = asked)),
		shape: (fields) => [...(options.shape ? options.shape(fields) : fields), ...signing_fields(signature, fields.length > 0)],
		args_of: (values) => ({ ...sign_args(frm, signature, values), action: step.action, values: without_identity(values) }),
		opened: (dialog) => {
			if (options.opened) options.opened(dialog);
			offer_code(frm, signature, dialog);
		},
	};
}

/** Sign for a step that somebody else takes, or that others sign as well. */
export async function sign_alone(frm, signature) {
	if (frm.is_dirty()) await frm.save();
	signature.asked = await frappe.xcall(`${API}.asked`);
	const dialog = new frappe.ui.Dialog({
		title: esc(__("Sign “{0}”", [signature.meaning_label])),
		fields: signing_fields(signature, false),
		primary_action_label: __("Sign"),
		primary_action: async (values) => {
			dialog.disable_primary_action();
			const answer = await frappe.xcall(`${API}.sign`, sign_args(frm, signature, values)).catch(() => null); // it has said why
			dialog.enable_primary_action();
			if (!answer) return;
			dialog.hide();
			frappe.show_alert({ message: esc(__("Signed")), indicator: "green" });
			frm.reload_doc();
		},
	});
	dialog.show();
	offer_code(frm, signature, dialog);
	return dialog;
}

/** Buttons for what the user signs without a step; those with one are the steps themselves. */
export function offer_signatures(frm, wanted) {
	for (const signature of wanted || []) {
		if (signature.is_mine && !signature.is_with_step)
			frm.add_custom_button(esc(__("Sign “{0}”", [signature.meaning_label])), () => sign_alone(frm, signature));
	}
}

/** Those of an overview that are the user's turn, told apart by whether a step is taken with them. */
export function told_apart(overview) {
	const with_step = (overview.next || []).filter((step) => step.signature && !step.blocked);
	return (overview.signatures_wanted || []).map((one) => ({
		...one,
		is_with_step: with_step.some(({ signature }) => signature.stage === one.stage && signature.meaning === one.meaning),
	}));
}

/** What was signed and what is still to be signed, in lines; empty where neither is. */
export function signatures_html(given, wanted) {
	const lines = [...(given || []).map(given_html), ...(wanted || []).map(wanted_html)];
	if (!lines.length) return "";
	return `<section class="cq-signatures" aria-label="${esc(__("Electronic Signatures"))}"><ul>${lines.join("")}</ul></section>`;
}

function given_html(one) {
	const told = __("Signed by {0} on {1} as “{2}”", [one.name, moment_text(one.at), one.meaning]);
	if (one.is_former) return `<li class="is-former text-muted">${esc(labelled(told, __("earlier signature, signed anew since")))}</li>`;
	const standing = one.holds
		? `<span class="cq-signature-holds">${esc(__("The signature holds."))}</span>`
		: `<span class="cq-signature-broken">${esc(__("No longer holds: the record was changed after."))}</span>`;
	return `<li title="${esc(one.offset)}"><span aria-hidden="true">${one.holds ? "✓" : "✗"}</span> ${esc(told)} · ${standing}</li>`;
}

function wanted_html(one) {
	const told = __("To be signed for {0}: “{1}”", [one.stage_label, one.meaning_label]);
	return `<li class="text-muted"><span aria-hidden="true">○</span> ${esc(labelled(told, comma_list(one.roles)))}</li>`;
}

function signing_fields(signature, is_below) {
	const { user_id = true, code = "", sends_code = false } = signature.asked || {};
	const text = __("You sign as {0}: “{1}”. The signature holds for the record as it is then stored; any later change shows.", [
		frappe.user.full_name(),
		signature.meaning_label,
	]);
	return [
		...(is_below ? [{ fieldtype: "Section Break", label: __("Signature") }] : []),
		{ fieldtype: "HTML", fieldname: "meaning", options: `<p>${esc(text)}</p>` },
		...(user_id
			? [
					{
						fieldname: "user_id",
						fieldtype: "Data",
						label: __("Your User ID"),
						reqd: 1,
						description: __("Asked for with the first signature of a session."),
					},
				]
			: []),
		{ fieldname: "password", fieldtype: "Password", label: __("Your Password"), reqd: 1, no_strength_check: 1 },
		...(code
			? [
					{
						fieldname: "code",
						fieldtype: "Data",
						label: __("Verification Code"),
						reqd: 1,
						description: sends_code ? "" : __("From your authenticator app."),
					},
				]
			: []),
	];
}

const sign_args = (frm, { stage, meaning }, { password, user_id = "", code = "" }) => ({
	doctype: frm.doctype,
	name: frm.doc.name,
	stage,
	meaning,
	password,
	user_id,
	code,
});

const without_identity = (values) => Object.fromEntries(Object.entries(values).filter(([name]) => !IDENTITY.includes(name)));

/** Where codes are mailed or sent, the button for it; the password goes with it. */
function offer_code(frm, signature, dialog) {
	for (const name of ["user_id", "password", "code"]) {
		const field = dialog.fields_dict[name];
		if (field) field.$input.attr("autocomplete", { user_id: "username", password: "current-password", code: "one-time-code" }[name]);
	}
	if (!(signature.asked || {}).sends_code) return;
	$(`<button type="button" class="btn btn-default btn-xs cq-beside">${esc(__("Send Code"))}</button>`)
		.appendTo(dialog.fields_dict.code.$wrapper)
		.on("click", async () => {
			const { stage, meaning } = signature;
			const args = { doctype: frm.doctype, name: frm.doc.name, stage, meaning, password: dialog.get_value("password") || "" };
			await frappe.xcall(`${API}.send_code`, args);
			frappe.show_alert({ message: esc(__("The code is on its way.")), indicator: "green" });
		});
}
