// The team board: cards say severity, handler, age and due, what is overdue stands on top of its column, each column says how many it
// holds; a card that is dropped takes the step of the workflow, or goes back.
//
// Frappe's drop sets the column's field. The gates would refuse that as they refuse every save, but nobody would be
// asked for what is missing; so a drop into another column goes through the same steps as the form's buttons.
import { color, label } from "../labels";
import { safe_color } from "../colors";
import { esc } from "../markup";
import { know_people } from "../people";
import { elapsed, moment_text } from "../words";
import { stand_in } from "./complaint_queries";
import { take_step } from "./hand_over";
import { open_at } from "./steps";
import { own_options } from "./own_dialogs";

const DOCTYPE = "Complaint";
const FIELD = "workflow_state";
const PRESSING = ["overdue", "at_risk"];
const METHOD = "complaint_qms.api.complaint.take_step";

/** Called after each refresh of the Complaint list: dress the cards and mind the drops, where it shows a board by state. */
export async function mind_board(listview) {
	if (listview.view_name !== "Kanban" || !listview.board || listview.board.field_name !== FIELD) return;
	const board = listview.$result[0];
	board.classList.add("cq-board");
	const names = listview.data.map((row) => row.name);
	const [times] = await Promise.all([
		names.length ? frappe.xcall("complaint_qms.api.board.times", { names }) : {},
		know_people(listview.data.map((row) => row.complaint_owner)),
	]);
	listview.cq_times = times;
	dress_cards(listview, ".kanban-card-wrapper");
	arrange(listview);
	if (board.cq_minded) return;
	// A card that Frappe makes anew is bare.
	board.cq_minded = new MutationObserver(() => {
		dress_cards(listview, ".kanban-card-wrapper:not(.cq-card)");
		arrange(listview);
	});
	board.cq_minded.observe(board, { childList: true, subtree: true });
	board.addEventListener("start", (event) => mind_drop(listview, event));
}

// Columns are made anew whenever the board changes, so each is taken over when a card is lifted from it.
function mind_drop(listview, event) {
	const sortable = event.from && event.from.closest(".kanban-cards") && window.Sortable.get(event.from);
	if (!sortable || sortable.cq_minded) return;
	const within_column = sortable.option("onEnd");
	sortable.cq_minded = true;
	sortable.option("onEnd", (end) => {
		if (end.to !== end.from) return drop(listview, end);
		within_column(end);
		setTimeout(() => arrange(listview)); // its place in the column follows from its clock
	});
}

const column_of = (element) => element.closest(".kanban-column").dataset.columnValue;

async function drop(listview, event) {
	const name = decodeURIComponent(event.item.dataset.name);
	const [from, to] = [column_of(event.from), column_of(event.to)];
	const put_back = () => listview.kanban.update([...listview.data]);
	try {
		const [overview, doc] = await Promise.all([
			frappe.xcall("complaint_qms.api.complaint.overview", { name }),
			frappe.db.get_doc("Complaint", name),
		]);
		const step = overview.next.find((row) => row.to_state === to);
		if (!step) {
			put_back();
			return tell_no_step(doc, overview, from, to);
		}
		const options = {
			method: METHOD,
			go_to: (field) => open_at("Complaint", name, field),
			done: () => moved(listview, name),
			cancelled: put_back,
		};
		const form = stand_in(doc);
		await take_step(form, step, own_options(form, step, options));
	} catch (error) {
		put_back(); // the server has said why
	}
}

function moved(listview, name) {
	frappe.model.clear_doc("Complaint", name); // an open form fetches it anew
	listview.last_args = null; // Frappe drops a refresh that follows another within three seconds
	return listview.refresh();
}

