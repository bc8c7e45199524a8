// A chat: what was said, who has the word, and the box to answer from; on its own form and beside a complaint.
import { kind_of } from "./file_kinds";
import { draw_tiles } from "./gallery";
import { draft_answer, has_language_model } from "./language_model";
import { label } from "../labels";
import { comma_list } from "../language";
import { esc } from "../markup";
import { moment_text } from "../words";

const API = "complaint_qms.api.chat";
const CHAT = "Complaint Chat";
const CHANGED = "complaint_chat_changed";
const WRITING = "complaint_chat_writing";
const SAID_AGAIN_MS = 10000;
const FORGOTTEN_MS = 30000;

const SHOWN = 200; // turns that the server gives at once

/** What is being written in each chat, by the chat's name: the form is one and the same for all of them. */
const drafts = new Map();
const under_way = new Set();
/** The last turn that was shown of each chat, by its name. */
const seen = new Map();
/** When the server was told last that one writes in a chat. */
const told_writing = new Map();

/** Draw a chat on its form. */
export function draw_chat(frm) {
	const { $wrapper } = frm.fields_dict.chat_html;
	frm.page.set_indicator(esc(label(frm.doc.mode)), complaint_qms.labels.color(frm.doc.mode));
	const onload = frm.doc.__onload || {};
	draw_talk($wrapper, frm.doc, onload.talk || [], () => frm.reload_doc());
	if (onload.reasons) {
		$wrapper.prepend(`<p class="cq-message-why is-waiting" role="status"><b>${esc(__("Why it waits"))}</b> ${esc(onload.reasons)}</p>`);
	}
	offer_decisions(frm);
	listen(frm);
}

/** On the form of a complaint that somebody tells of in a chat: offer to answer there. */
export async function offer_chat(frm) {
	if (frm.is_new() || !frappe.model.can_read(CHAT) || !frappe.model.can_email("Complaint", frm) || !may_be_told_in_chat(frm)) return;
	const name = frm.doc.name;
	const chats = await frappe.xcall(`${API}.of_complaint`, { complaint: name });
	if (!chats.length || frm.doc.name !== name) return;
	frm.add_custom_button(__("Write in the Chat"), () => open_chat(frm, chats[0]), __("Answer"));
}

/** Nobody else's form asks for chats. */
function may_be_told_in_chat(frm) {
	const talk = (frm.get_docinfo() || {}).communications || [];
	return frm.doc.source_doctype === "Complaint Inbox Item" || talk.some((one) => one.communication_medium === "Chat");
}

async function open_chat(frm, chat) {
	const dialog = new frappe.ui.Dialog({
		title: __("Chat with {0}", [chat.title]),
		size: "large",
		fields: [{ fieldname: "talk", fieldtype: "HTML" }],
	});
	const again = async () => {
		const [talk, answered] = await Promise.all([
			frappe.xcall(`${API}.talk`, { chat: chat.name }),
			frappe.db.get_value(CHAT, chat.name, ["name", "mode", "handed_to", "channel", "title", "waits", "complaint"]),
		]);
		draw_talk(dialog.fields_dict.talk.$wrapper, answered.message, talk, () => {
			again();
			frm.reload_doc();
		});
	};
	const heard = ({ chat: name }) => name === chat.name && hear(dialog.fields_dict.talk.$wrapper, chat, again);
	const seen_writing = ({ chat: name, user }) => name === chat.name && show_writers(dialog.fields_dict.talk.$wrapper, [user]);
	frappe.realtime.on(CHANGED, heard);
	frappe.realtime.on(WRITING, seen_writing);
	const is_open = frappe.realtime.open_docs.has(`${CHAT}:${chat.name}`); // its own form listens as well
	frappe.realtime.doc_subscribe(CHAT, chat.name);
	dialog.onhide = () => {
		frappe.realtime.off(CHANGED, heard);
		frappe.realtime.off(WRITING, seen_writing);
		if (!is_open) frappe.realtime.doc_unsubscribe(CHAT, chat.name);
	};
	dialog.show();
	await again();
}

