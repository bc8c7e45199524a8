// Help Article: how complaints used it, and what in it may still tell who somebody is.
frappe.ui.form.on("Help Article", {
	refresh(frm) {
		if (frm.is_new() || !frappe.model.can_read("Complaint")) return;
		const { name } = frm.doc;
		frappe.xcall("complaint_qms.api.knowledge.about", { article: name }).then(({ is_ours, figures, personal }) => {
			if (frm.doc.name !== name || !(is_ours || figures.answered || figures.chat)) return;
			const { esc } = complaint_qms.markup;
			const told = [
				__("Proposed on complaints: {0}", [figures.proposed]),
				__("Used in answers: {0} (solved {1}, not solved {2})", [figures.answered, figures.solved, figures.unsolved]),
				__("Told in chats: {0} (no complaint came of {1})", [figures.chat, figures.chat_solved]),
			];
			frm.dashboard.add_comment(told.map(esc).join(" · "), "blue", true);
			if (!personal.length) return;
			const left = complaint_qms.language.comma_list(personal.map(({ text }) => text));
			frm.dashboard.add_comment(esc(__("This still seems to tell who somebody is: {0}", [left])), "orange", true);
		});
		if (frm.doc.complaint && !frm.doc.published) {
			frm.set_intro(
				complaint_qms.markup.esc(
					__("A draft: somebody with the role Complaint Manager or Quality Manager who has not written it publishes it.")
				),
				"blue"
			);
		}
	},
});
