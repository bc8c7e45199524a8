// Steps of a complaint that are sent otherwise than by their name, each with what its dialog asks besides.
import { at_once_options, is_at_once } from "./at_once";
import { merge_options } from "./merging";
import { with_signature } from "./signing";

/** Options of `take_step` for a step, wherever it is taken from. */
export function own_options(frm, step, options) {
	if (step.signature) return with_signature(frm, step, options);
	if (is_at_once(frm, step)) return at_once_options(frm, options);
	return frm.doctype === "Complaint" && step.to_stage === "duplicate" ? merge_options(frm, options) : options;
}
