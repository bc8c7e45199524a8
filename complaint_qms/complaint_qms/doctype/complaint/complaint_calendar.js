// Due times of open complaints. They follow from the clocks: nothing here is dragged to another day, and a click opens the complaint.
// A month does not fit a phone: there its days stand below each other.
const on_phone = frappe.is_mobile()
	? {
			defaultView: "listMonth",
			initialView: "listMonth",
			height: "auto",
			header: { left: "prev,title,next", center: "", right: "today,listMonth,agendaDay" },
			headerToolbar: { left: "prev,title,next", center: "", right: "today,listMonth,timeGridDay" },
		}
	: {};

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
		noEventsMessage: __("Nothing runs out here."),
		noEventsText: __("Nothing runs out here."),
		viewRender: (view, $element) => mind($element[0]),
		datesSet: ({ view }) => mind(view.calendar.el),
		...on_phone,
	},
	get_events_method: "complaint_qms.api.load.due_times",
};

// What an event says is read whole; the framework's note says how to make one by dragging.
function mind(element) {
	const $list = $(element).closest(".frappe-list").addClass("cq-due-times");
	const $note = $list.find(".footnote-area");
	$note
		.contents()
		.filter((_, node) => node.nodeType === Node.TEXT_NODE)
		.remove();
}
