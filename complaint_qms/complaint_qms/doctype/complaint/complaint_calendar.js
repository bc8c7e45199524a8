// Due times of open complaints. They follow from the clocks: nothing here is dragged to another day, and a click opens the complaint.
frappe.views.calendar["Complaint"] = {
	field_map: {
		id: "name",
		start: "due",
		end: "until",
		title: "title",
		allDay: "all_day",
		// The framework lets whoever may write a complaint drag it; the server says that nobody does.
		editable: "movable",
	},
	options: { editable: false, selectable: false, eventLimit: true },
	get_events_method: "complaint_qms.api.load.due_times",
};
