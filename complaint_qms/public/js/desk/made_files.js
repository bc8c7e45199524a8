// What a job makes and whoever asked for it fetches, followed while it is made: whole files and inspector's indexes.
import { esc } from "../markup";

const PROGRESS = "complaint_case_file";
const EVERY = 3000; // where no news comes by themselves
const PENDING = ["queued", "running"];
export const LANGUAGES = [
	{ value: "en", label: "English" },
	{ value: "zh", label: "简体中文" },
];
export const own_language = () => ((frappe.boot.lang || "en").startsWith("zh") ? "zh" : "en");

/**
 * Show what was asked for in the field `made` of a dialog, and go on showing how far it is.
 *
 * @param {Object} about complaint: the one that news have to be of, "" for indexes; standing: [method, arguments]; ready_html: of one that is made
 * @returns {Function} shows a list, or puts one that was just asked for before the others
 */
export function follow_made(dialog, { complaint, standing: [method, args], ready_html }) {
	let shown = [];
	let timer = null;
	const show = (list) => {
		shown = list;
		const busy = list.some(({ status }) => PENDING.includes(status));
		if (busy) dialog.disable_primary_action();
		else dialog.enable_primary_action();
		dialog.get_field("made").$wrapper.html(list.map((one) => one_html(one, ready_html)).join(""));
		clearTimeout(timer);
		if (busy && dialog.display) timer = setTimeout(ask, EVERY);
	};
	// Asked again and again: a request that fails opens no message of its own.
	const ask = () =>
		dialog.display &&
		frappe.call({
			method,
			args,
			type: "GET",
			silent: true,
			callback: ({ message }) => message && show(message),
			error: () => (timer = setTimeout(ask, 4 * EVERY)),
		});
	const heard = (news) => {
		if (news.complaint !== complaint) return;
		if (!PENDING.includes(news.status)) return void ask();
		show(shown.map((one) => (one.key === news.key ? { ...one, status: news.status, percent: news.percent } : one)));
	};
	frappe.realtime.on(PROGRESS, heard);
	dialog.onhide = () => {
		clearTimeout(timer);
		frappe.realtime.off(PROGRESS, heard);
	};
	return (made) => show(Array.isArray(made) ? made : [made, ...shown.filter(({ key }) => key !== made.key)]);
}

/** Links to what was made, with until when it is kept and the SHA-256. */
export function fetched_html(method, one, said) {
	const link = (part, label) =>
		`<a class="btn btn-default btn-xs" href="${esc(
			`/api/method/${method}?${new URLSearchParams({ key: one.key, part })}`
		)}" target="_blank" rel="noopener">${esc(label)}</a>`;
	const size = `${((one.bytes || 0) / 1e6).toLocaleString(frappe.boot.lang, { maximumFractionDigits: 1 })} MB`;
	return `<p>${esc(said)} <span class="text-muted">${esc(__("Kept until {0}.", [one.kept_until]))}</span></p>
		<p>${link("pdf", __("Download PDF"))} ${one.sha256 ? link("zip", `${__("Download Archive")} (${size})`) : ""}</p>
		<p class="text-muted">${esc(one.sha256 ? __("SHA-256 of the archive") : __("SHA-256 of the document"))}<br><code>${esc(
			one.sha256 || one.sha256_of_pdf
		)}</code></p>`;
}

function one_html(one, ready_html) {
	const { label } = LANGUAGES.find(({ value }) => value === one.language) || LANGUAGES[0];
	return `<div class="cq-case-file" role="status">
		<div class="cq-case-file-head"><b>${esc(one.asked_at)}</b> <span class="text-muted">${esc(label)}${one.about ? ` · ${esc(one.about)}` : ""}</span></div>
		${PENDING.includes(one.status) ? progress_html(one) : one.status === "failed" ? failure_html(one) : ready_html(one)}
	</div>`;
}

function progress_html({ status, percent }) {
	const said = status === "queued" ? __("Waiting for a worker …") : __("Being made: {0} %", [percent]);
	return `<div class="progress" role="progressbar" aria-valuenow="${Number(percent)}" aria-valuemin="0" aria-valuemax="100" aria-label="${esc(
		said
	)}"><div class="progress-bar" style="width: ${Number(percent)}%"></div></div>
		<p class="text-muted">${esc(said)} ${esc(__("You may close this; it goes on. You are told when it is ready."))}</p>`;
}

const failure_html = ({ error }) => `<p><span class="indicator red">${esc(error || "")}</span></p>`;
