// A click on a mark of one of the app's charts opens the complaints behind it.
const CHARTS = [
	"Complaints Received",
	"Complaints by Type",
	"Open Complaints by Stage",
	"Complaint Clock Status",
];

document.addEventListener("click", (event) => {
	const mark = event.target.closest && event.target.closest("[data-point-index]");
	const chart = mark && mark.closest("[data-widget-name]")?.dataset.widgetName;
	if (!CHARTS.includes(chart)) return;
	frappe
		.xcall("complaint_qms.api.figures.behind", { chart, index: mark.dataset.pointIndex })
		.then((filters) => {
			if (!filters) return;
			frappe.route_options = filters;
			frappe.set_route("List", "Complaint", "List");
		});
});
