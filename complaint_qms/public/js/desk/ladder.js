// Steps of the escalation ladder in words: when one is taken, what it does, and what one has done.
import { label } from "../labels";
import { comma_list } from "../language";
import { working_time } from "../words";

const ABOVE = ["superior", "manager", "director"];

/** “Investigation: at 150 % of its time”. `step`: {clock, stage, moment, amount}; percent, or seconds of working time. */
export function step_text(step) {
	const clock = step.clock === "stage" ? (step.stage ? label(step.stage) : __("each stage")) : label(step.clock);
	return __("{0}: {1}", [clock, point_text(step.moment, step.amount)]);
}

/** When a step is taken: “at 150 %”, “2 h before it is due”. */
export function point_text(moment, amount) {
	if (moment === "percent") return __("at {0} %", [plain(amount)]);
	const time = working_time(amount);
	if (moment === "before_due") return __("{0} before it is due", [time]);
	if (moment === "after_due") return __("{0} over its time", [time]);
	return __("{0} after its start", [time]);
}

/** The same as a share of a limit, 1 being the due time. */
export function reached_share(moment, amount, limit) {
	if (moment === "percent") return amount / 100;
	if (moment === "after_start") return amount / limit;
	return moment === "before_due" ? Math.max(0, 1 - amount / limit) : 1 + amount / limit;
}

/** What a step does: “remind the superior”. */
export function effect_text(step) {
	if (step.action === "raise_urgency") return __("the urgency rises by one degree");
	if (step.action === "call_rule") return __("the rule {0} is called", [step.rule || "…"]);
	const who = whom(step);
	if (step.action === "watch") return __("{0} is told and follows the complaint", [who]);
	if (step.action === "reassign" && step.recipient === "by_role" && step.role)
		return __("whoever has the fewest open complaints with the role {0} becomes the handler", [__(step.role)]);
	if (step.action === "reassign") return __("{0} becomes the handler", [who]);
	return __("{0} is told", [who]);
}

/** What a step has done, as a row of the complaint's log keeps it. */
export function taken_text(row) {
	const people = comma_list(
		(row.told || "")
			.split("\n")
			.filter(Boolean)
			.map((user) => frappe.user.full_name(user))
	);
	if (row.action === "raise_urgency") {
		const [before, after] = [label(row.old_value), label(row.new_value)];
		return before === after ? __("The urgency stays {0}", [after]) : __("Urgency {0} instead of {1}", [after, before]);
	}
	if (row.action === "call_rule") {
		return row.new_value
			? __("The rule {0} was called", [row.new_value])
			: __("The rule {0} is not in use and was not called", [row.old_value]);
	}
	if (row.action === "reassign") return people ? __("Handed over to {0}", [people]) : __("Stays with its handler");
	if (!people) return __("Nobody to tell was found");
	return row.action === "watch" ? __("{0} was told and follows the complaint", [people]) : __("{0} was told", [people]);
}

function whom(step) {
	if (step.recipient === "by_role") return step.role ? __("everybody with the role {0}", [__(step.role)]) : label("by_role");
	if (step.recipient === "by_user") return step.user ? frappe.user.full_name(step.user) : label("by_user");
	if (!ABOVE.includes(step.recipient)) return __("the handler");
	return { superior: __("the superior"), manager: __("the manager"), director: __("the director") }[step.recipient];
}

const plain = (number) => String(Number(number || 0));