function draw_talk($wrapper, chat, talk, changed) {
	$wrapper.html(
		`<div class="cq-chat"><div class="cq-chat-talk" role="log" aria-label="${esc(__("Chat"))}" tabindex="0"></div>${answer_html(chat)}</div>`
	);
	draw_turns($wrapper, chat, talk, changed);
	const draft = () => drafts.get(chat.name) || { text: "", key: "" };
	const $text = $wrapper.find("textarea").val(draft().text);
	const $send = $wrapper.find("[data-send]").prop("disabled", under_way.has(chat.name));
	// Another text is another message; the same one, sent once more after its answer was lost, is not.
	$text.on("input", () => {
		drafts.set(chat.name, { text: $text.val(), key: "" });
		tell_writing($wrapper, chat.name);
	});
	const send = async () => {
		const text = $text.val().trim();
		if (under_way.has(chat.name)) return;
		if (!text) return $text.trigger("focus");
		const key = draft().key || frappe.utils.get_random(20);
		drafts.set(chat.name, { text: $text.val(), key });
		under_way.add(chat.name);
		$send.prop("disabled", true);
		const sent = await post("reply", { chat: chat.name, text, key, seen: seen.get(chat.name) || "" }, () => true);
		under_way.delete(chat.name);
		// The box may have been drawn anew meanwhile.
		$wrapper.find(`[data-send="${CSS.escape(chat.name)}"]`).prop("disabled", false);
		if (!sent) return hear($wrapper, chat, changed); // what others have said meanwhile; what was typed stays
		if (draft().key === key) {
			drafts.delete(chat.name);
			$wrapper.find(`textarea[data-chat="${CSS.escape(chat.name)}"]`).val("");
		}
		changed();
	};
	$send.on("click", send);
	$wrapper.find("[data-draft]").on("click", () =>
		draft_answer(chat.complaint, {
			take: __("Put into the Answer"),
			put(text) {
				const before = $text.val().trim();
				$text.val(before ? `${text}\n\n${before}` : text).trigger("input");
			},
		})
	);
	$text.on("keydown", (event) => {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
	});
}

/** Show turns, the last of them in sight, and offer those before; the box beneath is left as it is. */
function draw_turns($wrapper, chat, talk, changed, { at_end = true } = {}) {
	const $list = $wrapper.find(".cq-chat-talk");
	if (talk.length) seen.set(chat.name, talk[talk.length - 1].name);
	const older_html =
		talk.length && talk.length % SHOWN === 0
			? `<p class="text-center"><button type="button" class="btn btn-default btn-xs" data-older>${esc(__("Show Older Messages"))}</button></p>`
			: "";
	$list.html(older_html + (talk.map(turn_html).join("") || `<p class="text-muted">${esc(__("Nothing was said yet."))}</p>`));
	talk.forEach((turn, at) => {
		const files = turn.files.map((file) => ({ ...file, kind: kind_of(file.caption || file.file) }));
		draw_tiles($list.find(`[data-files="${at}"]`), files);
	});
	const [list] = $list;
	const to_the_end = () => (list.scrollTop = list.scrollHeight);
	if (at_end) {
		to_the_end();
		setTimeout(to_the_end, 400); // once a dialog and its pictures are there
	}
	$list.find("[data-again]").on("click", ({ currentTarget }) => post("send_again", { name: currentTarget.dataset.again }, changed));
	$list.find("[data-older]").on("click", async () => {
		const older = await frappe.xcall(`${API}.talk`, { chat: chat.name, before: talk[0].name });
		const from_end = list.scrollHeight - list.scrollTop;
		draw_turns($wrapper, chat, [...older, ...talk], changed, { at_end: false });
		if (!older.length) $list.find("[data-older]").remove();
		list.scrollTop = list.scrollHeight - from_end;
	});
}

/** Say now and then that one writes; the server knows who else does. */
async function tell_writing($wrapper, name) {
	const now = Date.now();
	if (now - (told_writing.get(name) || 0) < SAID_AGAIN_MS) return;
	told_writing.set(name, now);
	show_writers($wrapper, await frappe.xcall(`${API}.writing`, { chat: name }).catch(() => []));
}

/** Others who write in the chat at the moment. */
function show_writers($wrapper, users) {
	const others = users.filter((user) => user !== frappe.session.user);
	if (!others.length) return;
	const names = comma_list(others.map((user) => frappe.user.full_name(user)));
	const $writers = $wrapper.find(".cq-chat-writers").text(__("{0} is writing an answer here as well.", [names]));
	clearTimeout($writers.data("forget"));
	$writers.data(
		"forget",
		setTimeout(() => $writers.empty(), FORGOTTEN_MS)
	);
}

/** Something was said in a chat that is open: while somebody is writing there, what was said alone is drawn anew. */
async function hear($wrapper, chat, changed) {
	if (!$wrapper.find("textarea").is(":focus")) return changed();
	const talk = await frappe.xcall(`${API}.talk`, { chat: chat.name });
	const known = talk.findIndex(({ name }) => name === seen.get(chat.name));
	const other = talk.slice(known + 1).find(({ who, user }) => who === "person" && user !== frappe.session.user);
	draw_turns($wrapper, chat, talk, changed);
	if (other) $wrapper.find(".cq-chat-writers").text(__("{0} has answered meanwhile.", [frappe.user.full_name(other.user)]));
}

