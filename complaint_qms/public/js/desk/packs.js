// Sample procedures by trade: what a pack would change is shown before it is applied, and what the company changed stays.
import { empty, esc } from "../markup";

const ask = (what, values) => frappe.xcall(`complaint_qms.api.packs.${what}`, values);
const COLORS = { new: "green", update: "orange", yours: "blue", off: "gray", denied: "red" };
const WORDS = () => ({
	new: __("New"),
	update: __("Brought Up to Date"),
	yours: __("Yours, Kept"),
	off: __("Switched Off"),
	denied: __("Not Permitted"),
});
const HINT = () => empty(__("Choose a trade to see what its procedures change here."));

/** Choose a pack in a dialog, see what it changes, apply it. `done` is called when it was applied. */
export function choose_pack(done) {
	return ask("listed").then((packs) => {
		const dialog = new frappe.ui.Dialog({
			title: __("Sample Procedures for Your Trade"),
			size: "large",
			fields: [
				{
					fieldname: "pack",
					fieldtype: "Select",
					label: __("Trade"),
					reqd: 1,
					options: packs.map(({ key, title }) => ({ value: key, label: title })),
					description: __("A start to adapt, not legal advice: check terms and sources for your products and countries."),
					onchange: () => show(dialog, packs),
				},
				{ fieldname: "about", fieldtype: "HTML" },
			],
			primary_action_label: __("Apply"),
			primary_action: () => apply(dialog, packs, done),
		});
		dialog.show();
		dialog.disable_primary_action();
		dialog.get_field("about").$wrapper.html(HINT());
		return dialog;
	});
}

/** Show what the chosen pack changes; until that is there, nothing can be applied and nothing ticked. */
function show(dialog, packs) {
	const chosen = dialog.get_value("pack");
	const { $wrapper } = dialog.get_field("about");
	dialog.seen = null;
	dialog.disable_primary_action();
	$wrapper.html(chosen ? "" : HINT());
	if (!chosen) return null;
	return ask("preview", { pack: chosen }).then(({ items, shown }) => {
		if (dialog.get_value("pack") !== chosen) return; // another one was chosen meanwhile
		dialog.seen = { pack: chosen, shown };
		$wrapper.html(
			about_html(
				packs.find(({ key }) => key === chosen),
				items
			)
		);
		dialog.enable_primary_action();
	});
}

function apply(dialog, packs, done) {
	if (!dialog.seen || dialog.seen.pack !== dialog.get_value("pack")) return null;
	const ticked = dialog.$wrapper.find("[data-key]:checked").toArray();
	const sent = Object.assign({ overwrite: ticked.map((box) => box.dataset.key) }, dialog.seen);
	dialog.seen = null;
	dialog.disable_primary_action();
	return ask("use", sent).then(
		({ told }) => {
			dialog.hide();
			frappe.show_alert({ message: esc(told), indicator: "green" }, 10);
			if (done) done();
		},
		() => show(dialog, packs) // refused: what would be changed by now
	);
}

function about_html({ description, sources }, items) {
	const changed = items.filter((item) => item.change !== "same");
	const same = items.length - changed.length;
	const rest = same ? `<p class="text-muted">${esc(__("{0} records are there as the pack has them.", [same]))}</p>` : "";
	const none = changed.length ? "" : `<p>${esc(__("Applying it changes nothing."))}</p>`;
	return `<p>${esc(description)}</p>
		<details class="cq-pack-sources"><summary>${esc(__("Sources"))}</summary><ul>${sources
			.map((source) => `<li>${esc(source)}</li>`)
			.join("")}</ul></details>
		${none}<ul class="cq-pack">${changed.map(item_html).join("")}</ul>${rest}`;
}

function item_html({ key, kind, name, change, note, take, fields }) {
	const keep = take ? `<label><input type="checkbox" data-key="${esc(key)}"> ${esc(take)}</label>` : "";
	const why = note ? `<p class="text-muted">${esc(note)}</p>` : "";
	return `<li><details><summary><span class="indicator-pill ${COLORS[change]}">${esc(WORDS()[change])}</span>
		<b>${esc(name)}</b> <span class="text-muted">${esc(kind)}</span></summary>
		<dl>${fields.map(field_html).join("")}</dl></details>${why}${keep}</li>`;
}

function field_html({ label, now, then }) {
	return `<dt>${esc(label)}</dt><dd>${now ? `<del>${esc(now)}</del><br>` : ""}${esc(then)}</dd>`;
}
