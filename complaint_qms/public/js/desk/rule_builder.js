// Builds the conditions of a rule by clicking: conditions in groups, groups in groups.
import { esc, empty } from "../markup";
import { HISTORY, read_tree, written } from "./rule_tree";
import { draw_value } from "./rule_values";

const GROUPS = () => [
	["all", __("All of these hold")],
	["any", __("At least one of these holds")],
	["none", __("None of these holds")],
];
const DEEPEST = 5;

let vocabulary = null;
/** What conditions can be about on this site, fetched once. */
export const rule_vocabulary = () => (vocabulary = vocabulary || frappe.xcall("complaint_qms.api.rules.vocabulary"));

/**
 * Draw the conditions of a rule's form.
 * @param changed called when they have been changed, with what is stored
 */
export async function draw_rule_conditions(frm, $place, changed) {
	const words = await rule_vocabulary();
	const builder = {
		words,
		may_write: Boolean(frm.perm[0].write),
		tree: read_tree(frm.doc.conditions),
		save: () => changed(JSON.stringify(written(builder.tree))),
		draw() {
			$place.empty().append(group_element(builder, builder.tree, [], null));
			if (!builder.tree.parts.length) $place.append(empty(__("Without a condition the rule holds for every complaint.")));
		},
	};
	builder.draw();
}

function group_element(builder, group, path, parent) {
	const $group = $(`<div class="cq-rule-group" role="group" aria-label="${esc(number_of(path) || __("Conditions"))}"></div>`);
	const $head = $('<div class="cq-rule-head"></div>').appendTo($group);
	if (path.length) $head.append(number_element(path));
	const $kind = select_element(GROUPS(), group.group, __("How the conditions go together")).appendTo($head);
	$kind.prop("disabled", !builder.may_write).on("change", () => {
		group.group = $kind.val();
		builder.save();
	});
	if (parent && builder.may_write) $head.append(remove_button(builder, parent, group, __("Remove the group")));
	group.parts.forEach((part, index) => {
		const place = [...path, index + 1];
		$group.append(part.group ? group_element(builder, part, place, group) : condition_element(builder, part, place, group));
	});
	if (builder.may_write) $group.append(add_buttons(builder, group, path));
	return $group;
}

function add_buttons(builder, group, path) {
	const $buttons = $('<div class="cq-rule-add"></div>');
	const add = (label, part) =>
		$(`<button type="button" class="btn btn-xs btn-default">${esc(label)}</button>`)
			.on("click", () => {
				group.parts.push(part());
				builder.draw();
				builder.save();
			})
			.appendTo($buttons);
	add(__("Add a Condition"), () => ({ key: "" }));
	if (path.length < DEEPEST) add(__("Add a Group"), () => ({ group: "any", parts: [{ key: "" }] }));
	return $buttons;
}

function condition_element(builder, condition, path, parent) {
	const $row = $('<div class="cq-rule-row"></div>').append(number_element(path));
	const redraw = () => {
		$row.replaceWith(condition_element(builder, condition, path, parent));
		builder.save();
	};
	$row.append(subject_select(builder, condition, redraw));
	if (condition.key === HISTORY) draw_history(builder, $row, condition);
	const kind = kind_of(builder, condition);
	if (kind) {
		const operators = builder.words.operators[kind];
		if (!operators.some((one) => one.key === condition.op)) condition.op = operators[0].key;
		const $operator = select_element(
			operators.map((one) => [one.key, one.label]),
			condition.op,
			__("Comparison")
		).appendTo($row);
		$operator.prop("disabled", !builder.may_write).on("change", () => {
			condition.op = $operator.val();
			if (shape_of(builder, condition) !== shape) delete condition.value;
			redraw();
		});
		const shape = shape_of(builder, condition);
		draw_value($('<span class="cq-rule-value"></span>').appendTo($row), {
			condition,
			shape,
			field: field_of(builder, condition),
			may_write: builder.may_write,
			save: builder.save,
		});
	}
	if (builder.may_write) $row.append(remove_button(builder, parent, condition, __("Remove the condition")));
	return $row;
}

