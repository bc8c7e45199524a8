// Steps of a complaint that are sent otherwise than by their name, each with what its dialog asks besides.
import { at_once_options, is_at_once } from "./at_once";
import { signing_options } from "./field_action";
import { merge_options } from "./merging";

/** Options of `take_step` for a step, wherever it is taken from. */
export function own_options(frm, step, options) {
	if (frm.doctype === "Field Action" && step.to_stage === "under_way" && frm.doc.stage === "approval") return signing_options(frm, options);
	if (is_at_once(frm, step)) return at_once_options(frm, options);
	return frm.doctype === "Complaint" && step.to_stage === "duplicate" ? merge_options(frm, options) : options;
}
