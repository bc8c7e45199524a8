// The page “Genealogy”: what it starts from, the picture or its tables, what a node is, the key of signs, files.
import { comma_list } from "../language";
import { esc } from "../markup";
import { download } from "./download";
import { Drawing } from "./drawing";
import { tell_outside_facts } from "./facts";
import { BY_CUSTOMER, BY_LOT, EACH, fitting, Graph, grouped, MOST_DRAWN } from "./graph";
import { told } from "./labels";
import { key_html, node_html } from "./panel";
import { offer_start } from "./start";
import { tables_html } from "./tables";

const API = "complaint_qms.api.trace";
const REPORT = "Batch Genealogy";

/** Build the page; gives back {show}: to be called whenever it comes into sight. */
export function make_genealogy(page) {
	const made = new Genealogy(page);
	return { show: () => made.show() };
}

class Genealogy {
	constructor(page) {
		this.page = page;
		this.asked = null;
		this.collapsed = new Set();
		this.focused = "";
		this.$body = $(frame_html()).appendTo(page.main);
		this.start = offer_start(page, (asked) => this.ask(asked));
		this.mind_files();
		this.mind_tools();
		this.mind_keys();
	}

	$(part) {
		return this.$body.find(`[data-part="${part}"]`);
	}

	show() {
		const asked = this.start.of_route();
		if (asked && JSON.stringify(asked) !== JSON.stringify(this.asked)) return this.ask(asked);
		if (!asked && !this.picture) {
			this.say(__("Choose a complaint, batch, serial number, supplier lot, work order or purchase receipt to start from."));
		}
		if (this.drawing) this.drawing.resize();
		return null;
	}

	async ask(asked) {
		this.asked = asked;
		this.start.set(asked);
		this.say(__("Loading…"));
		try {
			const picture = await frappe.xcall(`${API}.picture`, asked);
			if (this.asked !== asked) return;
			this.picture = picture;
		} catch {
			// The framework has said why.
			this.picture = null;
			this.$body.removeClass("has-picture");
			return this.say(__("Nothing to show. Choose another start above."));
		}
		this.page.set_title(`${__(REPORT)} · ${asked.name}`);
		this.$body.addClass("has-picture");
		this.$("grouping").val(fitting(this.picture));
		this.$("tables").empty();
		this.$("notes").html(this.picture.notes.map((note) => `<p>${esc(note)}</p>`).join(""));
		this.regroup();
	}

	/** Put deliveries together as chosen, and draw anew. */
	regroup() {
		const put = grouped(this.picture, this.$("grouping").val());
		this.home = put.home;
		this.graph = new Graph(put);
		this.collapsed = this.graph.too_far(MOST_DRAWN);
		this.draw();
		const { nodes } = this.graph;
		this.say(
			this.collapsed.size
				? __("The nearest {0} of {1} nodes are drawn. Expand those with a plus sign to see more.", [this.shown.nodes.length, nodes.size])
				: __("{0} nodes", [nodes.size])
		);
	}

	draw(keep) {
		this.shown = this.graph.shown(this.collapsed);
		this.by_id = new Map(this.shown.nodes.map((node) => [node.id, node]));
		if (this.is_table()) return this.show_tables();
		if (!this.drawing) this.drawing = new Drawing(this.$("canvas")[0], this.events());
		this.drawing.draw(this.shown, { keep });
		if (!this.by_id.has(this.focused)) this.focused = this.graph.starts[0] || "";
		if (keep) this.focus(keep);
		else this.tell(this.by_id.get(this.focused));
		return null;
	}

	events() {
		return {
			open: (node, event) => this.open(node, event),
			toggle: (id) => this.toggle(id),
			point: (node) => this.tell(node || this.by_id.get(this.focused)),
			focus: (node) => this.focus(node.id),
		};
	}