function tell_no_step(doc, overview, from, to) {
	const steps = overview.next.map(
		(step) => `<li>${esc(__("{0} (to “{1}”)", [__(step.action, null, DOCTYPE), __(step.to_state, null, DOCTYPE)]))}</li>`
	);
	const rest = steps.length
		? `<p>${esc(__("From here you can take these steps:"))}</p><ul>${steps.join("")}</ul>`
		: `<p>${esc(__("The next step belongs to another role. You will see it here when it is your turn."))}</p>`;
	frappe.msgprint({
		title: __("No such step"),
		indicator: "orange",
		message: `<p>${esc(
			__("{0}: the procedure gives you no step from “{1}” to “{2}”. The card is back where it was.", [
				doc.name,
				__(from, null, DOCTYPE),
				__(to, null, DOCTYPE),
			])
		)}</p>${rest}`,
	});
}

/** In each column what runs out first on top, what is overdue before all; and how many there are. */
function arrange(listview) {
	if (listview.$result.find(".sortable-chosen").length) return; // a card is on its way
	for (const column of listview.$result.find(".kanban-column:has(.kanban-cards)").get()) {
		const place = column.querySelector(".kanban-cards");
		const cards = [...place.querySelectorAll(":scope > .kanban-card-wrapper")];
		const sorted = cards
			.map((card) => [card, listview.cq_times[decodeURIComponent(card.dataset.name)] || {}])
			.sort(([, one], [, other]) => rank(one) - rank(other) || compare(due_key(one), due_key(other)))
			.map(([card]) => card);
		// Whatever is moved wakes the observer again.
		if (sorted.some((card, at) => card !== cards[at])) place.append(...sorted);
		say_count(column, cards.length);
	}
}

// By code units: a collation puts "~" before digits.
const compare = (one, other) => (one < other ? -1 : Number(one > other));
const due_key = ({ due }) => String(due || "~"); // after every moment
const rank = ({ status }) => (PRESSING.includes(status) ? PRESSING.indexOf(status) : PRESSING.length);

function say_count(column, count) {
	const head = column.querySelector(".kanban-column-title");
	const shown = head.querySelector(".cq-count");
	if (!shown) head.insertAdjacentHTML("beforeend", `<span class="cq-count">${Number(count)}</span>`);
	else if (shown.textContent !== String(count)) shown.textContent = count;
}

function dress_cards(listview, which) {
	const rows = new Map(listview.data.map((row) => [row.name, row]));
	listview.$result.find(which).each((_, element) => {
		const row = rows.get(decodeURIComponent(element.dataset.name));
		const time = row && listview.cq_times[row.name];
		if (time) dress(element, row, time);
	});
}

function dress(element, row, time) {
	const age = () => moment().diff(frappe.datetime.convert_to_user_tz(row.received_at, false), "seconds");
	const foot = [
		row.name,
		row.complaint_owner ? frappe.user.full_name(row.complaint_owner) : __("nobody yet"),
		row.received_at && __("open for {0}", [elapsed(age())]),
	];
	const place = element.querySelector(".kanban-card-doc");
	place.querySelectorAll(".cq-card-severity, .cq-card-time, .cq-card-foot").forEach((former) => former.remove());
	element.classList.remove(...[...element.classList].filter((name) => name.startsWith("tone-")));
	element.classList.add("cq-card", `tone-${color(time.status)}`);
	place.insertAdjacentHTML(
		"beforeend",
		`${severity_html(row)}<div class="cq-card-time"><span class="cq-mini-dot"></span>${time_html(time)}</div>
		<div class="cq-card-foot">${foot.filter(Boolean).map(esc).join(" · ")}</div>`
	);
}

function severity_html(row) {
	if (!row.severity) return "";
	const risk = safe_color(row.risk_color) ? `style="--risk:${safe_color(row.risk_color)}"` : "";
	return `<div class="cq-card-severity"><span class="cq-risk-cell" ${risk}>${esc(__(row.severity))}</span></div>`;
}

/** The clock that runs out first, as the server says it stands; a card is narrow, and neither date nor time breaks. */
function time_html({ due, status }) {
	if (!due) return esc(label(status) || __("no time limit"));
	const shown = moment_text(due);
	const words = status === "overdue" ? __("{0} · {1}", [label(status), shown]) : __("due {0}", [shown]);
	const whole_html = shown.split(" ").map((part) => `<span class="text-nowrap">${esc(part)}</span>`);
	return esc(words).replace(esc(shown), () => whole_html.join(" "));
}
