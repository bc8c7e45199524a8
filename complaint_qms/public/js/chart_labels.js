// Labels of the app's charts are shown whole. The framework's charts cut a label that has no room; here it is turned, and the
// chart grows by what it needs below.
const CHARTS = ["Complaints by Type", "Open Complaints by Stage", "Complaint Clock Status"];
const REPORTS = [
	"Complaint Pareto",
	"Repeat Complaints",
	"Supplier Quality Scorecard",
	"Complaint Register",
	"SOP Performance by Stage",
	"Customer Satisfaction",
	"Delivered Units",
];
const APART = 6; // pixels between two labels

/** For the whole desk, once: charts are drawn some time after their page, and anew whenever its width or filters change. */
export function mind_chart_labels() {
	let watched = null;
	$(document).on("page-change", () => {
		if (watched) watched.disconnect();
		const [view, name] = frappe.get_route();
		if (view !== "dashboard-view" && !(view === "query-report" && REPORTS.includes(name))) return;
		let asked = 0;
		const again = () => (asked = asked || requestAnimationFrame(() => ((asked = 0), charts_shown().forEach(show_whole))));
		watched = new MutationObserver(again);
		watched.observe(frappe.container.page, { childList: true, subtree: true });
		again();
	});
}

function charts_shown() {
	const [view] = frappe.get_route();
	if (view === "query-report") return [frappe.query_report && frappe.query_report.chart];
	const group = frappe.dashboard && frappe.dashboard.chart_group;
	return ((group && group.widgets_list) || [])
		.filter(({ chart_name }) => CHARTS.includes(chart_name))
		.map((widget) => widget.dashboard_chart);
}

function show_whole(chart) {
	const svg = chart && chart.svg;
	const texts = svg ? [...svg.querySelectorAll(".x.axis text")] : [];
	// The framework gives whole numbers from 100 on two decimals.
	for (const text of svg ? svg.querySelectorAll(".y.axis text") : []) say(text, text.textContent.replace(/\.00$/, ""));
	const labels = ((chart && chart.data && chart.data.labels) || []).map((label) => frappe.utils.unescape_html(String(label)));
	if (texts.length < 2 || texts.length !== labels.length) return;
	texts.forEach((text, at) => say(text, labels[at]));
	const [one, other] = texts.map((text) => text.parentNode.getCTM().e);
	const longest = Math.max(...texts.map((text) => text.getComputedTextLength()));
	if (longest + APART > Math.abs(other - one)) turn(svg, texts, longest);
}

// Writing the same text again would wake the observer again.
function say(text, label) {
	if (text.textContent !== label) text.textContent = label;
}

function turn(svg, texts, longest) {
	for (const text of texts) {
		if (text.getAttribute("transform")) continue;
		text.setAttribute("transform", `rotate(-90 0 ${text.getAttribute("y")})`);
		text.setAttribute("text-anchor", "end");
		text.setAttribute("dy", "3px");
	}
	if (svg.cq_grown) return;
	svg.cq_grown = true;
	const more = Math.ceil(longest) - 8; // a line of level text had this much room
	svg.setAttribute("height", Number(svg.getAttribute("height")) + more);
	const legend = svg.querySelector(".chart-legend");
	const [, x, y] = (legend && /translate\(([\d.]+), ?([\d.]+)\)/.exec(legend.getAttribute("transform"))) || [];
	if (x) legend.setAttribute("transform", `translate(${x}, ${Number(y) + more})`);
}
