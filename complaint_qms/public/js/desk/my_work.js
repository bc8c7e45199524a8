// My Work Today: what waits for me, what runs out first on top; keys move through it, Enter opens where it is missing.
import { color, label } from "../labels";
import { comma_list } from "../language";
import { esc } from "../markup";
import { date_text, elapsed, moment_text, money, time_left } from "../words";
import { complete_own_action } from "./own_action";
import { open_at } from "./steps";

const EVERY = 60000;
const GROUPS = () => [
	["overdue", label("overdue"), "red"],
	["today", __("Today"), "orange"],
	["week", __("Within a Week"), "blue"],
	["later", __("Later"), "gray"],
	["waiting", __("Waiting for Others"), "gray"],
];
const KINDS = () => ({
	...Object.fromEntries(Object.entries(frappe.boot.complaint_qms_work).map(([kind, doctype]) => [kind, __(doctype)])),
	capa_action: __("CAPA Action"), // rows of a CAPA
	document: __("Documents of settlements"),
	follow_up: __("Follow-up"),
});
const CLOCKS = () => ({ response: __("First response"), resolution: __("Whole complaint") });

/** Build the page; gives back {show}: to be called whenever it comes into sight. */
export function make_my_work(page) {
	const $body = $('<div class="cq-work" role="main"></div>').appendTo(page.main);
	const state = { rows: null };

	function refresh() {
		return frappe.xcall("complaint_qms.api.work.mine").then(({ rows, more, most }) => {
			const at = focused_key($body);
			state.rows = rows;
			$body.html(rows.length ? page_html(rows) + more_html(more, most) : empty_html());
			if (at)
				$body
					.find(".cq-task")
					.filter((_, element) => element.dataset.key === at)
					.trigger("focus");
		});
	}

	function report_action(row) {
		const action = { name: row.row, label: row.subject, due_date: row.time && row.time.day };
		complete_own_action({ capa: row.name, title: row.title, product: row.product, actions: [action] }, refresh);
	}

	$body.on("click", ".cq-task-act", function () {
		const row = state.rows[Number(this.dataset.at)];
		if (row.row) return report_action(row);
		open_at(row.doctype, row.name, row.field, step_of(row));
	});
	$body.on("keydown", ".cq-task[role=button]", function (event) {
		if (event.key === "Enter" || event.key === " ") {
			event.preventDefault();
			this.click();
		}
	});
	$body.on("click", ".cq-task", function (event) {
		if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
		event.preventDefault();
		const row = state.rows[Number(this.dataset.at)];
		if (row.row) {
			event.stopPropagation(); // the framework would follow the link to the CAPA, and close the dialog on its way
			return report_action(row);
		}
		open_at(row.doctype, row.name, row.field);
	});
	page.set_secondary_action(__("Refresh"), refresh, { icon: "refresh" });
	page.add_menu_item(__("My Notifications"), open_own_preference);
	add_keys(page, $body);
	return { show: refresh_while_shown(page, refresh) };
}

/** By which channels the user is told, and when not. */
function open_own_preference() {
	const doctype = "Complaint Notification Preference";
	return frappe.xcall("complaint_qms.api.notifications.open_own").then((name) => frappe.set_route("Form", doctype, name));
}

/** Function that refreshes at once and then again and again, until the page is left. */
function refresh_while_shown(page, refresh) {
	let timer = null;
	const stop = () => clearInterval(timer);
	page.wrapper.on("hide", stop);
	return () => {
		stop();
		if (!page.wrapper.is(":visible")) return undefined;
		timer = setInterval(() => document.hidden || refresh(), EVERY);
		return refresh();
	};
}

function add_keys(page, $body) {
	const move = (by) => () => {
		const $tasks = $body.find(".cq-task");
		if (!$tasks.length) return false;
		const here = $tasks.index(document.activeElement);
		const next = here < 0 ? (by > 0 ? 0 : $tasks.length - 1) : Math.min($tasks.length - 1, Math.max(0, here + by));
		$tasks.eq(next).trigger("focus")[0].scrollIntoView({ block: "nearest" });
		return true;
	};
	const keys = [
		["j", 1, __("Next piece of work")],
		["down", 1, __("Next piece of work")],
		["k", -1, __("Previous piece of work")],
		["up", -1, __("Previous piece of work")],
	];
	for (const [shortcut, by, description] of keys) {
		frappe.ui.keys.add_shortcut({ shortcut, action: move(by), description, page });
	}
}

const focused_key = ($body) => {
	const element = document.activeElement;
	return element && $body[0].contains(element) ? element.dataset.key : null;
};

