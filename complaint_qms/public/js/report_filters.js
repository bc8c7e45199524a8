// What the app's reports share: filters, links in cells, and the drawing of the risk matrix.
import { ink, safe_color } from "./colors";
import { labelled } from "./language";
import { show_definitions } from "./report_definitions";
import { dimensions, fold_filters, shared_filters } from "./shared_filters";
import { address, esc, esc_signs } from "./markup";
import { leads_nowhere, record_name } from "./stored_text";
import { mind_risk_steps, risk_step_html } from "./risk_next_step";
import { came_html, pairs_link, risk_badge, risk_way } from "./risk_pairs";

// What keeps a text from being taken for a formula in an exported sheet is for the sheet alone.
const FORMULA_GUARD = /^'(?='*([\t\r]|\s*[=+\-@＝＋－＠]))/;
const as_written = (value) => (typeof value === "string" ? value.replace(FORMULA_GUARD, "") : value);

const NUMBERS = ["Int", "Float", "Percent"];

frappe.provide("complaint_qms.reports");

Object.assign(complaint_qms.reports, {
	// The filters every report offers, with changes by fieldname: an object to merge in, or null to leave a filter out.
	filters: shared_filters,

	// Those of them that a chart offers, which has its own period or none.
	chart_filters() {
		return shared_filters({}, { offered: ["company", "complaint_type", "item_group", "territory"], single: true });
	},

	fold_filters,
	dimensions,
	mind_risk_steps,
	risk_badge,
	risk_step_html,
	risk_way,
	show_definitions,

	// Address of the Complaint list with filters (fieldname → [operator, value]), or of another list.
	list_href(filters, doctype = "Complaint") {
		const query = Object.entries(filters)
			.map(([field, condition]) => `${field}=${encodeURIComponent(JSON.stringify(condition))}`)
			.join("&");
		return `${frappe.router.make_url([frappe.router.slug(doctype), "view", "list"])}?${query}`;
	},

	link(href, html, attributes = "") {
		return `<a href="${address(href)}" ${attributes}>${html}</a>`;
	},

	// A link to the Complaint list, or the same without one where no list can name its complaints.
	listed_html(filters, html, attributes) {
		return filters ? this.link(this.list_href(filters), html, attributes) : `<span ${attributes}>${html}</span>`;
	},

	// The count of a cell of the risk matrix: it leads to the list, or to the pairs that it counts.
	counted_html({ pairs, route }, html, attributes) {
		return pairs ? pairs_link(pairs, html, attributes) : this.listed_html(route, html, attributes);
	},

	// A cell whose column says `link_to`: one link per name, names separated by ", ".
	linked(value, column, row) {
		const target = as_written((column.link_from && row[column.link_from]) || "");
		return String(value)
			.split(", ")
			.map((name) => this.link(frappe.utils.get_form_link(column.link_to, target || name), esc(record_name(column.link_to, name))))
			.join(", ");
	},

	// Formatter for reports without drawing of their own. A cell is drawn as markup, so text is shown as it was written.
	format(stored, row, column, data, default_formatter) {
		const value = as_written(stored);
		if (value && data && column.link_to && !(column.link_from && !data[column.link_from])) {
			return this.linked(value, column, data);
		}
		if (NUMBERS.includes(column.fieldtype) && (value === null || value === undefined || value === "")) return "";
		// A number whose column says `drill` leads to its complaints: the filters of the report, and of the line.
		const route = value && data && column.drill && (data.routes ? data.routes[column.fieldname] : data.route);
		const shown = column.fieldtype === "Percent" ? `${format_number(value, null, column.precision)}%` : value;
		if (route) return this.records_link("Complaint", { ...column.drill, ...route }, shown);
		// Most goods are counted whole.
		if (column.whole && typeof value === "number") {
			return `<div style="text-align:right">${esc(format_number(value, null, value % 1 ? 2 : 0))}</div>`;
		}
		if (value && column.fieldtype === "Link") {
			const shown = esc(record_name(column.options, value));
			return !leads_nowhere(column.options) ? this.link(frappe.utils.get_form_link(column.options, value), shown) : shown;
		}
		if (value && column.shipped) return esc(__(value));
		const plain = typeof value === "string" && column.fieldtype !== "Dynamic Link";
		return default_formatter(plain ? esc(value) : value, row, column, data);
	},

	// A count that leads to its records.
	records_link(doctype, filters, count) {
		const number = esc(typeof count === "number" ? format_number(count, null, count % 1 ? 2 : 0) : count);
		return `<div style="text-align:right">${this.link(this.list_href(filters, doctype), number)}</div>`;
	},

	// A share of the highest as a bar; its number is beside it, and for a screen reader.
	heat_bar(percent) {
		if (percent === null || percent === undefined) return "";
		const width = Math.max(0, Math.min(100, flt(percent)));
		return `<div style="display:flex;align-items:center;gap:.5rem;height:100%" title="${esc(format_number(width, null, 0))} %">
			<div style="flex:1;height:.8rem"><div style="height:100%;width:${width}%;border-radius:3px;background:#C0392B;opacity:${0.35 + 0.65 * (width / 100)};
				print-color-adjust:exact;-webkit-print-color-adjust:exact"></div></div>
			<span style="width:2.5rem;text-align:right">${esc(format_number(width, null, 0))}</span></div>`;
	},

	// What stands in place of a number that is not known.
	remark(text) {
		return `<div class="text-muted" style="text-align:right" title="${esc(text)}">${esc(text)}</div>`;
	},

	// A change in percent that stands when all lines are looked at, 1 for a rise and -1 for a fall; colour is not alone in saying so.
	beyond_chance(change, way) {
		const shown = change === null || change === undefined ? __("from 0") : `${format_number(change, null, 1)}%`;
		const words =
			way > 0
				? __("A rise that chance does not explain, with all lines looked at")
				: __("A fall that chance does not explain, with all lines looked at");
		const tone = way > 0 ? "text-danger" : "text-success";
		const sign = way > 0 ? "▲" : "▼";
		return `<div class="${tone}" style="font-weight:600;text-align:right" title="${esc(words)}">${esc(sign)} ${esc(shown)}</div>`;
	},

	// "▲ 3" with its meaning in words; empty without a period to compare with.
	movement(cell) {
		if (cell.came) return came_html(cell.came);
		if (cell.change === undefined || cell.change === null) return "";
		const [sign, words] =
			cell.change > 0
				? ["▲", __("{0} more than in the period before", [cell.change])]
				: cell.change < 0
					? ["▼", __("{0} fewer than in the period before", [-cell.change])]
					: ["=", __("as many as in the period before")];
		if (!cell.change && !cell.total) return "";
		const said = cell.change ? `${sign}${Math.abs(cell.change)}` : sign;
		return `<span title="${esc(words)}" aria-label="${esc(words)}">${esc(said)}</span>`;
	},

	// Background and text colour of a matrix cell.
	cell_style(cell) {
		const color = safe_color(cell.color);
		if (!color) return "";
		return `background:${color};color:${ink(color)};
			print-color-adjust:exact;-webkit-print-color-adjust:exact;`;
	},

	// What stands in a cell of a risk matrix: its count, movement, its risk in words, open ones in bold.
	matrix_cell(cell) {
		const style = "color:inherit;text-decoration:none";
		const hint = [cell.level, cell.acceptability, cell.action].filter(Boolean).join(" · ");
		const total = cell.total
			? this.counted_html(cell, cint(cell.total), `style="${style};font-size:1.25em"`)
			: `<span style="opacity:.6">0</span>`;
		const open = cell.open ? this.listed_html(cell.open_route, `<b>${esc(__("{0} open", [cell.open]))}</b>`, `style="${style}"`) : "";
		const below = [esc(cell.level || ""), open].filter(Boolean).join(" · ");
		return `<div title="${esc(hint)}" style="text-align:center;line-height:1.35">
			<div>${total} ${this.movement(cell)}</div><div style="font-size:.85em">${below}</div></div>`;
	},

	// The same for the grid of a report, where the cell's padding has to be painted as well.
	grid_cell(cell) {
		return `<div style="${this.cell_style(cell)}margin:-.5rem;padding:.4rem .25rem;height:calc(100% + 1rem);white-space:normal">
			${this.matrix_cell(cell)}</div>`;
	},

	// Columns as narrow as the room asks for, so that none of a grid is out of sight; below `least` its table scrolls.
	fit_columns(options, least) {
		if (!options.columns) return options;
		const room = $(".report-wrapper:visible").width();
		const wanted = options.columns.reduce((sum, column) => sum + (column.width || 0), 0);
		if (!room || wanted <= room) return options;
		const columns = options.columns.map((column) => ({
			...column,
			width: Math.max(least, Math.floor(((column.width || 0) * (room - 24)) / wanted)),
		}));
		return { ...options, columns };
	},

	// The whole matrix as a table, for print and for the workspace: columns and rows as the report gives them.
	matrix_table(columns, rows) {
		const border = "border:1px solid var(--border-color, #d1d8dd);padding:.4rem;vertical-align:middle";
		const shown = columns.filter((column) => column.fieldname !== "open");
		const head = shown.map(({ label }) => `<th scope="col" style="${border};text-align:center">${esc(label)}</th>`).join("");
		const draw = (row, { fieldname }) => {
			const cell = row.cells && row.cells[fieldname];
			return cell
				? `<td style="${border};${this.cell_style(cell)}">${this.matrix_cell(cell)}</td>`
				: `<th scope="row" style="${border};text-align:left">
					${esc(row[fieldname] || "")}</th>`;
		};
		const body = rows.map((row) => `<tr>${shown.map((column) => draw(row, column)).join("")}</tr>`).join("");
		return `<table style="border-collapse:collapse;width:100%;font-size:13px">
			<thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
	},

	// Fetch a figure of the workspace by the name of its chart and draw it as bars that lead to their complaints.
	draw_bars(holder, chart, options = {}) {
		const say = (text) => {
			holder.innerHTML = `<p style="color:var(--text-muted)">${esc(text)}</p>`;
		};
		const source = chart.toLowerCase().replaceAll(" ", "_");
		return frappe
			.xcall(`complaint_qms.complaint_qms.dashboard_chart_source.${source}.${source}.get`)
			.then((figure) => {
				if (figure.labels) holder.innerHTML = complaint_qms.reports.bars(figure, options);
				else say(__("Nothing to show yet: register complaints, and they are counted here."));
			})
			.catch(() => say(__("You may not read complaints.")));
	},

	// Ways into the Pareto of the last twelve months, each by another dimension.
	pareto_links(holder) {
		const offered = ["product_line", "item", "batch", "territory", "channel", "customer_group", "customer", "supplier", "handler"];
		const base = frappe.router.make_url(["query-report", "Complaint Pareto"]);
		const links = dimensions(offered).map(({ value, label }) =>
			complaint_qms.reports.link(`${base}?${new URLSearchParams({ by: value, period: "last_12_months", state: "valid" })}`, esc(label))
		);
		holder.innerHTML = `${esc(__("The same by:"))} ${links.join(" · ")}`;
	},

	// Rows of name, bar, count; with `together` also the share of all that is reached so far (Pareto).
	// `labels` come escaped, for charts draw them as markup.
	bars({ labels, datasets, routes }, { colors = [], together = false } = {}) {
		const values = datasets[0].values;
		const most = Math.max(...values, 1);
		const all = values.reduce((sum, value) => sum + value, 0);
		let reached = 0;
		const rows = labels.map((name, at) => {
			reached += values[at];
			const width = (100 * values[at]) / most;
			const share = together
				? `<td style="text-align:right;padding-left:.75rem;white-space:nowrap;color:var(--text-muted)"
					title="${__("Share of all complaints up to and with this line")}">${Math.round((100 * reached) / all)} %</td>`
				: "";
			return `<tr>
				<th scope="row" style="text-align:left;font-weight:400;padding:.2rem .75rem .2rem 0;
					min-width:7rem;max-width:11rem;overflow-wrap:anywhere">${esc_signs(name)}</th>
				<td style="width:100%"><div style="height:.9rem;border-radius:3px;min-width:${values[at] ? 2 : 0}px;
					width:${width}%;background:${safe_color(colors[at]) || "#5B7DB8"}"></div></td>
				<td style="text-align:right;padding-left:.75rem">${this.listed_html(
					routes[at],
					cint(values[at]),
					'style="color:inherit;font-weight:600"'
				)}</td>${share}</tr>`;
		});
		const head = together
			? `<tr style="color:var(--text-muted)"><th></th><th></th>
				<th scope="col" style="text-align:right;font-weight:400;white-space:nowrap">${esc(__("Count", null, "Complaint"))}</th>
				<th scope="col" style="text-align:right;font-weight:400;white-space:nowrap;padding-left:.75rem">${esc(__("Cumulative %"))}</th></tr>`
			: "";
		return `<table style="width:100%;border-collapse:collapse;font-size:13px"><thead>${head}</thead>
			<tbody>${rows.join("")}</tbody></table>`;
	},

	// The register as it is printed: what belongs together in one column, so that a line fits across a page.
	register_table(rows) {
		const when = (value) => (value ? esc(frappe.datetime.str_to_user(value)) : "");
		const said = (title, value) => (value || value === 0 ? labelled(title, value) : "");
		const groups = [
			[__("Complaint"), (row) => [`<b>${esc(row.name)}</b>`, when(row.received_at), esc(row.channel), esc(row.company)]],
			[__("Complainant"), (row) => [esc(row.customer), esc(row.complainant_name), esc(row.territory)]],
			[
				__("Product"),
				(row) => [
					esc(row.item_code),
					row.item_name === row.item_code ? "" : esc(row.item_name),
					said(__("Batch"), esc(row.batch_no)),
					said(__("Serial No"), esc(row.serial_no)),
					said(__("UDI"), esc(row.udi)),
				],
			],
			[
				__("What Happened"),
				(row) => [esc(row.subject), esc(row.complaint_type), [row.severity, row.risk_level].filter(Boolean).map(esc).join(" · ")],
			],
			[
				__("Handling"),
				(row) => [
					`<b>${esc(row.stage)}</b>${row.sla_status ? ` · ${esc(row.sla_status)}` : ""}`,
					said(__("Days open"), esc(row.days_open)),
					said(__("Handler"), esc(row.complaint_owner)),
					said(__("Reportable"), esc(row.reportable)),
					said(__("Investigation"), esc(row.investigations)),
					said(__("CAPA"), esc(row.capas)),
				],
			],
			[
				__("Outcome"),
				(row) => [
					said(__("Reply sent"), when(row.reply_sent_at)),
					said(__("Settlement"), esc(row.settlement_status)),
					row.settled_amount ? esc(strip_html(format_currency(row.settled_amount, row.currency))) : "",
					esc(row.closing_decision),
					said(__("Closed"), when(row.closed_at)),
					esc(row.closed_by),
				],
			],
		];
		const cell = "border:1px solid #d1d8dd;padding:.3rem .4rem;vertical-align:top;font-size:11px";
		const head = groups.map(([title]) => `<th scope="col" style="${cell}">${esc(title)}</th>`).join("");
		const body = rows
			.map((row) => {
				const cells = groups.map(([, lines]) => `<td style="${cell}">${lines(row).filter(Boolean).join("<br>")}</td>`);
				return `<tr style="page-break-inside:avoid">${cells.join("")}</tr>`;
			})
			.join("");
		return `<table style="border-collapse:collapse;width:100%"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
	},
});
