// Team Load: who has how much, what runs out on which day, how much more they can take. A card that is dragged to somebody else, or given
// by its menu, is handed over by the rules of its form; for a while that can be undone.
import { color, label } from "../labels";
import { comma_list } from "../language";
import { esc } from "../markup";
import { day_text, moment_text, record_link } from "../words";
import { give_dialog, sure_of } from "./give_dialog";

const EVERY = 120000;
const API = "complaint_qms.api.load";
const UNDO_SECONDS = 12;
const LEVELS = () => ({ free: __("has room"), busy: __("nearly full"), full: __("full", null, "Complaint") });
const TONES = { free: "green", busy: "orange", full: "red" };
const OFF = () => __("takes none", null, "Complaint");
const OTHERS = () => ({
	investigation: __("Investigations", null, "Complaint"),
	capa_action: __("CAPA actions"),
	follow_up: __("Follow-ups"),
});

/** Build the page; gives back {show}: to be called whenever it comes into sight. */
export function make_team_load(page) {
	const load = new TeamLoad(page);
	return { show: () => load.show() };
}

class TeamLoad {
	constructor(page) {
		this.page = page;
		this.$body = $('<div class="cq-load" role="main"></div>').appendTo(page.main);
		this.people = [];
		this.opened = new Set();
		page.set_secondary_action(__("Refresh"), () => this.refresh(), { icon: "refresh" });
		page.add_inner_button(__("Calendar of Due Times"), () => frappe.set_route("List", "Complaint", "Calendar", "default"));
		page.wrapper.on("hide", () => clearInterval(this.timer));
		this.mind_cards();
		this.mind_drag();
	}

	show() {
		clearInterval(this.timer);
		this.timer = setInterval(() => document.hidden || this.dragged || this.refresh(), EVERY);
		return this.refresh();
	}

	async refresh() {
		const shown = await frappe.xcall(`${API}.view`);
		const at = document.activeElement && document.activeElement.closest ? document.activeElement.closest("[data-card]") : null;
		Object.assign(this, shown);
		this.$body.html(shown.people.length ? page_html(shown, this.opened) : empty_html());
		if (at) this.$card(at.dataset.card).find("[data-give]").trigger("focus");
	}

	$card(name) {
		return this.$body.find("[data-card]").filter((_, element) => element.dataset.card === name);
	}

	person(user) {
		return this.people.find((person) => person.user === user);
	}

	mind_cards() {
		this.$body.on("click", "[data-give]", (event) => {
			event.preventDefault();
			this.ask(event.currentTarget.closest("[data-card]"));
		});
		this.$body.on("click", "[data-open]", (event) => {
			const user = event.currentTarget.dataset.open;
			this.opened[this.opened.has(user) ? "delete" : "add"](user);
			const $person = $(event.currentTarget).closest(".cq-load-person").toggleClass("is-open");
			$(event.currentTarget).attr("aria-expanded", String($person.hasClass("is-open")));
		});
		this.$body.on("keydown", "[data-card]", (event) => {
			if (event.key !== "g" || event.ctrlKey || event.metaKey || event.altKey) return;
			event.preventDefault();
			this.ask(event.currentTarget);
		});
	}

	// The browser's own dragging: a row of a person takes what is dropped anywhere on it. The rows of others may lie below the screen,
	// where the cards of one are open: so everybody stands at its edge as long as a card is dragged. On a phone there is the menu.
	mind_drag() {
		const place_of = (event) => event.target.closest("[data-drop]");
		this.$body.on("dragstart", "[data-card]", ({ originalEvent, currentTarget }) => {
			this.dragged = currentTarget;
			originalEvent.dataTransfer.effectAllowed = "move";
			originalEvent.dataTransfer.setData("text/plain", currentTarget.dataset.card);
			currentTarget.classList.add("is-dragged");
			// Chromium gives up a drag where the page changes within its first event.
			setTimeout(() => this.dragged && this.show_places(currentTarget.dataset.holder));
		});
		this.$body.on("dragend", "[data-card]", () => this.end_drag());
		this.$body.on("dragover", "[data-drop]", (event) => {
			if (!this.dragged) return;
			event.preventDefault();
			this.$body.find(".is-over").not(place_of(event)).removeClass("is-over");
			place_of(event).classList.add("is-over");
		});
		this.$body.on("drop", "[data-drop]", (event) => {
			if (!this.dragged) return;
			event.preventDefault();
			const card = this.dragged;
			const user = place_of(event).dataset.drop;
			this.end_drag();
			if (user !== card.dataset.holder) this.give_sure(card.dataset.card, user, card.dataset.holder);
		});
	}

	show_places(holder) {
		const places = this.people.filter((person) => person.user && person.user !== holder && person.takes);
		const html = places.map(
			(person) =>
				`<li class="tone-${person.off ? "gray" : TONES[person.level]}" data-drop="${esc(person.user)}"><b>${esc(name_of(person))}</b><small>${esc(
					person.off ? `${carried_text(person)} · ${OFF()}` : carried_text(person)
				)}</small></li>`
		);
		this.$body.append(`<ul class="cq-load-places" aria-hidden="true">${html.join("")}</ul>`);
	}

