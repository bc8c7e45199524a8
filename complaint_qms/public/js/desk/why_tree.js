// 5 Whys: each row one step deeper; the last answer is the root cause.
import { empty, esc } from "../markup";

const level_of = (row, at) => Math.min(7, Math.max(1, cint(row.level) || at + 1));

export function draw_why_tree($parent, rows, problem) {
	const told = (rows || []).filter((row) => row.answer || row.question);
	if (!told.length) {
		$parent.html(
			empty(
				__(
					"Start with what was seen, then ask why of every answer. Five times is a habit, not a rule: stop where a change would have prevented it."
				)
			)
		);
		return;
	}
	const deepest = Math.max(...told.map(level_of));
	const head = problem ? `<li class="cq-why is-problem" style="--level:0"><p class="cq-why-answer">${esc(problem)}</p></li>` : "";
	$parent.html(
		`<ol class="cq-whys">${head}${told
			.map((row, at) => {
				const level = level_of(row, at);
				const last = level === deepest;
				return `<li class="cq-why ${last ? "is-root" : ""}" style="--level:${level}">
					<p class="cq-why-question">${esc(row.question || __("Why?"))}</p>
					<p class="cq-why-answer">${esc(row.answer || __("Not answered yet"))}${
						last ? `<span class="cq-why-flag">${esc(__("root cause"))}</span>` : ""
					}</p>
					${row.evidence ? `<p class="cq-why-evidence">${esc(__("Evidence: {0}", [row.evidence]))}</p>` : ""}</li>`;
			})
			.join("")}</ol>`
	);
}
