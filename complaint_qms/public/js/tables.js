// Tables of the app's forms are filled without looking: the first click into a cell types there, Enter goes on to the next row,
// and a row that was added and left untouched holds nothing up.
//
// The framework puts the cursor into single-line cells alone, and lets Enter pass. Both are heard here before its own
// handlers, on the form's element; its grid is used, none of its functions is replaced.

const TYPED = ["Data", "Small Text", "Text", "Long Text", "Int", "Float", "Currency", "Percent"];
const TAKES_TEXT = "textarea, select, input:not([type=checkbox])";
// The grid puts the cursor into the row it adds after a tenth of a second.
const AFTER_GRID = 120;
let clicks = 0;

/** For each form of the app, once. */
export function mind_tables(frm) {
	if (frm.cq_minds_tables) return;
	frm.cq_minds_tables = true;
	const place = frm.$wrapper[0];
	place.addEventListener("click", click, true);
	place.addEventListener("keydown", keydown, true);
	frappe.ui.form.on(frm.doctype, "validate", drop_untouched);
}

/** Rows that somebody added and nobody wrote in: defaults alone, and something mandatory is missing. */
export function drop_untouched(frm) {
	for (const { fieldname, options } of frm.meta.fields.filter((field) => field.fieldtype === "Table")) {
		const wanted = frappe.meta.get_docfields(options).filter((field) => field.reqd);
		const untouched = (frm.doc[fieldname] || []).filter((row) => row.__unedited && wanted.some((field) => !row[field.fieldname]));
		for (const row of untouched) frappe.model.clear_doc(row.doctype, row.name);
		if (untouched.length) frm.refresh_field(fieldname);
	}
}

const cell_of = (event) => event.target.closest && event.target.closest(".grid-body .data-row .grid-static-col");
const row_of = (element) => $(element).closest(".grid-row").data("grid_row");
const input_in = (cell) => [...cell.querySelectorAll(TAKES_TEXT)].find((input) => input.offsetParent && !input.disabled);

function click(event) {
	const cell = cell_of(event);
	const now = ++clicks;
	if (cell) {
		setTimeout(() => {
			const input = !cell.contains(document.activeElement) && input_in(cell);
			if (input) input.focus();
		});
	} else if (event.target.closest && event.target.closest(".grid-add-row")) {
		const rows = event.target.closest(".grid-field").querySelector(".rows");
		// Not where somebody has clicked elsewhere meanwhile: the cursor would leave what is being written.
		setTimeout(() => now === clicks && begin(row_of(rows.lastElementChild)), AFTER_GRID);
	}
}

function keydown(event) {
	if (!["Enter", "Escape"].includes(event.key) || event.isComposing || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey)
		return;
	const cell = cell_of(event);
	const row = cell && row_of(cell);
	if (!row || !row.grid || !TYPED.includes(cell.dataset.fieldtype)) return;
	if (event.key === "Escape") return keep(row, cell.dataset.fieldname);
	event.preventDefault();
	event.stopPropagation();
	go_on(row, cell.dataset.fieldname);
}

// At Escape Frappe 16 takes a row away that was added and not touched; what is being typed counts only once its cell is left.
function keep(row, fieldname) {
	const control = row.on_grid_fields_dict[fieldname];
	const typed = control && control.get_input_value();
	if (row.doc.__unedited && typed && String(typed) !== String(row.doc[fieldname])) row.doc.__unedited = false;
}

/** What is missing in the row, else the cell below, else a new row. A line within a text is broken with Shift and Enter. */
async function go_on(row, fieldname) {
	const { grid } = row;
	const control = row.on_grid_fields_dict[fieldname];
	await control.parse_validate_and_set_in_model(control.get_input_value());
	const cells = typed_cells(row);
	const missing = after(cells, fieldname).find(({ df }) => df.reqd && !row.doc[df.fieldname]);
	if (missing) return missing.input.focus();
	const next = grid.grid_rows.indexOf(row) + 1;
	if (next < grid.data.length && !grid.grid_rows[next]) grid.grid_pagination.go_to_page(grid.grid_pagination.page_index + 1);
	const below = grid.grid_rows[next];
	if (below) return enter(below, fieldname);
	// One empty row is enough to go on with.
	if (!cells.some(({ df }) => row.doc[df.fieldname] && !row.doc.__unedited)) return;
	if (!grid.add_new_row(null, null, false, null, true)) return control.$input.blur();
	// What the form's script fills into a new row is there a moment later.
	setTimeout(() => begin(grid.grid_rows[grid.grid_rows.length - 1]));
}

function enter(row, fieldname) {
	row.toggle_editable_row(true);
	const cell = row.wrapper[0].querySelector(`.data-row [data-fieldname="${fieldname}"].grid-static-col`);
	const input = cell && input_in(cell);
	if (input) input.focus();
}

/** Put the cursor into the first cell that is still to be filled; a choice is always one, for its default is a guess. */
function begin(row) {
	if (!row || !row.doc) return;
	row.toggle_editable_row(true);
	const open = cells_of(row).filter(({ df, input }) => input.matches("select") || !row.doc[df.fieldname]);
	if (open.length) open[0].input.focus();
}

const after = (cells, fieldname) => cells.slice(cells.findIndex(({ df }) => df.fieldname === fieldname) + 1);
const typed_cells = (row) => cells_of(row).filter(({ df }) => TYPED.includes(df.fieldtype));

function cells_of(row) {
	return row.columns_list
		.map((column) => ({ df: column.df, input: input_in(column[0]) }))
		.filter(({ df, input }) => input && !df.read_only);
}