	end_drag() {
		this.$body.find(".cq-load-places").remove();
		this.$body.find(".is-over, .is-dragged").removeClass("is-over is-dragged");
		this.dragged = null;
	}

	ask(card) {
		const { card: name, holder } = card.dataset;
		const others = this.people.filter((person) => person.user && person.user !== holder && person.takes);
		give_dialog({ name, holder, others, today: this.days[0] }, (user) => this.give_sure(name, user, holder));
	}

	/** Give a complaint to somebody; who is away today, takes none or has enough already is asked about first. */
	async give_sure(name, user, holder) {
		const person = this.person(user);
		if (person && !(await sure_of(person, name, this.days[0]))) return;
		const given = await this.give(name, user, holder);
		if (!given) return;
		const who = person ? person.full_name : frappe.user.full_name(user);
		const undo = `<a href="#" class="cq-load-undo" role="button" data-action="undo">${esc(__("Undo"))}</a>`;
		frappe.show_alert({ message: `${esc(__("{0} is with {1} now.", [name, who]))} ${undo}`, indicator: "green" }, UNDO_SECONDS, {
			undo: (event) => {
				if (event && event.preventDefault) event.preventDefault();
				this.give(name, given.before, given.holder).then(
					(back) => back && frappe.show_alert({ message: esc(__("{0} is back where it was.", [name])), indicator: "blue" })
				);
			},
		});
	}

	async give(name, user, holder) {
		try {
			const given = await frappe.xcall(`${API}.give`, { name, user, holder }, "POST");
			frappe.model.clear_doc("Complaint", name); // an open form fetches it anew
			return given;
		} catch (error) {
			return null; // the server has said why
		} finally {
			await this.refresh();
		}
	}
}

function page_html({ people, days, sees_all }, opened) {
	const sum = (read) => people.reduce((total, person) => total + read(person), 0);
	const nobodys = people.find((person) => !person.user);
	const counts = [
		[sum(({ open }) => open), __("open", null, "Complaint"), "blue"],
		[sum(({ overdue }) => overdue), label("overdue"), "red"],
		[sum((person) => person.days.reduce((all, count) => all + count, 0)), __("run out within a week"), "orange"],
		...(sees_all ? [[nobodys ? nobodys.open : 0, __("without a handler"), "gray"]] : []),
	];
	const figures = counts
		.map(([count, what, tone]) => `<span class="cq-work-count tone-${tone}"><b>${Number(count)}</b> ${esc(what)}</span>`)
		.join("");
	const how = sees_all
		? `<span class="cq-work-keys text-muted">${esc(__("Drag a complaint to somebody."))} <kbd>g</kbd> ${esc(__("gives it from the keyboard"))}</span>`
		: "";
	return `<div class="cq-work-head"><div class="cq-work-counts">${figures}</div>${how}</div>
		${people.map((person) => person_html(person, days, opened.has(person.user) || people.length === 1)).join("")}`;
}

function person_html(person, days, is_open) {
	const cards_id = `cq-load-of-${frappe.utils.get_random(6)}`;
	const more = person.more > 0 ? more_html(person) : "";
	const toggle = person.cards.length
		? `<button type="button" class="btn btn-default btn-xs cq-load-toggle" data-open="${esc(person.user)}" aria-expanded="${esc(String(is_open))}" aria-controls="${cards_id}">${esc(
				__("Complaints ({0})", [person.open])
			)}</button>`
		: "";
	return `<section class="cq-load-person${is_open ? " is-open" : ""}" data-user="${esc(person.user)}"${person.user ? ` data-drop="${esc(person.user)}"` : ""}>
		<div class="cq-load-head"><div class="cq-load-who"><h5>${esc(name_of(person))}</h5>${notes_html(person, days)}</div>
		<div class="cq-load-bar-place">${bar_html(person)}</div>${week_html(person, days)}<div class="cq-load-what">${what_html(person)}</div>${toggle}</div>
		<ol class="cq-load-cards" id="${cards_id}">${person.cards.map((card) => card_html(card, person)).join("")}${more}</ol></section>`;
}

const name_of = ({ user, full_name }) => (user ? full_name : __("Without a Handler"));

function notes_html(person, days) {
	const away =
		person.away.length === days.length
			? __("away all week")
			: person.away.length
				? __("away {0}", [comma_list(person.away.map(day_text))])
				: "";
	const notes = [
		person.left ? __("cannot sign in or has left") : person.user && !person.takes ? __("takes no complaints: no role for it") : "",
		person.off && person.takes && !person.left ? __("Takes Complaints is not ticked in their Complaint Handler record") : "",
		away,
		person.elsewhere ? __("{0} more that you may not see", [person.elsewhere]) : "",
	];
	const shown = notes.filter(Boolean).join(" · ");
	return shown ? `<span class="cq-load-note">${esc(shown)}</span>` : "";
}

function carried_text(person) {
	const carried = person.open + person.elsewhere;
	return person.capacity ? __("{0} of {1} open", [carried, person.capacity]) : __("{0} open", [carried]);
}