function page_html(rows) {
	const sections = GROUPS()
		.map(([key, name, tone]) => [key, name, tone, rows.filter((row) => row.group === key)])
		.filter(([, , , found]) => found.length);
	const counts = sections
		.map(
			([key, name, tone, found]) => `<a href="#cq-work-${key}" class="cq-work-count tone-${tone}"><b>${found.length}</b> ${esc(name)}</a>`
		)
		.join("");
	return `<div class="cq-work-head"><nav class="cq-work-counts" aria-label="${esc(__("How much is waiting"))}">${counts}</nav>
		${triage_link_html()}<span class="cq-work-keys text-muted"><kbd>j</kbd> <kbd>k</kbd> ${esc(__("move"))} · <kbd>Enter</kbd> ${esc(__("opens"))}</span></div>
		${sections.map((section) => section_html(section, rows)).join("")}`;
}

/** New complaints are judged side by side, by those whose roles open that page. */
function triage_link_html() {
	if (!(frappe.boot.page_info || {})["triage-table"]) return "";
	return `<a class="cq-work-triage" href="${esc(frappe.router.make_url(["triage-table"]))}">${esc(__("Triage Table"))}</a>`;
}

const with_triage_html = (links) => [triage_link_html(), ...links].filter(Boolean).join(" · ");

function more_html(more, most) {
	if (!more.length) return "";
	const kinds = comma_list(more.map((kind) => KINDS()[kind]));
	return `<p class="cq-work-more text-muted">${esc(__("There is more than the {0} shown of: {1}.", [most, kinds]))}</p>`;
}

function section_html([key, name, tone, found], rows) {
	return `<section class="cq-work-group tone-${tone}" id="cq-work-${key}"><h5><span class="cq-mini-dot"></span>${esc(name)} <span class="text-muted">${
		found.length
	}</span></h5><ol>${found.map((row) => `<li class="cq-task-row">${task_html(row, rows.indexOf(row))}</li>`).join("")}</ol></section>`;
}

function task_html(row, at) {
	const who = [row.customer_name || row.customer, row.product].filter(Boolean).map(esc).join(" · ");
	// An action is reported in a dialog here; its owner may not open the CAPA.
	const way = row.row ? 'role="button" tabindex="0"' : `href="${esc(frappe.utils.get_form_link(row.doctype, row.name))}"`;
	return `<a class="cq-task" ${way} data-at="${at}" data-key="${esc(`${row.kind}:${row.name}:${row.subject}`)}">
		<span class="cq-task-what"><span class="cq-task-line"><span class="cq-no">${esc(row.kind === "follow_up" ? row.complaint : row.name)}</span> <span class="cq-task-kind">${esc(
			row.kind === "document" ? __(row.doctype) : KINDS()[row.kind]
		)}</span></span><span class="cq-task-subject">${esc(row.subject || row.title || "")}</span>
		<span class="cq-task-who text-muted">${who}</span></span>
		<span class="cq-task-ask">${ask_html(row)}</span>
		<span class="cq-task-time">${time_html(row)}</span></a>${act_html(row, at)}`;
}

/** One click to act: the very dialog of the step, or the document that waits. */
function act_html(row, at) {
	if (row.waits_for) return "";
	return `<button type="button" class="btn btn-default btn-sm cq-task-act" data-at="${at}">${esc(what_to_do(row))}</button>`;
}

/** The step whose dialog the button of a row opens; none where its form is the place to act. */
function step_of(row) {
	if (row.kind === "settlement") return row.rejected ? null : "Approve";
	// To report or not is chosen on the form, where both judgements stand.
	if (["assessment", "document", "message", "chat", "follow_up", "signal", "disposal", "authority_report"].includes(row.kind)) return null;
	return row.action || null;
}

function ask_html(row) {
	if (row.waits_for) {
		const { roles, text } = row.waits_for;
		const told = roles ? __("next step: {0}", [comma_list(roles.map((role) => __(role)))]) : text || "";
		return `<span class="cq-task-do is-waiting">${esc(row.stage ? label(row.stage) : "")}</span><span class="cq-task-note text-muted">${esc(
			told
		)}</span>`;
	}
	const note = `<span class="cq-task-note text-muted" title="${esc(row.first_missing || "")}">${esc(missing_words(row))}</span>`;
	const amount = row.kind === "document" && row.amount ? `<b class="cq-task-amount">${esc(money(row.amount, row.currency))}</b>` : "";
	return `${amount}${note}${since_html(row)}`;
}

