// Solving a complaint at once: one dialog that asks what the customer was told, how, and whether they agreed.
import { label } from "../labels";
import { esc } from "../markup";
import { spoken_ways } from "./answers";

const METHOD = "complaint_qms.api.at_once.solve";
const EARLY = ["intake", "triage"];
const REVIEW = "review";
const GIVEN = ["information", "explanation", "apology"];
// Told by what was given, unless a settlement says what the customer gets.
const OF_REMEDY = ["remedy_required", "no_remedy_reason"];
const LONG = ["Small Text", "Text", "Text Editor"];

/** Whether a step passes over the stages up to the final review. */
export const is_at_once = (frm, step) => frm.doctype === "Complaint" && EARLY.includes(frm.doc.stage) && step.to_stage === REVIEW;

/** Why it is not done here although the procedure allows it as such. */
export function not_at_once_html(reasons) {
	if (!reasons || !reasons.length) return "";
	const sentences = reasons.map((reason) => `<li>${esc(reason)}</li>`).join("");
	return `<div class="cq-not-at-once"><b>${esc(__("Not to be solved at once"))}</b><ul>${sentences}</ul></div>`;
}

/** Options of `take_step` for such a step. */
export function at_once_options(frm, options) {
	const settled = Boolean(frm.doc.settlement_status);
	return {
		...options,
		ask: true,
		method: METHOD,
		shape: (fields) => shaped(frm, fields, settled),
		args_of: ({ medium = "", given = "", reply_sent_at = null, ...values }) => {
			// A mail that went out has entered its moment itself.
			const mailed = Boolean(frm.doc.reply_sent_at);
			return { name: frm.doc.name, values, medium: mailed ? "" : medium, at: mailed ? null : reply_sent_at, given };
		},
		opened: (dialog) => {
			dialog.$wrapper.addClass("cq-solve-once");
			dialog.$wrapper.one("shown.bs.modal", () => begin_with_reply(dialog));
		},
	};
}

/** The editor is there a moment after the dialog; whoever writes elsewhere by then stays there. */
function begin_with_reply(dialog, tries = 15) {
	setTimeout(() => {
		const [editor] = dialog.$wrapper.find('[data-fieldname="reply"] .ql-editor[contenteditable="true"]');
		const writes = ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement.tagName);
		if (editor && dialog.$wrapper.hasClass("show") && !writes) editor.focus();
		if (tries && !writes && document.activeElement !== editor) begin_with_reply(dialog, tries - 1);
	}, 200);
}

/** What was told first, then how it was, then what else is missing. */
function shaped(frm, fields, settled) {
	const at = fields.findIndex((field) => (field.fieldname || "").startsWith("check:"));
	const checks = at < 0 ? [] : fields.slice(at - 1);
	const asked = (at < 0 ? fields : fields.slice(0, at - 1)).filter(
		({ fieldname }) =>
			fieldname &&
			fieldname !== "reply" &&
			(settled || !OF_REMEDY.includes(fieldname)) &&
			// A mail that went out says when.
			!(fieldname === "reply_sent_at" && frm.doc.reply_sent_at)
	);
	const reply = fields.find((field) => field.fieldname === "reply");
	const short = [
		...how(frm, settled),
		...asked.filter(({ fieldtype }) => !LONG.includes(fieldtype)).map((field) => at_that_moment(frm, field)),
	];
	const long = asked.filter(({ fieldtype }) => LONG.includes(fieldtype));
	const half = Math.ceil(short.length / 2);
	return [
		...(reply ? [{ ...reply, label: __("What the Customer Was Told"), description: "" }] : []),
		{ fieldtype: "Section Break", hide_border: 1 },
		...short.slice(0, half),
		{ fieldtype: "Column Break" },
		...short.slice(half),
		...(long.length ? [{ fieldtype: "Section Break", hide_border: 1 }, ...long] : []),
		...checks,
	];
}

function at_that_moment(frm, field) {
	if (field.fieldname === "reply_sent_at") return { ...field, label: __("When"), description: "", default: frappe.datetime.now_datetime() };
	if (field.fieldname !== "customer_agreement") return field;
	// Whom nobody has reached has agreed to nothing.
	const options = (field.options || "").split("\n").filter((value) => value !== "no_answer");
	return { ...field, options: options.join("\n") };
}

function how(frm, settled) {
	const fields = [];
	if (!frm.doc.reply_sent_at) {
		fields.push({ fieldname: "medium", fieldtype: "Select", label: __("How"), options: spoken_ways(), default: "Phone" });
	}
	if (!settled) {
		const wanted = GIVEN.includes(frm.doc.expectation) ? frm.doc.expectation : "explanation";
		const options = GIVEN.map((value) => ({ value, label: label(value) }));
		fields.push({ fieldname: "given", fieldtype: "Select", label: __("What Was Given"), options, default: wanted });
	}
	return fields;
}
