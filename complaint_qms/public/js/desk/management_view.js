// The view of whoever directs: five numbers with their change, three findings, risk, cost, promises kept and the months to come. Each
// number opens the report that tells it, with the same filters.
import { empty, esc } from "../markup";
import { named_periods } from "../shared_filters";
import { date_text, record_link } from "../words";

const API = "complaint_qms.api.review";
const NARROW_BELOW = 700;

/** Build the page; gives back {show}: to be called whenever it comes into sight. */
export function make_management_view(page) {
	const view = new ManagementView(page);
	return { show: () => view.refresh() };
}

class ManagementView {
	constructor(page) {
		this.page = page;
		this.asked = 0;
		const companies = (frappe.boot.docs || []).filter((doc) => doc.doctype === ":Company").map((doc) => doc.name);
		this.company = page.add_field({
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: companies.length === 1 ? companies[0] : frappe.defaults.get_user_default("Company"),
			change: () => this.refresh(),
		});
		this.period = page.add_field({
			fieldname: "period",
			label: __("Period"),
			fieldtype: "Select",
			options: named_periods(),
			default: "last_90_days",
			change: () => this.refresh(),
		});
		this.$body = $('<div class="cq-view" role="main"></div>').appendTo(page.main);
		page.set_secondary_action(__("Refresh"), () => this.refresh(), { icon: "refresh" });
		if (frappe.model.can_create("Management Review")) {
			page.add_inner_button(__("New Management Review"), () => frappe.new_doc("Management Review", { company: this.company.get_value() }));
		}
		if (frappe.model.can_read("Management Review")) {
			page.add_inner_button(__("Management Reviews"), () => frappe.set_route("List", "Management Review"));
		}
		this.$body.on("click", "[data-part]", (event) => {
			event.preventDefault();
			this.open(this.shown[event.currentTarget.dataset.part]);
		});
		this.$body.on("click", "[data-number]", (event) => {
			event.preventDefault();
			this.open(this.shown.numbers[event.currentTarget.dataset.number]);
		});
		this.$body.on("click", "[data-cell]", (event) => {
			event.preventDefault();
			const [row, cell] = event.currentTarget.dataset.cell.split(":");
			const { route } = this.shown.risk.grid.rows[row].cells[cell];
			if (route) frappe.set_route("List", "Complaint", route);
		});
	}

	open({ report, filters }) {
		frappe.route_options = { ...filters };
		frappe.set_route("query-report", report);
	}

	async refresh() {
		const period = this.period.get_value() || "last_90_days";
		const asked = `${this.company.get_value()}:${period}`;
		this.asked = asked;
		const narrow = this.$body.width() < NARROW_BELOW;
		const shown = await frappe.xcall(`${API}.view`, { company: this.company.get_value() || "", period, narrow });
		if (this.asked !== asked) return;
		this.shown = shown;
		this.$body.html(view_html(shown));
	}
}

function view_html(shown) {
	const parts = [
		["risk", __("Risk")],
		["cost", __("Cost of Poor Quality")],
		["promises", __("Promises Kept")],
		["outlook", __("Complaints by Month")],
	];
	return `<p class="text-muted cq-view-span">${esc(__("{0} to {1}", [date_text(shown.from_date), date_text(shown.to_date)]))} · ${esc(
		__("Change against the equally long period before")
	)}</p>
		<div class="cq-view-numbers">${shown.numbers.map(number_html).join("")}</div>
		<section class="cq-view-part is-wide"><h4>${esc(__("Findings", null, "Management Review"))}</h4>${findings_html(shown.findings)}</section>
		<div class="cq-view-parts">${parts.map(([key, title]) => part_html(key, title, shown[key])).join("")}</div>`;
}

function number_html(one, at) {
	const mark = one.change > 0 ? "▲" : one.change < 0 ? "▼" : "";
	const change = one.change_text
		? `<span class="cq-view-change tone-${esc(one.tone || "gray")}">${mark} ${esc(one.change_text)}</span>`
		: "";
	return `<a href="#" class="cq-view-number" data-number="${cint(at)}" title="${esc(one.definition)}"><span>${esc(one.label)}</span>
		<b>${esc(one.text)}</b>${change}<small>${esc(one.definition)}</small></a>`;
}

function findings_html(findings) {
	if (!findings.length) return empty(__("No signal reaches into this period."));
	return `<ol class="cq-view-findings">${findings
		.map(
			(one) =>
				`<li>${record_link(one.doctype, one.name, one.title)}<span>${esc(one.text)}</span><span class="text-muted">${esc(one.state)}</span></li>`
		)
		.join("")}</ol>`;
}

// The charts are markup of the server, in which every text is escaped.
function part_html(key, title, part) {
	if (part.refused) return `<section class="cq-view-part"><h4>${esc(title)}</h4>${empty(part.refused)}</section>`;
	const numbers = part.numbers
		.slice(0, 4)
		.map((one) => `<div title="${esc(one.definition)}"><b>${esc(one.value)}</b><span>${esc(one.label)}</span></div>`);
	return `<section class="cq-view-part"><h4>${esc(title)}<a href="#" data-part="${esc(key)}">${esc(__("Open Report"))}</a></h4>
		${numbers.length ? `<div class="cq-view-small">${numbers.join("")}</div>` : ""}
		${part.grid && part.grid.rows.length ? grid_html(part.grid) : ""}${part.chart_html || ""}${part.told.map((said) => `<p class="text-muted small">${esc(said)}</p>`).join("")}</section>`;
}

function grid_html(grid) {
	const rows = grid.rows.map((row, at) => {
		const cells = row.cells.map((cell, place) => {
			const tone = /^#[0-9a-f]{6}$/i.test(cell.color || "") ? `style="background:${cell.color}59"` : "";
			const count = cell.total
				? `<a href="#" data-cell="${at}:${cint(place)}">${cint(cell.total)}${cell.open ? ` <b>${cint(cell.open)}</b>` : ""}</a>`
				: "";
			return `<td ${tone} title="${esc(cell.level || "")}">${count}</td>`;
		});
		return `<tr><th scope="row">${esc(row.label)}</th>${cells.join("")}</tr>`;
	});
	return `<table class="cq-view-grid"><thead><tr><td></td>${grid.heads.map((head) => `<th scope="col">${esc(head)}</th>`).join("")}</tr></thead><tbody>${rows.join(
		""
	)}</tbody></table><p class="text-muted small">${esc(__("Complaints, then those still open in bold."))}</p>`;
}
