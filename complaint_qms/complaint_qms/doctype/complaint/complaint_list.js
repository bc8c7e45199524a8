frappe.listview_settings["Complaint"] = {
	add_fields: [
		...["stage", "sla_status", "risk_color", "risk_level", "severity", "customer", "complaint_owner", "item_name"],
		...["received_at", "modified", "stage_due", "stage_status", "closed_at"],
	],
	// The number leads the subject instead of being cut off in a narrow column of its own.
	hide_name_column: true,

	// Stage and clock in one pill: the word of the stage, the colour of the clock.
	get_indicator(doc) {
		const { label, indicator } = complaint_qms.labels;
		const ended = ["closed", "rejected", "duplicate", "void"].includes(doc.stage);
		const alarm = !ended && ["overdue", "at_risk"].includes(doc.sla_status);
		const text = alarm ? `${label(doc.stage)} · ${label(doc.sla_status)}` : label(doc.stage);
		return indicator(doc.stage, "stage", { tone: alarm ? doc.sla_status : doc.stage, text });
	},

	formatters: {
		// Until the server has said which clock runs out first
		stage_due: (value, df, doc) => complaint_qms.lists.due_html(value, doc.stage_status === "overdue"),
		received_at: (value, df, doc) => complaint_qms.markup.esc(complaint_qms.lists.age(value, doc.closed_at)),
		subject: (value, df, doc) => [doc.name, value].filter(Boolean).join(" · "),
		risk_level(value, df, doc) {
			if (!value) return "";
			const { esc } = complaint_qms.markup;
			const color = complaint_qms.safe_color(doc.risk_color);
			return `<span class="filterable cq-risk-cell" style="--risk:${color}" data-filter="risk_level,=,${esc(value)}">${esc(
				__(value)
			)}</span>`;
		},
	},

	// The team board is a view of this list.
	refresh(listview) {
		if (listview.view_name !== "Kanban") return;
		complaint_qms.load_desk().then(() => complaint_qms.desk.mind_board(listview));
	},

	onload(listview) {
		const mine = () => listview.filter_area.add([["Complaint", "complaint_owner", "=", frappe.session.user]]);
		listview.page.add_inner_button(__("My Complaints"), mine);
		if (!frappe.model.can_write("Complaint")) return;
		listview.page.add_actions_menu_item(
			__("Merge Several …"),
			async () => {
				const names = listview.get_checked_items(true);
				await complaint_qms.load_desk();
				complaint_qms.desk.merge_dialog(names, { done: () => listview.refresh() });
			},
			false
		);
	},
};
