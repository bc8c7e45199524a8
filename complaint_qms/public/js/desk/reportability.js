// Questions of a reportability assessment, one after another, and how the rules behind them stand.
import { labelled } from "../language";
import { empty, esc } from "../markup";
import { moment_text } from "../words";

const api = (method, args) =>
	frappe.call({ method: `complaint_qms.api.reportability.${method}`, type: "POST", freeze: true, args }).then((r) => r.message);

/** In the form of an assessment: what was answered, the next question with its answers as buttons, and the outcome. */
export function draw_questions(frm) {
	const { $wrapper } = frm.fields_dict.questions_html;
	const told = (frm.doc.__onload || {}).questions;
	if (!told) return $wrapper.empty();
	const answered = told.answered.map((row, index) => answered_html(row, index, told.may_answer)).join("");
	const law = `<div class="cq-chip-why">${esc([told.rule_set, told.regulation].filter(Boolean).join(" · "))}</div>`;
	$wrapper.html(
		`<div class="cq-questions">${law}<ol class="cq-answered">${answered}</ol>${next_html(told)}${outcome_html(told.outcome)}</div>`
	);
	if (!told.may_answer) return;
	$wrapper.find("[data-answer]").on("click", (event) => {
		const remark = $wrapper.find(".cq-question-remark").val() || "";
		send(frm, told.next.key, event.currentTarget.dataset.answer, remark);
	});
	$wrapper.find("[data-again]").on("click", (event) => ask_again(frm, told.answered[cint(event.currentTarget.dataset.again)]));
}

/** In the form of a rule set: what has to be mended before its release, and what may be done with it. */
export function draw_rule_set(frm) {
	const { faults = [], may_release, read_through = [] } = frm.doc.__onload || {};
	const lines = frm.is_new() || frm.doc.status !== "draft" ? [] : faults;
	const listed = `<ul>${lines.map((line) => `<li>${esc(line)}</li>`).join("")}</ul>`;
	frm.fields_dict.standing_html.$wrapper.html(
		(lines.length ? `<div class="cq-empty"><p>${esc(__("Before it is released:"))}</p>${listed}</div>` : "") +
			(frm.is_new() ? "" : read_through_html(read_through))
	);
	if (frm.is_new()) return;
	const note = { draft: __("A draft: no assessment is asked by it."), in_force: __("In force. What changes is made as a new version.") }[
		frm.doc.status
	];
	const preset = frm.doc.is_preset
		? __("It came with the app and counts once Regulatory Affairs has compared it with the law and released it.")
		: "";
	frm.set_intro(
		esc([note, preset && frm.doc.status === "draft" ? preset : ""].filter(Boolean).join(" ")),
		frm.doc.status === "draft" ? "yellow" : "blue"
	);
	if (frm.doc.status !== "draft") frm.disable_form();
	if (!may_release || frm.is_dirty()) return;
	if (frm.doc.status === "draft" && !lines.length)
		frm.add_custom_button(__("Release", null, "Reporting Rule Set"), () => release(frm)).addClass("btn-primary");
	if (frm.doc.status !== "draft") {
		frm.add_custom_button(__("New Version"), () =>
			api("make_version", { name: frm.doc.name }).then((name) => frappe.set_route("Form", frm.doctype, name))
		);
	}
	if (frm.doc.status === "in_force") frm.add_custom_button(__("Withdraw"), () => withdraw(frm));
}

function read_through_html(questions) {
	if (!questions.length) return "";
	const answer = ([said, follows]) => `<div class="cq-chip-why">${esc(labelled(said, follows))}</div>`;
	const items = questions.map((one) => `<li><b>${esc(one.question)}</b>${one.answers.map(answer).join("")}</li>`).join("");
	return `<details class="cq-questions"><summary>${esc(__("Read the questions in order"))}</summary><ol class="cq-answered">${items}</ol></details>`;
}

