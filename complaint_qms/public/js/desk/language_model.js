// What the site's language model proposes: a summary of a complaint, or an answer to start from. Whoever asks sees what is sent before it is,
// may leave while the model is at it, and nothing that comes is anywhere until they put it there.
import { esc } from "../markup";

const API = "complaint_qms.api.language_model";
const AGAIN_MS = 1500;
const LONGEST_MS = 10 * 60 * 1000;
/** Answers of the server in succession that may fail, as those of a site that is restarted. */
const MOST_MISSED = 5;

export const has_language_model = () => Boolean(frappe.boot.complaint_qms_language_model);

/** Offer a summary on the form of a complaint. */
export function offer_summary(frm) {
	if (!has_language_model() || frm.is_new() || !frm.perm[0]?.write) return;
	frm.add_custom_button(__("Summarize"), () => summarize(frm.doc.name, frm), __("Answer"));
}

/** Sum up what happened so far; the text is put on the timeline if the reader wants it there. */
export function summarize(complaint, frm) {
	return ask({
		complaint,
		purpose: "summary",
		title: __("Summary of {0}", [complaint]),
		take: __("Put on the Timeline"),
		async taken(text, call) {
			await frappe.xcall(`${API}.keep_summary`, { call, text });
			frappe.show_alert({ message: __("Put on the timeline"), indicator: "green" });
			if (frm && cur_frm === frm && frm.doc.name === complaint && !frm.is_dirty()) frm.reload_doc();
		},
	});
}

/**
 * Have an answer drafted. @param options {kind: of the message, take: label of the button, put(text): puts it where it is
 * edited and sent}
 */
export function draft_answer(complaint, { kind = "", take, put }) {
	return ask({ complaint, purpose: "draft", kind, title: __("Draft of an Answer to {0}", [complaint]), take, taken: put });
}

async function ask(asked) {
	const shown = await preview(asked, "");
	if (!shown) return;
	const is_draft = asked.purpose === "draft";
	const dialog = new frappe.ui.Dialog({
		title: asked.title,
		size: "large",
		fields: [
			{
				fieldname: "wish",
				fieldtype: "Small Text",
				label: __("What It Should Say"),
				description: __("In a few words, to the model; may stay empty."),
				hidden: !is_draft,
				max_height: "5em",
			},
			{ fieldname: "sent", fieldtype: "HTML" },
			{ fieldname: "progress", fieldtype: "HTML" },
			{ fieldname: "text", fieldtype: "Text", label: __("Proposed by the Model"), hidden: 1 },
		],
	});
	const state = { asked, dialog, shown, wish: "", call: "" };
	dialog.$wrapper.addClass("cq-model");
	dialog.on_hide = () => (state.is_left = true);
	draw_sent(state);
	offer_sending(state);
	dialog.show();
	if (shown.last) follow(state, shown.last.call);
	return dialog;
}

function draw_sent({ dialog, shown }) {
	const to = esc(__("This text goes to {0} (model {1}):", [shown.host, shown.model]));
	const hidden = shown.hidden
		? __("Personal data that are known or recognised are replaced and put back into what comes. Look whether others are left.")
		: __("Personal data leave as they are.");
	dialog.fields_dict.sent.$wrapper.html(`<p>${to}</p><pre class="cq-model-sent" tabindex="0">${esc(shown.text)}</pre>
		<p class="text-muted">${esc(hidden)}</p>
		<details class="cq-model-how"><summary>${esc(__("How the model is told what to do"))}</summary><pre class="cq-model-sent">${esc(shown.instructions)}</pre></details>`);
}

function offer_sending(state) {
	const { dialog } = state;
	dialog.set_primary_action(__("Send to the Model"), async () => {
		dialog.disable_primary_action();
		const sent = await send(state);
		if (sent) follow(state, sent.call);
		else dialog.enable_primary_action();
	});
}

