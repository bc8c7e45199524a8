// The whole file of a complaint: had made by a job, followed while it is, fetched as PDF or as an archive that can be checked offline.
import { esc } from "../markup";

const API = "complaint_qms.api.case_file";
const PROGRESS = "complaint_case_file";
const EVERY = 3000; // where no news comes by themselves
const PENDING = ["queued", "running"];

/** The button on a complaint, for those who may have its file made. */
export function offer_case_file(frm) {
	if (!frappe.boot.complaint_qms_makes_files) return;
	frm.add_custom_button(__("Whole File"), () => open_dialog(frm.doc.name));
}

async function open_dialog(complaint) {
	const made = await frappe.xcall(`${API}.standing`, { complaint }, "GET");
	const dialog = new frappe.ui.Dialog({
		title: __("Whole File of {0}", [complaint]),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p class="text-muted">${esc(
					__(
						"All that belongs to this complaint and you may read: as PDF, and as an archive with all files, records as data, the audit trail and a script that checks it without this site. That it was made is kept in the audit trail."
					)
				)}</p>`,
			},
			{
				fieldname: "language",
				fieldtype: "Select",
				label: __("Language"),
				options: [
					{ value: "en", label: "English" },
					{ value: "zh", label: "简体中文" },
				],
				default: (frappe.boot.lang || "en").startsWith("zh") ? "zh" : "en",
			},
			{ fieldname: "made", fieldtype: "HTML" },
		],
		primary_action_label: __("Make It"),
		primary_action({ language }) {
			dialog.disable_primary_action();
			frappe.xcall(`${API}.make`, { complaint, language }, "POST").then(
				(one) => show([one, ...shown.filter(({ key }) => key !== one.key)]),
				() => dialog.enable_primary_action()
			);
		},
	});
	let shown = [];
	let timer = null;
	const show = (list) => {
		shown = list;
		const busy = list.some(({ status }) => PENDING.includes(status));
		if (busy) dialog.disable_primary_action();
		else dialog.enable_primary_action();
		dialog.get_field("made").$wrapper.html(list.map(one_html).join(""));
		clearTimeout(timer);
		if (busy && dialog.display) timer = setTimeout(ask, EVERY);
	};
	// Asked again and again: a request that fails opens no message of its own.
	const ask = () =>
		dialog.display &&
		frappe.call({
			method: `${API}.standing`,
			args: { complaint },
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
	dialog.show();
	show(made);
	return dialog;
}

function one_html(one) {
	const language = one.language === "zh" ? "简体中文" : "English";
	return `<div class="cq-case-file" role="status">
		<div class="cq-case-file-head"><b>${esc(one.asked_at)}</b> <span class="text-muted">${esc(language)}</span></div>
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

function ready_html(one) {
	const address = (part) => `/api/method/${API}.download?${new URLSearchParams({ key: one.key, part })}`;
	const link = (part, label) =>
		`<a class="btn btn-default btn-xs" href="${esc(address(part))}" target="_blank" rel="noopener">${esc(label)}</a>`;
	const size = `${(one.bytes / 1e6).toLocaleString(frappe.boot.lang, { maximumFractionDigits: 1 })} MB`;
	return `<p>${esc(__("{0} pages, {1} records, {2} files.", [one.pages, one.records, one.files]))} <span class="text-muted">${esc(
		__("Kept until {0}.", [one.kept_until])
	)}</span></p>
		<p>${link("pdf", __("Download PDF"))} ${link("zip", `${__("Download Archive")} (${size})`)}</p>
		<p class="text-muted">${esc(__("SHA-256 of the archive"))}<br><code>${esc(one.sha256)}</code></p>`;
}