/** Who agreed to what waits, or said no, and since when. */
function since_html(row) {
	if (!row.since) return "";
	const said = row.kind === "document" ? __("agreed by {0}") : row.rejected ? __("rejected by {0}") : __("proposed by {0}");
	return `<span class="cq-task-note text-muted">${esc([said.replace("{0}", row.by || ""), moment_text(row.since)].filter(Boolean).join(" · "))}</span>`;
}

/** What a report to an authority asks for. */
const AUTHORITY_REPORT = () => ({
	complete: __("Complete the Report"),
	review: __("Review the Report"),
	submit: __("Submit to the Authority"),
});

function what_to_do(row) {
	if (row.kind === "document") return row.may_submit ? __("Check and Submit") : __("Open the Draft");
	if (row.rejected) return __("Revise the Settlement");
	if (row.kind === "settlement") return __("Approve {0}", [money(row.amount, row.currency)]);
	if (row.kind === "capa_action") return __("Report as Done");
	if (row.kind === "message") return __("Decide What It Is");
	if (row.kind === "signal") return __("Decide What Follows");
	if (row.kind === "authority_report") return AUTHORITY_REPORT()[row.ask];
	if (row.kind === "disposal") return __("Approve or Reject");
	if (row.kind === "chat") return __("Answer");
	if (row.kind === "follow_up") return __("Look Into It");
	if (row.kind === "assessment") return __("Decide Whether to Report");
	if (row.action) return __(row.action, null, row.doctype);
	return row.kind === "root_cause" ? __("Find the cause") : __("Add What Is Missing");
}

function missing_words(row) {
	if (row.kind === "capa_action") return row.missing ? __("evidence is missing") : "";
	if (row.rejected) return row.rejected;
	if (row.kind === "chat") return row.complaint ? __("for {0}", [row.complaint]) : "";
	if (["message", "follow_up", "signal", "disposal", "authority_report"].includes(row.kind)) return row.first_missing || "";
	if (["settlement", "assessment", "document"].includes(row.kind)) return __("for {0}", [row.complaint]);
	if (!row.missing) return __("everything is there");
	return row.missing === 1 ? row.first_missing : __("{0} things are missing", [row.missing]);
}

/** How much of the time of a row is left, as words, a bar and the due date. */
export function time_html(row) {
	const { time } = row;
	if (!time) return `<span class="text-muted">${esc(__("no time limit"))}</span>`;
	const share = time.share === null || time.share === undefined ? 1 : time.share;
	const words = time_words(time);
	const due = time.day ? date_text(time.day) : moment_text(time.due);
	const clock = time.promised ? __("Promised to the customer") : CLOCKS()[time.clock];
	return `<span class="cq-time tone-${color(time.status)}"><span class="cq-time-words"><b>${esc(words)}</b></span>
		<span class="cq-time-bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.round(
			100 * Math.min(1, share)
		)}" aria-label="${esc(words)}"><span style="width:${Math.min(100, Math.max(3, 100 * share))}%"></span></span>
		<span class="cq-task-due text-muted">${esc([clock, __("due {0}", [due])].filter(Boolean).join(" · "))}</span></span>`;
}

function time_words(time) {
	if (time.day) {
		if (time.days === 0) return __("due today");
		const days = elapsed(Math.abs(time.days) * 86400);
		return time.days > 0 ? __("{0} left", [days]) : __("{0} over", [days]);
	}
	if (time.left === null) return label(time.status);
	return time_left(time.left, time.workday);
}

/** What would stand here: for finance, who have no part in the cases themselves, the documents alone; for an owner of actions, those. */
function what_comes() {
	if (frappe.model.can_write("Complaint")) {
		return __(
			"Here you find complaints whose handler you are or whose stage names you or one of your roles, your investigations, causes, CAPAs and actions, and what waits for your review, decision or approval. What runs out first stands on top."
		);
	}
	if (frappe.user.has_role(["Accounts User", "Accounts Manager"])) {
		return __(
			"Here you find credit notes, returns and replacements that agreed settlements have drafted: check each against its complaint and submit it. What has waited longest stands on top."
		);
	}
	return __(
		"Here you find what waits for you: actions that you own, and what you are asked to review or decide. What runs out first stands on top."
	);
}

function empty_html() {
	const ways = [
		["Complaint", __("All complaints")],
		["Complaint SOP", __("Who is responsible for which stage")],
	].filter(([doctype]) => frappe.model.can_read(doctype));
	const links = ways.map(([doctype, name]) => `<a href="${esc(frappe.router.make_url([frappe.router.slug(doctype)]))}">${esc(name)}</a>`);
	return `<div class="cq-empty cq-work-empty"><p><b>${esc(__("Nothing waits for you."))}</b></p>
		<p>${esc(what_comes())}</p><p>${with_triage_html(links)}</p></div>`;
}