/** How full somebody is, in words beside the bar: colour says it a second time. */
function bar_html(person) {
	if (!person.user) return `<span class="cq-time-words"><b>${esc(__("{0} open", [person.open]))}</b></span>`;
	const words = carried_text(person);
	if (!person.takes) return `<span class="cq-time-words"><b>${esc(__("{0} open", [person.open + person.elsewhere]))}</b></span>`;
	const percent = Math.round(100 * (person.share || 0));
	const level = person.off ? OFF() : LEVELS()[person.level];
	const said = `${words} · ${level}`;
	return `<span class="cq-time tone-${person.off ? "gray" : TONES[person.level]}" title="${esc(
		__("The number is Open Complaints at Most of the Complaint Handler record, else Open Complaints per Person of the settings.")
	)}"><span class="cq-time-words"><b>${esc(words)}</b> ${esc(level)}</span>
		<span class="cq-time-bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.min(100, percent)}" aria-valuetext="${esc(
			said
		)}" aria-label="${esc(__("Load", null, "Complaint"))}"><span style="width:${Math.min(100, Math.max(2, percent))}%"></span></span></span>`;
}

// Noon, which is the same day in every zone of a browser.
// Where there is no room for both, the line is broken between day and weekday.
const weekday_html = (day) =>
	new Intl.DateTimeFormat(frappe.boot.lang || "en", { weekday: "short", day: "numeric" })
		.formatToParts(new Date(`${day}T12:00`))
		.map(({ type, value }) => (type === "weekday" ? `<wbr>${esc(value)}` : esc(value)))
		.join("");

/** What runs out on each day; a day on which somebody is away says so in words. */
function week_html(person, days) {
	const cells = days.map((day, at) => {
		const away = person.away.includes(day);
		const count = person.days[at];
		const told = __("{0}: {1} run out", [day_text(day), count]);
		return `<li class="${count ? "has-some" : ""}${away ? " is-away" : ""}" title="${esc(away ? `${told} · ${__("away", null, "Complaint")}` : told)}"><span>${weekday_html(
			day
		)}</span><b>${Number(count)}</b>${away ? `<small>${esc(__("away", null, "Complaint"))}</small>` : ""}</li>`;
	});
	const over_html = `<li class="${person.overdue ? "is-over-due" : ""}"><span>${esc(label("overdue"))}</span><b>${Number(person.overdue)}</b></li>`;
	return `<ol class="cq-load-week" aria-label="${esc(__("What runs out on which day"))}">${over_html}${cells.join("")}</ol>`;
}

function what_html(person) {
	const counted = (counts) => Object.entries(counts).map(([key, count]) => `${label(key) || __("Not Set")} ${count}`);
	const others = Object.entries(person.others).map(([kind, { open, overdue, week }]) => {
		const late = [overdue ? __("{0} overdue", [overdue]) : "", week ? __("{0} this week", [week]) : ""].filter(Boolean);
		return `${OTHERS()[kind]} ${open}${late.length ? ` (${comma_list(late)})` : ""}`;
	});
	const lines = [counted(person.stages), counted(person.urgencies), others].filter((line) => line.length);
	return lines.map((line) => `<span>${line.map(esc).join(" · ")}</span>`).join("");
}

function card_html(card, person) {
	const tone = color(card.status);
	const due = card.due ? __("due {0}", [moment_text(card.due)]) : __("no time limit");
	const status = ["overdue", "at_risk"].includes(card.status) ? `${label(card.status)} · ` : "";
	const foot = [label(card.stage), card.urgency ? __("urgency: {0}", [label(card.urgency)]) : "", card.severity ? __(card.severity) : ""];
	return `<li class="cq-load-card tone-${tone}" draggable="true" tabindex="0" data-card="${esc(card.name)}" data-holder="${esc(person.user)}" aria-keyshortcuts="g">
		<span class="cq-load-line">${record_link("Complaint", card.name, card.name, 'draggable="false"')}<button type="button" class="btn btn-default btn-xs" data-give="1" aria-label="${esc(
			__("Give {0} to …", [card.name])
		)}">${esc(__("Give to …"))}</button></span>
		<span class="cq-load-subject">${esc(card.subject || "")}</span><span class="cq-load-small text-muted">${esc(card.customer_name || "")}</span>
		<span class="cq-load-due"><span class="cq-mini-dot"></span>${esc(status + due)}</span><span class="cq-load-small text-muted">${esc(
			foot.filter(Boolean).join(" · ")
		)}</span></li>`;
}

function more_html(person) {
	const query = `complaint_owner=${person.user ? encodeURIComponent(person.user) : encodeURIComponent('["is","not set"]')}`;
	return `<li class="cq-load-more"><a href="${esc(`${frappe.router.make_url(["complaint"])}?${query}`)}">${esc(
		__("{0} more in the list", [person.more])
	)}</a></li>`;
}

const empty_html = () => `<div class="cq-empty cq-work-empty"><p><b>${esc(__("Nobody handles complaints yet."))}</b></p>
	<p>${esc(__("Give the role Complaint Agent to whoever is to handle complaints: their load shows here."))}</p></div>`;
