// Who says whether a complaint is confidential, and who may be named on one.
const FIELDS = ["confidential", "confidants", "confidential_reason", "lifting_reason"];

/** Whoever registers a complaint may do so confidentially; of a stored one the server has said whether it is the reader's to say. */
export function mind_confidential(frm) {
	const { keeps_confidential } = frm.doc.__onload || {};
	const read_only = frm.is_new() || keeps_confidential ? 0 : 1;
	for (const field of FIELDS) {
		if (Number(frm.get_docfield(field).read_only || 0) !== read_only) frm.set_df_property(field, "read_only", read_only);
	}
	frm.set_query("confidants", () => ({ filters: { enabled: 1, user_type: "System User" } }));
}
