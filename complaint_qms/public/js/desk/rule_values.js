// What a condition of a rule is compared with: a control that fits the field.
import { esc } from "../markup";

/**
 * Draw the control of a condition's value.
 * @param told {condition, shape, field: of the vocabulary, null for a count, may_write, save}
 */
export function draw_value($place, told) {
	if (told.shape === "none") return;
	if (told.shape === "days") {
		number_input($place, told, told.condition.value, (value) => (told.condition.value = value));
		$place.append(`<span>${esc(__("days"))}</span>`);
		return;
	}
	if (told.shape === "pair") return draw_pair($place, told);
	if (told.shape === "list") return draw_list($place, told);
	draw_single($place, told, told.condition.value, (value) => {
		told.condition.value = value;
		told.save();
	});
}

function draw_pair($place, told) {
	const { condition } = told;
	const pair = Array.isArray(condition.value) ? condition.value : ["", ""];
	condition.value = pair;
	number_input($place, told, pair[0], (value) => (pair[0] = value));
	$place.append(`<span>${esc(__("and"))}</span>`);
	number_input($place, told, pair[1], (value) => (pair[1] = value));
}

/** Several values: each a chip that can be taken away, and a control that adds one more. */
function draw_list($place, told) {
	const { condition } = told;
	if (!Array.isArray(condition.value)) condition.value = [];
	const redraw = () => {
		$place.empty();
		draw_list($place, told);
	};
	condition.value.forEach((value, index) => {
		const $chip = $(`<span class="cq-rule-chip">${esc(shown(told.field, value))} </span>`);
		if (told.may_write) {
			$(`<button type="button" class="btn btn-link btn-xs" aria-label="${esc(__("Remove"))}">✕</button>`)
				.on("click", () => {
					condition.value.splice(index, 1);
					redraw();
					told.save();
				})
				.appendTo($chip);
		}
		$place.append($chip);
	});
	if (!told.may_write) return;
	draw_single($place, told, "", (value) => {
		if (value === "" || value === null || condition.value.includes(value)) return;
		condition.value.push(value);
		redraw();
		told.save();
	});
}

function draw_single($place, told, value, keep) {
	const { field } = told;
	if (!field || field.kind === "number") {
		number_input($place, told, value, (entered) => (told.condition.value = entered));
	} else if (field.kind === "choice") {
		select_input($place, told, field.choices, value, keep);
	} else if (field.kind === "check") {
		const choices = [
			{ key: "1", label: __("Yes") },
			{ key: "0", label: __("No") },
		];
		select_input($place, told, choices, value === undefined ? "" : String(value), (key) => keep(key === "" ? "" : Number(key)));
	} else if (field.kind === "link" || field.kind === "date") {
		framework_input($place, told, value, keep);
	} else {
		const $input = $('<input type="text" class="form-control input-xs">').val(value || "");
		$input.attr("aria-label", __("Value")).prop("disabled", !told.may_write).appendTo($place);
		$input.on("input", () => keep($input.val()));
	}
}

function number_input($place, told, value, keep) {
	const $input = $('<input type="number" step="any" class="form-control input-xs cq-rule-number">').val(value);
	$input.attr("aria-label", __("Value")).prop("disabled", !told.may_write).appendTo($place);
	$input.on("input", () => {
		const text = $input.val();
		keep(text === "" ? "" : Number(text));
		told.save();
	});
}

function select_input($place, told, choices, value, keep) {
	const options = choices.map(({ key, label }) => `<option value="${esc(key)}">${esc(label)}</option>`);
	const $select = $(`<select class="form-control input-xs"><option value="">${esc(__("Choose …"))}</option>${options.join("")}</select>`);
	$select
		.attr("aria-label", __("Value"))
		.val(value || "")
		.prop("disabled", !told.may_write)
		.appendTo($place);
	$select.on("change", () => keep($select.val()));
}

/** The framework's own control: it searches records, and knows the dates of the user. */
function framework_input($place, told, value, keep) {
	const link = told.field.kind === "link";
	if (!told.may_write) {
		$place.append(`<span>${esc(shown(told.field, value))}</span>`);
		return;
	}
	let last = value || "";
	const control = frappe.ui.form.make_control({
		parent: $('<span class="cq-rule-control"></span>').appendTo($place),
		df: {
			fieldname: "value",
			fieldtype: link ? "Link" : "Date",
			options: link ? told.field.options : undefined,
			placeholder: __("Value"),
			change() {
				const now = control.get_value() || "";
				if (now === last) return;
				last = now;
				keep(now);
			},
		},
		only_input: true,
		render_input: true,
	});
	control.set_value(value || "");
}

function shown(field, value) {
	if (value === undefined || value === null) return "";
	const choice = field && field.choices.find((one) => one.key === value);
	if (choice) return choice.label;
	return field && field.kind === "link" ? __(String(value)) : String(value);
}
