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
	get_css_class: ({ standing }) => ({ overdue: "danger", at_risk: "warning" })[standing] || "default",
	options: {
		editable: false,
		selectable: false,
		displayEventEnd: false,
		// Two names of each: Frappe 15 and 16 draw with different calendars.
		eventLimit: 5,
		dayMaxEvents: 5,
		viewRender: (view, $element) => hide_note($element[0]),
		datesSet: ({ view }) => hide_note(view.calendar.el),
	},
	get_events_method: "complaint_qms.api.load.due_times",
};

// The framework's note says how to make an event by dragging.
function hide_note(element) {
	const $note = $(element).closest(".frappe-list").find(".footnote-area");
	$note
		.contents()
		.filter((_, node) => node.nodeType === Node.TEXT_NODE)
		.remove();
}
