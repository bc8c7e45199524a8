// A click on a bar of one of the app's charts opens the complaints behind it.
const CHARTS = ["Complaints Received", "Complaints by Type", "Open Complaints by Stage", "Complaint Clock Status"];

document.addEventListener("click", (event) => {
	const bar = event.target.closest && event.target.closest("svg.frappe-chart [data-point-index]");
	if (!bar) return;
	// A widget carries no name of its chart but the translated one in its title.
	const title = bar.closest(".dashboard-widget-box")?.querySelector(".widget-title")?.innerText.trim();
	const chart = title && CHARTS.find((name) => __(name) === title);
	if (!chart) return;
	frappe.xcall("complaint_qms.api.figures.behind", { chart, index: bar.dataset.pointIndex }).then((filters) => {
		if (!filters) return;
		frappe.route_options = filters;
		frappe.set_route("List", "Complaint", "List");
	});
});
