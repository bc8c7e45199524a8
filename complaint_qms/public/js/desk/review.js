// A management review: each section with its figures as they were counted and a place for the comment of whoever reviews.
import { empty, esc } from "../markup";
import { moment_text } from "../words";

const API = "complaint_qms.api.review";

export function draw_review(frm) {
	const $at = frm.get_field("sections_html").$wrapper;
	const shown = (frm.doc.__onload || {}).shown || [];
	if (frm.is_new() || !shown.length) {
		$at.html(empty(__("Save the review: the figures of the period are counted then and kept as they are.")));
		return;
	}
	const rows = Object.fromEntries((frm.doc.sections || []).map((row) => [row.section, row]));
	const writable = frm.doc.docstatus === 0 && frm.perm[0] && frm.perm[0].write;
	$at.html(
		`<div class="cq-review"><nav class="cq-review-contents" aria-label="${esc(__("Contents"))}">${shown
			.map((one) => `<a href="#" data-to="${esc(one.key)}">${cint(one.number)} ${esc(one.title)}</a>`)
			.join("")}</nav>${shown.map((one) => section_html(one, rows[one.key], writable)).join("")}</div>`
	);
	// The form is drawn again after each save, on the same element.
	$at.off(".cq-review");
	$at.on("change.cq-review", "textarea", ({ currentTarget }) => {
		const row = rows[currentTarget.dataset.section];
		frappe.model.set_value(row.doctype, row.name, "commentary", currentTarget.value);
	});
	$at.on("click.cq-review", "[data-to]", (event) => {
		event.preventDefault();
		$at.find(`[data-key="${event.currentTarget.dataset.to}"]`)[0].scrollIntoView({ behavior: "smooth" });
	});
	offer(frm, writable);
}

// The figures are markup of the server, in which every text is escaped.
function section_html(one, row, writable) {
	const said = (row && row.commentary) || "";
	const id = `cq-review-${esc(one.key)}`;
	const comment = writable
		? `<label class="control-label" for="${id}">${esc(__("Comment", null, "Management Review"))}</label>
			<textarea id="${id}" class="form-control" rows="3" data-section="${esc(one.key)}">${esc(said)}</textarea>`
		: said
			? `<div class="cq-review-said">${esc(said)}</div>`
			: "";
	return `<section class="cq-review-section" data-key="${esc(one.key)}"><h4>${cint(one.number)} ${esc(one.title)}</h4>
		${one.clauses.length ? `<p class="text-muted small">${one.clauses.map(esc).join(" · ")}</p>` : ""}${one.figures_html}${comment}</section>`;
}

function offer(frm, writable) {
	const open = (method) => window.open(frappe.urllib.get_full_url(`/api/method/${API}.${method}?name=${encodeURIComponent(frm.doc.name)}`));
	frm.add_custom_button(__("Download PDF"), () => (frm.is_dirty() ? frm.save().then(() => open("pdf")) : open("pdf")));
	if (frappe.model.can_export(frm.doctype)) frm.add_custom_button(__("XLSX of All Tables"), () => open("tables"));
	if (!writable) return;
	frm.add_custom_button(__("Take the Figures Anew"), () =>
		frappe.confirm(
			__("The figures as of {0} are replaced by those of this moment. Comments stay.", [moment_text(frm.doc.figures_at)]),
			async () => {
				if (frm.is_dirty()) await frm.save();
				await frappe.xcall(`${API}.take_figures`, { name: frm.doc.name });
				frm.reload_doc();
			}
		)
	);
}
