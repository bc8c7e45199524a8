// The demo company, loaded and taken back by a job; a dialog shows how far it is and may be left.
import { esc } from "../markup";

const EVERY = 2000;
const SELDOM = 30000; // while the server does not answer
const ask = (what) => frappe.xcall(`complaint_qms.api.demo.${what}`);
// Asked again and again: a request that fails opens no message of its own.
const ask_quietly = () =>
	new Promise((resolve, reject) => {
		frappe.call({
			method: "complaint_qms.api.demo.progress",
			type: "GET",
			silent: true,
			callback: ({ message }) => resolve(message),
			error: reject,
		});
	});

/** Ask whether to load or to remove the demo, whichever can be done, and show how it goes. */
export function offer_demo(done) {
	return ask("progress").then((now) => {
		if (now.under_way) return watch(now, done);
		if (now.state) return confirm_task("remove", __("Remove Demo Data"), removal_text(now), done);
		return confirm_task("load", __("Load Demo Data"), load_text(), done);
	});
}

const load_text = () =>
	__(
		"A made-up company trades on this site for a year: customers, items, purchases, deliveries, invoices, users and 160 complaints. It books in your company, so it is refused where there are complaints, entries or submitted documents of your own. It takes some minutes, and all of it can be removed again."
	);

const removal_text = (now) =>
	now.state === "finished"
		? __("Everything that the demo made is deleted, and nothing else. What you added to it in the meantime must go first.")
		: __("An earlier demo was interrupted. What it made so far is deleted.");

function confirm_task(task, label, text, done) {
	const dialog = frappe.warn(label, esc(text), () => ask(task).then((now) => watch(now, done)), label);
	return dialog;
}

/** Show what the job says until it is done. A request that fails says nothing about the job, so it is asked again. */
function watch(now, done) {
	const dialog = new frappe.ui.Dialog({ title: __("Demo Data"), fields: [{ fieldname: "told", fieldtype: "HTML" }] });
	let wait = EVERY;
	const draw = (state) => dialog.get_field("told").$wrapper.html(told_html(state));
	const poll = () => dialog.display && ask_quietly().then(show, unanswered);
	const show = (state) => {
		wait = EVERY;
		draw(state);
		if (state.under_way) return void setTimeout(poll, EVERY);
		return done && done(state);
	};
	const unanswered = () => {
		draw({ text: __("The server does not answer. It is asked again …"), under_way: true });
		setTimeout(poll, wait);
		wait = Math.min(2 * wait, SELDOM);
	};
	dialog.show();
	show(now);
}

function told_html({ text, error, under_way, users, password }) {
	const mark = error ? "red" : under_way ? "orange" : "green";
	const logins = password
		? `<p>${esc(__("Password of all demo users: {0}", [password]))}</p><ul>${users.map((user) => `<li>${esc(user)}</li>`).join("")}</ul>`
		: "";
	const left = under_way ? `<p class="text-muted">${esc(__("You may close this; it goes on."))}</p>` : "";
	return `<p role="status"><span class="indicator ${mark}">${esc(text || __("Working …"))}</span></p>${left}${logins}`;
}
