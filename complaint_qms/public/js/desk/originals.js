// The likely originals of a complaint that is merged, where one is chosen: ranked, each with how sure that is and why; one click
// chooses.
import { label } from "../labels";
import { esc } from "../markup";
import { date_text } from "../words";

/**
 * Show below a field what it may be filled with.
 * @param {object} dialog  with a Link field of this name
 * @param {string} fieldname
 * @param {string[]} names  the complaints that are merged
 * @param {string} [own]  one of them that is not proposed
 */
export async function offer_originals(dialog, fieldname, names, own) {
	const control = dialog.fields_dict[fieldname];
	if (!control || !names.length) return;
	const $place = $(`<div class="cq-originals" role="group" aria-label="${esc(__("Likely originals"))}"></div>`).appendTo(control.$wrapper);
	const found = await frappe.xcall("complaint_qms.api.merging.originals", { names });
	const rows = found.filter((row) => row.name !== own);
	if (!rows.length) {
		$place.html(`<p class="text-muted">${esc(__("No likely original was found. Search for one by number or subject."))}</p>`);
		return;
	}
	$place.html(`<p class="text-muted">${esc(__("Likely originals"))}</p>${rows.map(row_html).join("")}`);
	const mark = () => {
		const chosen = dialog.get_value(fieldname);
		$place.find("button").each((_, button) => button.setAttribute("aria-pressed", String(button.dataset.name === chosen)));
	};
	$place.on("click", "button", async (event) => {
		await dialog.set_value(fieldname, event.currentTarget.dataset.name);
		mark();
	});
	control.$input.on("change awesomplete-selectcomplete", () => setTimeout(mark));
	mark();
}

function row_html(row) {
	const tone = row.kind === "told_twice" ? "orange" : "gray";
	const what = [row.name, label(row.stage), row.complainant_name || row.customer, date_text(row.received_at)].filter(Boolean);
	return `<button type="button" class="cq-original" data-name="${esc(row.name)}" aria-pressed="false"><span class="indicator-pill ${tone}">${esc(
		__("{0} %", [Math.round(100 * row.score)])
	)}</span><span><b>${esc(row.subject || row.name)}</b><small>${esc(what.join(" · "))}</small><small>${esc(row.reasons.filter(Boolean).join(" · "))}</small></span></button>`;
}
