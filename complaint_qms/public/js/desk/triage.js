// Triage Table: new complaints with their proposals side by side; accepted all at once or one by one, by keys, clicks or touch.
import { label } from "../labels";
import { comma_list } from "../language";
import { esc } from "../markup";
import { ENDED, stand_in } from "./complaint_queries";
import { take_step } from "./hand_over";
import { merge_dialog } from "./merging";
import { open_at } from "./steps";
import { accept_all_dialog, judge_dialog, open_editor, reject_dialog } from "./triage_dialogs";
import { above_html, below_html, empty_html } from "./triage_frame";
import { add_keys, in_table, keys_back, next_to, return_keys } from "./triage_keys";
import { field_label, gone_html, head_html, open_proposals, PROPOSED, row_html, twin_html } from "./triage_rows";

const API = "complaint_qms.api.triage";
const STEP = "complaint_qms.api.complaint.take_step";

/** Build the page; gives back {show}: to be called whenever it comes into sight. */
export function make_triage(page) {
	const table = new TriageTable(page);
	return { show: () => table.show() };
}

class TriageTable {
	constructor(page) {
		this.page = page;
		this.rows = new Map();
		this.answers = new Map(); // what the last change of a row was answered, and how it is undone
		this.saving = new Map(); // the last call that was sent, or waits, of a row
		this.twins = {};
		this.start = 0;
		this.$body = $('<div class="cq-triage" role="main"></div>').appendTo(page.main);
		this.ready = frappe.model.with_doctype("Complaint");
		page.set_secondary_action(__("Refresh"), () => this.refresh(true), { icon: "refresh" });
		this.listen();
		add_keys(this);
	}

	async show() {
		await this.ready;
		return this.refresh();
	}

	async refresh(anew = false) {
		if (this.$body.find(".cq-t-edit").length && !anew) return; // somebody is writing
		if (anew) this.answers.clear();
		const answer = await frappe.xcall(`${API}.page`, { start: this.start });
		Object.assign(this, { start: answer.start, total: answer.total, most: answer.most, may: answer.may, summary: null });
		const former = [...this.rows.keys()];
		this.rows = new Map(answer.rows.map((row) => [row.name, row]));
		if (!this.rows.has(this.at)) this.at = next_to(this.at, former, this.rows);
		this.draw();
		this.look_for_twins();
	}

	async refresh_after_dialog() {
		await this.refresh();
		return_keys(this);
	}

	async look_for_twins() {
		const names = [...this.rows.keys()];
		if (!names.length) return;
		this.twins = await frappe.xcall(`${API}.duplicates`, { names });
		for (const name of names) this.$row(name).find(".cq-t-twin").replaceWith(twin_html(this.twins[name]));
	}

	// Drawing ------------------------------------------------------------------------------------------------------

	draw() {
		const focused = this.$body[0].contains(document.activeElement);
		const put_back = this.set_editor_aside();
		if (!this.rows.size) {
			this.$body.html(empty_html());
			return;
		}
		const rows_html = [...this.rows.values()].map((row) => row_html(row, this.seen(row.name)));
		this.$body.html(
			`${this.head_html()}<table class="cq-t-table">${head_html()}<tbody>${rows_html.join("")}</tbody></table>${below_html(this.total, this.most, this.start, this.rows.size)}`
		);
		if (!put_back() && focused) this.focus(this.at);
	}

	seen(name) {
		return {
			current: name === this.at,
			busy: this.saving.has(name),
			answer: this.answers.get(name),
			twin: this.twins[name],
			may: this.may,
		};
	}

	head_html() {
		const open = this.acceptable().chosen.reduce((sum, { values }) => sum + Object.keys(values).length, 0);
		const shown = { rows: this.rows.size, total: this.total, start: this.start };
		return above_html(shown, this.summary, this.may.write ? open : 0, this.may);
	}

	$row(name) {
		return this.$body.find(".cq-t-row").filter((_, element) => element.dataset.name === name);
	}

	draw_row(name) {
		const row = this.rows.get(name);
		const $row = this.$row(name);
		if (!$row.length) return;
		const focused = $row[0].contains(document.activeElement) || document.activeElement === document.body;
		const put_back = this.set_editor_aside();
		$row.nextUntil(".cq-t-row, .cq-t-gone").remove();
		$row.replaceWith(row ? row_html(row, this.seen(name)) : gone_html(name, this.answers.get(name)));
		if (!put_back() && focused && (name === this.at || !row)) this.focus(this.at);
	}

	/** Take what somebody is writing out of the table while it is drawn; the function puts it back, and says whether they go on in it. */
	set_editor_aside() {
		const $editor = this.$body.find(".cq-t-edit");
		const active = $editor.length && $editor[0].contains(document.activeElement) ? document.activeElement : null;
		$editor.detach();
		return () => {
			if (!$editor.length || !this.place_editor($editor)) return false;
			if (active) active.focus();
			return Boolean(active);
		};
	}

	/** Below its row, and what that was answered; false where the row has left the table. */
	place_editor($editor) {
		const $row = this.$row($editor[0].dataset.of);
		$editor.insertAfter($row.nextUntil(".cq-t-row, .cq-t-gone").addBack().last());
		return $row.length > 0;
	}

