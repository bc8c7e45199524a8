// Due times of open complaints. They follow from the clocks: nothing here is dragged to another day, and a click opens the complaint.
// Most run out as the working day begins: beside a scale of hours they would cover each other, so weeks and days are lists. A month
// does not fit a phone: there its days stand below each other. Two names of each: Frappe 15 and 16 draw with different calendars.
function shown_as(on_phone) {
	const month = on_phone ? ["listMonth", "listMonth"] : ["month", "dayGridMonth"];
	const header_of = (name) => ({ left: "prev,title,next", center: "", right: `today,${name},listWeek,listDay` });
	const words = {
		today: __("Today"),
		month: __("Month"),
		dayGridMonth: __("Month"),
		listMonth: __("Month"),
		listWeek: __("Week"),
		listDay: __("Day"),
	};
	// The calendar knows Chinese by its countries alone.
	const locale = { zh: "zh-cn", "zh-TW": "zh-tw" }[frappe.boot.lang];
	return {
		header: header_of(month[0]),
		headerToolbar: header_of(month[1]),
		buttonText: words,
		...(locale ? { locale } : {}),
		...(on_phone ? { defaultView: month[0], initialView: month[1], height: "auto" } : {}),
	};
}

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
		eventLimit: 5,
		dayMaxEvents: 5,
		noEventsMessage: __("Nothing runs out here."),
		noEventsText: __("Nothing runs out here."),
		viewRender: (view, $element) => mind($element[0]),
		datesSet: ({ view }) => mind(view.calendar.el),
		...shown_as(frappe.is_mobile()),
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