	focus(id) {
		if (!this.by_id.has(id)) return;
		this.focused = id;
		this.drawing.focus(id);
		this.tell(this.by_id.get(id));
		this.$("live").text(comma_list(told(this.by_id.get(id))));
	}

	tell(node) {
		const $node = this.$("node").html(node ? node_html(node, this.graph.flows(node.id)) : "");
		tell_outside_facts(node, $node);
	}

	toggle(id) {
		if (!this.by_id.get(id)?.opens) return;
		// What is hidden behind it may be held by others that are collapsed as well.
		if (this.by_id.get(id).hidden) {
			this.collapsed.delete(id);
		} else {
			this.collapsed.add(id);
		}
		this.draw(id);
	}

	open(node, event) {
		if (!node.name || !frappe.model.can_read(node.doctype)) return this.focus(node.id);
		if (event && (event.ctrlKey || event.metaKey))
			return window.open(frappe.utils.get_form_link(node.doctype, node.name), "_blank", "noopener");
		return frappe.set_route("Form", node.doctype, node.name);
	}

	search(text) {
		const wanted = text.trim().toLowerCase();
		const holds = (node) =>
			[node.title, node.subtitle, node.item_code, node.item_name].some((one) => (one || "").toLowerCase().includes(wanted));
		this.found = wanted ? [...new Set(this.picture.nodes.filter(holds).map((node) => this.home.get(node.id)))] : [];
		this.at = -1;
		this.drawing.match(this.found);
		this.say(wanted ? (this.found.length ? __("{0} found", [this.found.length]) : __("Nothing found")) : "");
	}

	/** The next of what was found; what stands behind collapsed nodes is expanded. */
	go_on() {
		if (!this.found?.length) return;
		this.at = (this.at + 1) % this.found.length;
		const id = this.found[this.at];
		if (!this.by_id.has(id)) {
			this.collapsed.clear();
			this.draw();
			this.drawing.match(this.found);
		}
		this.focus(id);
	}

	is_table() {
		return this.$body.hasClass("as-table");
	}

	turn_to(view) {
		this.$body.toggleClass("as-table", view === "table");
		this.$body.find("[data-view]").each((_, one) => one.setAttribute("aria-pressed", String(one.dataset.view === view)));
		if (this.picture) this.draw();
	}

	/** The picture as an image; drawn first where the table alone has been looked at. */
	image() {
		if (!this.drawing) this.turn_to("picture");
		return this.drawing.png();
	}

	show_tables() {
		if (this.picture && this.$("tables").is(":empty")) this.$("tables").html(tables_html(this.picture));
	}

	say(text) {
		this.$("said").text(text);
	}

	mind_files() {
		const named = (ending) => `${this.asked.name}.${ending}`.replace(/[\\/]/g, "-");
		const with_picture = (act) => () =>
			this.picture ? act() : frappe.show_alert({ message: __("Choose what to start from first."), indicator: "orange" });
		this.page.add_menu_item(
			__("Export CSV"),
			with_picture(() => download(`${API}.picture_csv`, this.asked, named("csv")))
		);
		this.page.add_menu_item(
			__("PDF of Picture and Tables"),
			with_picture(() => download(`${API}.picture_pdf`, { ...this.asked, drawing: this.image() }, named("pdf")))
		);
		this.page.add_menu_item(__("Open Report"), () => frappe.set_route("query-report", REPORT, this.start.filters(this.asked)));
	}

	mind_tools() {
		const acts = {
			in: () => this.drawing.zoom(1.25),
			out: () => this.drawing.zoom(0.8),
			fit: () => this.drawing.fit(),
			expand: () => (this.collapsed.clear(), this.draw()),
			next: () => this.go_on(),
			open: () => this.open(this.by_id.get(this.focused)),
			toggle: () => this.toggle(this.focused),
		};
		this.$body.on("click", "[data-act]", ({ currentTarget }) => acts[currentTarget.dataset.act]());
		this.$body.on("click", "[data-view]", ({ currentTarget }) => this.turn_to(currentTarget.dataset.view));
		this.$("grouping").on("change", () => this.picture && this.regroup());
		this.$("search").on("input", ({ currentTarget }) => this.drawing && this.search(currentTarget.value));
		this.$("search").on("keydown", (event) => {
			if (event.key !== "Enter") return;
			event.preventDefault();
			this.go_on();
		});
	}