function turn_html(turn, at) {
	const mine = turn.who !== "sender";
	const who = turn.who === "person" ? frappe.user.full_name(turn.user) : label(turn.who);
	const state_html =
		mine && turn.state !== "sent" ? `<span class="cq-chat-state is-${esc(turn.state)}">${esc(label(turn.state))}</span>` : "";
	const again_html =
		turn.state === "not_sent"
			? `<button type="button" class="btn btn-default btn-xs" data-again="${esc(turn.name)}">${esc(__("Send Again"))}</button>`
			: "";
	const why_html = turn.error ? `<div class="cq-chat-error">${esc(turn.error)}</div>` : "";
	const text_html = turn.text
		? `<div class="cq-chat-text">${esc(turn.text)}</div>`
		: turn.files.length
			? ""
			: `<div class="text-muted">${esc(__("It has no text."))}</div>`;
	return `<div class="cq-chat-turn is-${esc(turn.who)}"><div class="cq-chat-head">${esc([who, moment_text(turn.at)].filter(Boolean).join(" · "))} ${state_html}</div>${text_html}${
		turn.files.length ? `<div data-files="${at}"></div>` : ""
	}${why_html}${again_html}</div>`;
}

function answer_html(chat) {
	if (!frappe.model.can_write(CHAT)) return "";
	const told =
		chat.handed_to && chat.handed_to !== frappe.session.user
			? __("{0} has this chat. Who answers has it from then on.", [frappe.user.full_name(chat.handed_to)])
			: chat.mode === "with_person"
				? __("The assistant is silent while a person has the chat.")
				: __("The assistant answers. Who writes here has the chat from then on, and the assistant is silent.");
	const draft_html =
		chat.complaint && has_language_model()
			? `<button type="button" class="btn btn-default btn-sm" data-draft>${esc(__("Draft an Answer"))}</button>`
			: "";
	return `<div class="cq-chat-answer"><p class="cq-chat-writers" role="status"></p><label class="cq-label" for="cq-chat-${esc(chat.name)}">${esc(__("Your Answer"))}</label>
		<textarea id="cq-chat-${esc(chat.name)}" data-chat="${esc(chat.name)}" class="form-control" rows="3" maxlength="4000"></textarea>
		<div class="cq-chat-send"><small class="text-muted">${esc(told)}</small> ${draft_html}
		<button type="button" class="btn btn-primary btn-sm" data-send="${esc(chat.name)}">${esc(__("Send"))}</button></div></div>`;
}

function offer_decisions(frm) {
	const { doc } = frm;
	const may = frm.perm[0] && frm.perm[0].write;
	if (doc.complaint && frappe.model.can_read("Complaint")) {
		complaint_qms.offer_primary(frm, __("Open the Complaint"), () => frappe.set_route("Form", "Complaint", doc.complaint));
	} else if (may && frappe.model.can_create("Complaint")) {
		complaint_qms.offer_primary(frm, __("Make It a Complaint"), () => make_complaint(frm));
	}
	if (!may) return;
	const again = () => frm.reload_doc();
	if (doc.handed_to !== frappe.session.user) {
		frm.add_custom_button(__("Take Over"), () => post("take_over", { chat: doc.name }, again));
	}
	if (doc.mode === "with_person") {
		frm.add_custom_button(__("Give Back to the Assistant"), () => post("give_back", { chat: doc.name }, again));
	}
}

async function make_complaint(frm) {
	const item = await frappe.xcall(`${API}.message_to_decide`, { chat: frm.doc.name });
	if (!item) return frappe.show_alert({ message: __("Nothing was said yet."), indicator: "orange" });
	return complaint_qms.desk.make_complaint_of(item);
}

/** Redrawn when a message comes in or goes out. */
function listen(frm) {
	if (frm.cq_listens_to_chat) return;
	frm.cq_listens_to_chat = true;
	frappe.realtime.on(CHANGED, ({ chat }) => {
		if (frm.doc && frm.doc.name === chat && cur_frm === frm) hear(frm.fields_dict.chat_html.$wrapper, frm.doc, () => frm.reload_doc());
	});
	frappe.realtime.on(WRITING, ({ chat, user }) => {
		if (frm.doc && frm.doc.name === chat && cur_frm === frm) show_writers(frm.fields_dict.chat_html.$wrapper, [user]);
	});
}

/** What was refused the framework has shown already. */
const post = (method, args, then) => Promise.resolve(frappe.call({ method: `${API}.${method}`, args, type: "POST" })).then(then, () => {});
