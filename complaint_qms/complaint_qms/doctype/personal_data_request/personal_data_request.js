const DATA_API = "complaint_qms.api.personal_data";

frappe.ui.form.on("Personal Data Request", {
	setup(frm) {
		frm.set_query("user", () => ({ filters: { user_type: "Website User" } }));
		frappe.realtime.on("personal_data_progress", ({ name, percent }) => {
			if (name !== frm.doc.name) return;
			frm.dashboard.show_progress(__("Progress"), percent);
			if (percent >= 100) frm.reload_doc();
		});
	},

	refresh(frm) {
		draw_found(frm, kept(frm.doc.found));
		if (frm.is_new()) return;
		const { status } = frm.doc;
		if (status === "open" && frm.perm[0]?.write) {
			const { why_not_looked, why_not_decided } = frm.doc.__onload || {};
			if (why_not_decided) frm.set_intro(complaint_qms.markup.esc(why_not_decided), "blue");
			if (!why_not_looked) frm.add_custom_button(__("Look for the Person"), () => look(frm));
			if (!why_not_decided) {
				frm.add_custom_button(__("Approve", null, "Personal Data Request"), () => approve(frm)).addClass("btn-primary");
				frm.add_custom_button(__("Reject"), () => reject(frm));
			}
		}
		if (["queued", "running", "failed"].includes(status)) {
			frm.add_custom_button(__("Try Again"), () => call(frm, "try_again", {}));
		}
		if (status !== "open") frm.disable_save();
	},
});

const kept = (text) => {
	try {
		return text ? JSON.parse(text) : null;
	} catch (error) {
		return null;
	}
};

const call = (frm, method, args) =>
	frappe.call({ method: `${DATA_API}.${method}`, args: { name: frm.doc.name, ...args }, freeze: true }).then(({ message }) => {
		if (method !== "look") frm.reload_doc();
		return message;
	});

async function look(frm) {
	const seen = await call(frm, "look", {});
	draw_found(frm, seen);
}

async function approve(frm) {
	const seen = await call(frm, "look", {});
	draw_found(frm, seen);
	if (seen.obstacles.length) {
		frappe.msgprint({
			title: __("Not Possible Now"),
			message: seen.obstacles.map((said) => complaint_qms.markup.esc(said)).join("<br>"),
			indicator: "orange",
		});
		return;
	}
	const erases = frm.doc.request_type === "person_erasure";
	const asked = erases
		? __("Who the person is goes from all that was found, for good. The records stay. Erase it?")
		: __("A copy of all that was found is made, as an archive on this request. Make it?");
	frappe.confirm(asked, () => call(frm, "approve", {}));
}

function reject(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Reject"),
		fields: [{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
		primary_action_label: __("Reject"),
		primary_action: ({ reason }) => call(frm, "reject", { reason }).then(() => dialog.hide()), // refused, the text stays
	});
	dialog.show();
}

function draw_found(frm, found) {
	const { esc } = complaint_qms.markup;
	const wrapper = frm.get_field("found_html").$wrapper.empty();
	if (!found) {
		wrapper.html(`<p class="text-muted">${esc(__("Nobody has looked yet."))}</p>`);
		return;
	}
	const list = $("<ul>");
	const line = (text) => $("<li>").text(text).appendTo(list);
	if (found.own.length) line(__("Complaints of the person: {0}", [complaint_qms.language.comma_list(found.own)]));
	for (const [doctype, count] of Object.entries(found.counts)) line(__("{0}: {1} rows", [__(doctype), count]));
	if (!list.children().length) line(__("Nothing was found."));
	wrapper.append(list);
	const possible = Object.entries(found.possible || {});
	if (possible.length) {
		$("<p class='mt-3'>")
			.text(__("The name stands here as well, without anything that says it is the same person. It stays; look at it yourself:"))
			.appendTo(wrapper);
		const others = $("<ul>").appendTo(wrapper);
		for (const [doctype, names] of possible)
			$("<li>")
				.text(complaint_qms.language.labelled(__(doctype), complaint_qms.language.comma_list(names)))
				.appendTo(others);
	}
	for (const said of found.obstacles || []) $("<div class='alert alert-warning'>").text(said).appendTo(wrapper);
}