/** What was typed or saved since it was shown is shown before it is sent. */
async function send(state) {
	const { asked, dialog } = state;
	const wish = (dialog.get_value("wish") || "").trim();
	if (wish !== state.wish) {
		const shown = await preview(asked, wish);
		if (!shown) return null;
		Object.assign(state, { shown, wish });
		draw_sent(state);
	}
	const { complaint, purpose, kind } = asked;
	const sent = await post("request", { complaint, purpose, digest: state.shown.digest, kind: kind || "", wish });
	if (sent) return sent;
	const shown = await preview(asked, wish);
	if (shown) {
		state.shown = shown;
		draw_sent(state);
	}
	return null;
}

/** Wait for an answer, whether its dialog is open or was left meanwhile. */
async function follow(state, call) {
	const { dialog } = state;
	state.call = call;
	const began = Date.now();
	dialog.disable_primary_action();
	const $progress = dialog.fields_dict.progress.$wrapper;
	const tell = () => {
		const seconds = Math.round((Date.now() - began) / 1000);
		$progress.html(
			`<p class="cq-model-progress" role="status"><span class="cq-model-dots" aria-hidden="true"></span> ${esc(
				__("The model writes, {0} s so far. You may close this and go on; you are told when it is there.", [seconds])
			)}</p>`
		);
	};
	let missed = 0;
	for (;;) {
		const said = await frappe.xcall(`${API}.result`, { call }).catch(() => null);
		if (state.call !== call) return;
		if (said && said.state !== "waiting") return ended(state, said);
		missed = said ? 0 : missed + 1;
		if (missed > MOST_MISSED || Date.now() - began > LONGEST_MS) {
			return ended(state, { error: __("No answer so far. Open this again later; an answer is kept for an hour.") });
		}
		tell();
		await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
	}
}

function ended(state, said) {
	const { dialog, asked } = state;
	const $progress = dialog.fields_dict.progress.$wrapper;
	dialog.enable_primary_action();
	if (said.error) {
		$progress.html(`<p class="cq-model-error" role="alert">${esc(said.error)}</p>`);
		offer_sending(state);
		if (state.is_left) frappe.show_alert({ message: esc(`${asked.title}: ${said.error}`), indicator: "red" }, 15);
		return;
	}
	$progress.html(
		`<p class="text-muted" role="status">${esc(__("Proposed by {0}. It may be wrong: read and correct it. Nothing is kept until you take it over.", [said.model]))}</p>`
	);
	dialog.set_df_property("text", "hidden", 0);
	dialog.set_value("text", said.text);
	dialog.fields_dict.sent.$wrapper.find("pre.cq-model-sent").addClass("is-over");
	dialog.set_primary_action(asked.take, async () => {
		const text = (dialog.get_value("text") || "").trim();
		if (!text) return dialog.fields_dict.text.set_focus();
		dialog.disable_primary_action();
		try {
			await asked.taken(text, state.call);
			dialog.hide();
		} catch {
			dialog.enable_primary_action(); // the framework has said why
		}
	});
	dialog.set_secondary_action_label(__("Ask Again"));
	dialog.set_secondary_action(async () => {
		const sent = await send(state);
		if (!sent) return;
		dialog.set_df_property("text", "hidden", 1);
		dialog.get_secondary_btn().addClass("hide");
		follow(state, sent.call);
	});
	dialog.get_secondary_btn().removeClass("hide");
	if (!state.is_left) return;
	const $alert = frappe.show_alert(
		{ message: `${esc(__("{0} is there.", [asked.title]))} <a href="#">${esc(__("Show"))}</a>`, indicator: "green" },
		30
	);
	$alert.find("a").on("click", (event) => {
		event.preventDefault();
		state.is_left = false;
		dialog.show();
	});
}

const preview = ({ complaint, purpose, kind }, wish) => post("preview", { complaint, purpose, kind: kind || "", wish });

/** What was refused the framework has shown already. */
const post = (method, args) =>
	Promise.resolve(frappe.call({ method: `${API}.${method}`, args, type: "POST" })).then(
		({ message }) => message,
		() => null
	);