function subject_select(builder, condition, redraw) {
	const groups = new Map();
	for (const field of builder.words.fields) {
		if (!groups.has(field.group)) groups.set(field.group, []);
		groups.get(field.group).push(field);
	}
	const option = (key, label) => `<option value="${esc(key)}" ${key === condition.key ? "selected" : ""}>${esc(label)}</option>`;
	const options = [...groups].map(
		([group, fields]) => `<optgroup label="${esc(group)}">${fields.map((field) => option(field.key, field.label)).join("")}</optgroup>`
	);
	const history = `<optgroup label="${esc(__("History"))}">${option(HISTORY, __("Number of complaints"))}</optgroup>`;
	const $select = $(
		`<select class="form-control input-xs" aria-label="${esc(__("What it is about"))}">${option("", __("Choose …"))}${history}${options.join(
			""
		)}</select>`
	);
	return $select.prop("disabled", !builder.may_write).on("change", () => {
		condition.key = $select.val();
		delete condition.value;
		delete condition.op;
		if (condition.key === HISTORY) Object.assign(condition, { by: "customer", days: 30, op: ">", value: 3 });
		redraw();
	});
}

/** “with the same [customer] in the last [30] days [of the same type]” */
function draw_history(builder, $row, condition) {
	const $by = select_element(
		builder.words.counted_by.map((one) => [one.key, one.label]),
		condition.by,
		__("What they have in common")
	);
	const $days = $(`<input type="number" min="1" max="${esc(builder.words.longest_history)}" class="form-control input-xs cq-rule-number">`)
		.attr("aria-label", __("Days"))
		.val(condition.days);
	const $same = $(`<label class="cq-rule-check"><input type="checkbox"> ${esc(__("of the same type"))}</label>`);
	$same.find("input").prop("checked", Boolean(condition.same_type));
	$by.on("change", () => keep({ by: $by.val() }));
	$days.on("input", () => keep({ days: whole($days.val()) }));
	$same.find("input").on("change", (event) => keep({ same_type: event.target.checked }));
	$row.append(`<span>${esc(__("with the same"))}</span>`, $by, `<span>${esc(__("in the last"))}</span>`, $days);
	$row.append(`<span>${esc(__("days"))}</span>`, $same);
	$row.find("input, select").prop("disabled", !builder.may_write);

	function keep(values) {
		Object.assign(condition, values);
		builder.save();
	}
}

const field_of = (builder, condition) => builder.words.fields.find((field) => field.key === condition.key) || null;

function kind_of(builder, condition) {
	if (condition.key === HISTORY) return "count";
	const field = field_of(builder, condition);
	return field ? field.kind : "";
}

function shape_of(builder, condition) {
	const operators = builder.words.operators[kind_of(builder, condition)] || [];
	return (operators.find((one) => one.key === condition.op) || {}).shape;
}

function remove_button(builder, parent, part, title) {
	return $(
		`<button type="button" class="btn btn-xs btn-link cq-rule-remove" title="${esc(title)}" aria-label="${esc(title)}">✕</button>`
	).on("click", () => {
		parent.parts.splice(parent.parts.indexOf(part), 1);
		builder.draw();
		builder.save();
	});
}

function select_element(options, value, title) {
	const $select = $(
		`<select class="form-control input-xs" aria-label="${esc(title)}">${options
			.map(([key, label]) => `<option value="${esc(key)}">${esc(label)}</option>`)
			.join("")}</select>`
	);
	return $select.val(value);
}

const number_of = (path) => path.join(".");
const number_element = (path) => `<span class="cq-rule-place">${esc(number_of(path))}</span>`;

/** A whole number, or what was typed, which the server refuses in words. */
export function whole(text) {
	return /^\d+$/.test(String(text).trim()) ? Number(text) : text;
}