	mind_keys() {
		const acts = {
			Enter: () => this.open(this.by_id.get(this.focused)),
			" ": () => this.toggle(this.focused),
			"+": () => this.drawing.zoom(1.25),
			"=": () => this.drawing.zoom(1.25),
			"-": () => this.drawing.zoom(0.8),
			0: () => this.drawing.fit(),
			Home: () => this.focus(this.graph.starts[0]),
			"/": () => this.$("search").trigger("focus"),
		};
		const canvas = this.$("canvas");
		canvas.on("focus", () => this.drawing && this.focus(this.focused));
		canvas.on("keydown", (event) => {
			if (!this.drawing || event.ctrlKey || event.metaKey || event.altKey) return;
			const act = acts[event.key] || (event.key.startsWith("Arrow") && (() => this.focus(this.drawing.next(this.focused, event.key))));
			if (!act) return;
			event.preventDefault();
			event.stopPropagation();
			act();
		});
	}
}

function frame_html() {
	const button = (act, sign, title) =>
		`<button type="button" class="btn btn-default btn-sm" data-act="${esc(act)}" title="${esc(title)}" aria-label="${esc(title)}">${esc(sign)}</button>`;
	const view = (name, title, pressed) =>
		`<button type="button" class="btn btn-default btn-sm" data-view="${esc(name)}" aria-pressed="${esc(pressed)}">${esc(title)}</button>`;
	const ways = [
		[EACH, __("Each Delivery")],
		[BY_CUSTOMER, __("By Customer")],
		[BY_LOT, __("All of a Batch as One")],
	];
	return `<div class="cq-genealogy" role="main">
		<div class="cq-genealogy-tools" role="toolbar" aria-label="${esc(__("Picture"))}">
			<span class="btn-group">${view("picture", __("Picture"), true)}${view("table", __("Table"), false)}</span>
			<span class="cq-genealogy-only"><input type="search" class="form-control input-sm" data-part="search" placeholder="${esc(__("Search"))}" aria-label="${esc(__("Search in the picture"))}">${button("next", __("Next"), __("Go to the next one found"))}</span>
			<label class="cq-genealogy-only">${esc(__("Deliveries"))} <select class="form-control input-sm" data-part="grouping">
				${ways.map(([value, title]) => `<option value="${value}">${esc(title)}</option>`).join("")}</select></label>
			<span class="btn-group cq-genealogy-only">${button("out", "−", __("Zoom out"))}${button("in", "+", __("Zoom in"))}${button("fit", __("Fit"), __("Show all of it"))}${button("expand", __("Expand All"), __("Expand everything that is collapsed"))}</span>
			<span class="cq-genealogy-said" data-part="said" role="status"></span>
		</div>
		<div class="cq-genealogy-stage">
			<div class="cq-genealogy-canvas" data-part="canvas" tabindex="0" role="application" aria-label="${esc(__("Picture of the genealogy. Arrows go from node to node, Enter opens the document, Space collapses or expands."))}"></div>
			<aside class="cq-genealogy-side">
				<div class="cq-genealogy-node" data-part="node"></div>
				<details${window.innerWidth > 991 ? " open" : ""}><summary>${esc(__("Key of Signs"))}</summary>${key_html()}</details>
			</aside>
		</div>
		<div class="cq-genealogy-tables" data-part="tables"></div>
		<div class="cq-genealogy-notes text-muted small" data-part="notes"></div>
		<div class="sr-only" data-part="live" aria-live="polite"></div>
	</div>`;
}
