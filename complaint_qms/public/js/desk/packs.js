// Sample procedures by trade: what a pack would change is shown before it is applied, and what the company changed stays.
import { empty, esc } from "../markup";

const ask = (what, values) => frappe.xcall(`complaint_qms.api.packs.${what}`, values);
const COLORS = { new: "green", update: "orange", yours: "blue" };
const WORDS = () => ({ new: __("New"), update: __("Brought Up to Date"), yours: __("Yours, Kept") });

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
			primary_action: ({ pack }) => {
				const ticked = dialog.$wrapper.find("[data-key]:checked").toArray();
				dialog.disable_primary_action();
				ask("use", { pack, overwrite: ticked.map((box) => box.dataset.key) })
					.then(({ told }) => {
						dialog.hide();
						frappe.show_alert({ message: esc(told), indicator: "green" }, 10);
						if (done) done();
					})
					.finally(() => dialog.enable_primary_action());
			},
		});
		dialog.show();
		dialog.get_field("about").$wrapper.html(empty(__("Choose a trade to see what its procedures change here.")));
		return dialog;
	});
}

function show(dialog, packs) {
	const chosen = dialog.get_value("pack");
	if (!chosen) return null;
	const { $wrapper } = dialog.get_field("about");
	return ask("preview", { pack: chosen }).then((items) => {
		if (dialog.get_value("pack") !== chosen) return; // another one was chosen meanwhile
		$wrapper.html(
			about_html(
				packs.find(({ key }) => key === chosen),
				items
			)
		);
	});
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

function item_html({ key, kind, name, change, fields }) {
	const keep =
		change === "yours"
			? `<label><input type="checkbox" data-key="${esc(key)}"> ${esc(__("Take the pack's words instead of yours"))}</label>`
			: "";
	return `<li><details><summary><span class="indicator-pill ${COLORS[change]}">${esc(WORDS()[change])}</span>
		<b>${esc(name)}</b> <span class="text-muted">${esc(kind)}</span></summary>
		<dl>${fields.map(field_html).join("")}</dl></details>${keep}</li>`;
}

function field_html({ label, now, then }) {
	return `<dt>${esc(label)}</dt><dd>${now ? `<del>${esc(now)}</del><br>` : ""}${esc(then)}</dd>`;
}