	focus(name) {
		const former = this.at;
		if (name && this.rows.has(name)) this.at = name;
		if (former !== this.at) this.mark_current(former);
		this.mark_current(this.at);
		const [element] = this.$row(this.at).get();
		if (!element) return;
		element.focus({ preventScroll: true });
		element.scrollIntoView({ block: "nearest" });
	}

	/** Tab goes through the row one is in, and past the others. */
	mark_current(name) {
		const current = name === this.at;
		const $row = this.$row(name).toggleClass("is-current", current);
		$row
			.add($row.find("a, button"))
			.add($row.next(".cq-t-answer").find("button"))
			.attr("tabindex", current ? 0 : -1);
	}

	// Keys and clicks ----------------------------------------------------------------------------------------------

	listen() {
		const name_of = (element) => element.closest("tr").dataset.name || element.closest("tr").dataset.of;
		this.$body.on("focusin", ".cq-t-row", (event) => {
			const { name } = event.currentTarget.dataset;
			if (name === this.at) return;
			const former = this.at;
			this.at = name;
			for (const each of [former, name]) this.mark_current(each);
		});
		this.$body.on("click", ".cq-t-row", (event) => {
			if (!$(event.target).closest("a, button").length && !window.getSelection().toString()) this.focus(event.currentTarget.dataset.name);
		});
		this.$body.on("click", ".cq-offer", (event) => {
			const name = name_of(event.currentTarget);
			this.at = name;
			this.accept(name, [event.currentTarget.dataset.field]);
		});
		this.$body.on("click", "[data-act]", (event) => {
			this.at = name_of(event.currentTarget);
			this.act(event.currentTarget.dataset.act, this.at);
		});
		this.$body.on("click", "[data-do=all]", () => this.accept_all());
		this.$body.on("click", "[data-do=undo-all]", () => this.undo(this.summary.undo));
		this.$body.on("click", "[data-page]", (event) => {
			this.start += Number(event.currentTarget.dataset.page) * this.most;
			this.at = null;
			this.refresh(true);
		});
	}

	move(by) {
		if (!in_table()) return false;
		const names = [...this.rows.keys()];
		if (!names.length) return false;
		const here = names.indexOf(this.at);
		const inside = this.$row(this.at)[0] && this.$row(this.at)[0].contains(document.activeElement);
		this.focus(names[inside ? Math.min(names.length - 1, Math.max(0, here + by)) : Math.max(0, here)]);
		return true;
	}

	act(act, name) {
		const row = this.rows.get(name);
		if (!row || this.saving.has(name)) return undefined;
		const allowed = { merge: this.may.merge, reject: this.may.reject, step: this.may.step };
		if (!this.may.write || allowed[act] === false)
			return frappe.show_alert({ message: esc(__("Your roles do not open this.")), indicator: "orange" });
		return {
			accept: () => this.accept(name),
			edit: () => this.edit(row),
			judge: () =>
				keys_back(
					this,
					judge_dialog(row, this.may, (values) => this.change(name, values))
				),
			merge: () => this.merge(row),
			reject: () =>
				keys_back(
					this,
					reject_dialog(row, (values) => this.save([{ name, values, step: "reject" }]))
				),
			step: () => this.step(row),
			undo: () => this.undo([name]),
		}[act]();
	}

	// Deeds --------------------------------------------------------------------------------------------------------

	/** Take proposals of a row: those named, else all that fill an answer nobody gave. */
	accept(name, fields = null) {
		const open = open_proposals(this.rows.get(name)).filter(([field, { fills }]) => (fields ? fields.includes(field) : fills));
		if (open.length) return this.save([{ name, values: Object.fromEntries(open.map(([field, { value }]) => [field, value])) }]);
		const others = open_proposals(this.rows.get(name)).length;
		const why = others
			? __("Its proposals differ from what stands already: accept them one by one, with their numbers.")
			: __("It has no open proposals.");
		return frappe.show_alert({ message: esc(why), indicator: "blue" });
	}

	accept_number(at) {
		const row = this.rows.get(this.at);
		const field = PROPOSED[at];
		if (!row || !row.proposals[field] || !this.may.write) return false;
		this.accept(row.name, [field]);
		return true;
	}

	/** {chosen: [{name, values}], left_out: how many proposals differ from an answer} of the rows shown. */
	acceptable() {
		let left_out = 0;
		const chosen = [];
		for (const row of this.rows.values()) {
			const open = open_proposals(row);
			const filling = open.filter(([, { fills }]) => fills);
			left_out += open.length - filling.length;
			if (filling.length) chosen.push({ name: row.name, values: Object.fromEntries(filling.map(([field, { value }]) => [field, value])) });
		}
		return { chosen, left_out };
	}

	accept_all() {
		if (!in_table() || !this.may.write) return;
		const { chosen, left_out } = this.acceptable();
		if (!chosen.length) frappe.show_alert({ message: esc(__("There is nothing to accept at once.")), indicator: "blue" });
		else accept_all_dialog(chosen, left_out, () => this.save(chosen));
	}