function answered_html(row, index, may_answer) {
	const who = [row.by, moment_text(row.at)].filter(Boolean).join(", ");
	const again = may_answer
		? `<button type="button" class="btn btn-xs btn-default" data-again="${cint(index)}">${esc(__("Answer Again"))}</button>`
		: "";
	return `<li><div>${esc(row.question)}</div><div><b>${esc(row.answer_label)}</b>${row.remark ? ` · ${esc(row.remark)}` : ""}</div>
		<div class="cq-chip-why">${esc(who)} ${again}</div></li>`;
}

function next_html(told) {
	if (!told.next) return "";
	const help = told.next.help ? `<p class="text-muted">${esc(told.next.help)}</p>` : "";
	if (!told.may_answer) {
		const whose = __("Regulatory Affairs answers next: {0}", [told.next.question]);
		return told.outcome ? "" : empty(whose);
	}
	const buttons = told.next.answers.map(
		([key, name]) => `<button type="button" class="btn btn-default btn-sm" data-answer="${esc(key)}">${esc(name)}</button>`
	);
	const remark = __("Remark: on what the answer rests");
	return `<div class="cq-question"><p><b>${esc(told.next.question)}</b></p>${help}
		<textarea class="form-control cq-question-remark" rows="2" aria-label="${esc(remark)}" placeholder="${esc(remark)}"></textarea>
		<div class="cq-question-answers">${buttons.join("")}</div></div>`;
}

function outcome_html(outcome) {
	if (!outcome) return "";
	const due = outcome.deadline ? `<div><b>${esc(labelled(__("Deadline"), outcome.deadline))}</b></div>` : "";
	return `<div class="cq-outcome is-${esc(outcome.kind)}"><b>${esc(outcome.kind_label)}</b><div>${esc(outcome.statement)}</div>
		<div class="cq-chip-why">${esc(outcome.clause)}</div>${due}</div>`;
}

async function send(frm, question, answer, remark) {
	if (frm.is_dirty()) {
		await frm.save();
		if (frm.is_dirty()) return false;
	}
	await api("answer", { name: frm.doc.name, question, answer, remark });
	await frm.reload_doc();
	frm.fields_dict.questions_html.$wrapper.find("textarea, [data-answer]").first().trigger("focus");
	return true;
}

function ask_again(frm, row) {
	const dialog = new frappe.ui.Dialog({
		title: __("Answer Again"),
		fields: [
			{ fieldtype: "HTML", options: `<p><b>${esc(row.question)}</b></p><p class="text-muted">${esc(row.help)}</p>` },
			{
				fieldname: "answer",
				fieldtype: "Select",
				label: __("Answer"),
				options: row.answers.map(([value, name]) => ({ value, label: name })),
				default: row.answer,
				reqd: 1,
			},
			{
				fieldname: "remark",
				fieldtype: "Small Text",
				label: __("Remark"),
				default: row.remark,
				description: __("Another answer leaves out what is not asked any more; the trail keeps what was said."),
			},
		],
		primary_action_label: __("Answer"),
		primary_action({ answer, remark }) {
			send(frm, row.key, answer, remark || "").then((sent) => sent && dialog.hide());
		},
	});
	dialog.show();
}

function release(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Release", null, "Reporting Rule Set"),
		fields: [
			{
				fieldname: "note",
				fieldtype: "Small Text",
				label: __("Compared With"),
				reqd: 1,
				description: __("With which text of the law, and of which day. The version that is in force now is replaced."),
			},
		],
		primary_action_label: __("Release", null, "Reporting Rule Set"),
		primary_action({ note }) {
			api("release", { name: frm.doc.name, note }).then(() => {
				dialog.hide();
				frm.reload_doc();
			});
		},
	});
	dialog.show();
}

function withdraw(frm) {
	const asked = __("Withdraw {0}? It is chosen no more; assessments that were begun go on under it.", [esc(frm.doc.name).bold()]);
	frappe.confirm(asked, () => api("withdraw", { name: frm.doc.name }).then(() => frm.reload_doc()));
}