	edit(row) {
		this.close_editor();
		const $editor = $(`<tr class="cq-t-edit" data-of="${esc(row.name)}"><td colspan="6"></td></tr>`);
		this.place_editor($editor);
		const close = () => {
			$editor.remove();
			this.focus(row.name);
		};
		open_editor(row, $editor.find("td")[0], async (values) => (await this.change(row.name, values)).done && close(), close);
	}

	close_editor() {
		this.$body.find(".cq-t-edit").remove();
	}

	change(name, values) {
		if (Object.keys(values).length) return this.save([{ name, values }]);
		frappe.show_alert({ message: __("No changes in document"), indicator: "orange" });
		return { done: true, said: [] };
	}

	merge(row) {
		const found = this.twins[row.name];
		// Only what is open carries a case.
		const twin = found && found.kind === "told_twice" && !ENDED.includes(found.stage) ? found : null;
		const names = twin ? [row.name, twin.name] : [row.name];
		return merge_dialog(names, {
			original: twin ? twin.name : null,
			chosen: [row.name],
			own: row.name,
			done: () => this.refresh_after_dialog(),
		});
	}

	async step(row) {
		const [overview, doc] = await Promise.all([
			frappe.xcall("complaint_qms.api.complaint.overview", { name: row.name }),
			frappe.db.get_doc("Complaint", row.name),
		]);
		const step = overview.next.find(({ kind }) => kind === "forward");
		if (!step) return frappe.show_alert({ message: esc(__("The next step belongs to another role.")), indicator: "orange" });
		return take_step(stand_in(doc), step, {
			method: STEP,
			ask: true,
			go_to: (field) => open_at("Complaint", row.name, field),
			done: () => this.refresh_after_dialog(),
		});
	}

	undo(names) {
		const known = names.filter((name) => this.rows.has(name) && this.answers.get(name) && this.answers.get(name).undo);
		if (!known.length) return frappe.show_alert({ message: esc(__("There is nothing to undo here.")), indicator: "blue" });
		return this.save(
			known.map((name) => ({ name, values: this.answers.get(name).undo, step: "undo" })),
			true
		);
	}

	/**
	 * One call for all of them, once what was sent of these rows before is answered; each row is told what became of it.
	 * @returns {Promise<{done: boolean, said: string[]}>}  whether all were saved, and why not
	 */
	save(entries, undoing = false) {
		const names = entries.map(({ name }) => name);
		const call = Promise.allSettled(names.map((name) => this.saving.get(name)))
			.then(() => this.send(entries, undoing, () => this.end_saving(names, call)))
			.finally(() => this.end_saving(names, call));
		for (const name of names) {
			this.saving.set(name, call);
			this.$row(name).attr("aria-busy", "true");
		}
		return call;
	}

	/** A row that has more to send stays busy. */
	end_saving(names, call) {
		for (const name of names) {
			if (this.saving.get(name) !== call) continue;
			this.saving.delete(name);
			this.$row(name).attr("aria-busy", "false");
		}
	}

	async send(wanted, undoing, answered) {
		// What was accepted twice is sent once, and what has left the table not at all.
		const entries = wanted.filter(({ name, values, step }) => this.rows.has(name) && (step || undoing || this.differs(name, values)));
		if (!entries.length) return { done: true, said: [] };
		const rows = entries.map((entry) => ({ ...entry, modified: this.rows.get(entry.name).modified }));
		const results = await frappe.xcall(`${API}.save`, { rows }).catch(() => null); // it has said why
		answered();
		if (!results) return { done: false, said: [] };
		results.forEach((result, at) => this.take_result(result, entries[at], undoing));
		const done = results.filter((result) => result.done);
		this.summary = { done: done.length, refused: results.length - done.length, undo: undoing ? [] : done.map(({ name }) => name) };
		if (entries.length > 1) this.draw();
		else {
			this.draw_row(entries[0].name);
			this.$body.find(".cq-t-head").replaceWith(this.head_html());
		}
		return { done: results.every((result) => result.done), said: results.flatMap((result) => result.said) };
	}

	differs(name, values) {
		const { values: held, proposals } = this.rows.get(name);
		return Object.entries(values).some(([field, value]) => proposals[field] || String(held[field] || "") !== String(value || ""));
	}

	take_result(result, entry, undoing) {
		const { name, row, done, said } = result;
		if (row) this.rows.set(name, row);
		frappe.model.clear_doc("Complaint", name); // an open form fetches it anew
		if (!done) this.answers.set(name, { tone: "red", lines: said });
		else if (!row) this.answers.set(name, { tone: "gray", lines: [__("has left the table: {0}", [label("rejected")])] });
		else {
			const what = comma_list(Object.keys(entry.values).map(field_label));
			const words = undoing ? __("Undone: {0}", [what]) : __("Saved: {0}", [what]);
			this.answers.set(name, { tone: "green", lines: [words], undo: undoing ? null : result.before });
		}
		if (row) return;
		const former = [...this.rows.keys()];
		this.rows.delete(name);
		if (this.at === name) this.at = next_to(name, former, this.rows);
	}
}
