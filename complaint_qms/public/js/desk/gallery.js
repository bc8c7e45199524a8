// Evidence as thumbnails; a click opens it large, a drop or the button adds more.
import { kind_of } from "./file_kinds";
import { draw_photos } from "./photos";
import { show_fields } from "./shown_fields";
import { label } from "../labels";
import { address, esc } from "../markup";

const ICONS = {
	video: `<path d="M9 7l8 5-8 5z" fill="currentColor"/>`,
	audio: `<path d="M9 17V6l9-2v11" fill="none" stroke="currentColor" stroke-width="1.6"/><circle cx="7" cy="17" r="2.2"/><circle cx="16" cy="15" r="2.2"/>`,
	document: `<path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6" fill="none" stroke="currentColor" stroke-width="1.4"/>`,
};

export function draw_gallery(frm) {
	const field = frm.fields_dict.evidence_gallery;
	if (!field) return;
	if (frm.is_new()) return draw_photos(field.$wrapper, frm);
	const rows = (frm.doc.evidence || []).filter((row) => row.file);
	// Without a row the table only repeats that there is nothing.
	show_fields(frm, ["evidence"], rows.length > 0);
	const lost = new Set((frm.doc.__onload && frm.doc.__onload.lost_evidence) || []);
	const may_add = frm.perm[0] && frm.perm[0].write;
	const add = may_add
		? `<button type="button" class="cq-add-evidence" data-add><span>+</span>${esc(__("Add photos, videos or files"))}</button>`
		: "";
	field.$wrapper.html(
		rows.length
			? `${lost_html(lost.size)}<div class="cq-gallery">${rows.map((row, at) => tile_html(row, at, lost)).join("")}${add}</div>`
			: `<div class="cq-empty"><p>${esc(
					__("No evidence yet. A photo of the defect and of the label often decides a case.")
				)}</p>${add}</div>`
	);
	field.$wrapper.find("[data-add]").on("click", () => upload(frm));
	open_on_click(field.$wrapper, rows, lost);
}

/** The same files where they are only looked at. */
export function draw_tiles($parent, evidence) {
	const rows = (evidence || []).filter((row) => row.file);
	const lost = new Set();
	if (rows.length) $parent.html(`<div class="cq-gallery">${rows.map((row, at) => tile_html(row, at, lost)).join("")}</div>`);
	open_on_click($parent, rows, lost);
}

function open_on_click($parent, rows, lost) {
	$parent.find("[data-at]").on("click", function () {
		open_large(rows, Number(this.dataset.at), lost);
	});
}

function lost_html(count) {
	const told = __("The files marked here are lost or were changed on the disk. Restore them from a backup.");
	return count ? `<p class="cq-lost" role="alert">${esc(told)}</p>` : "";
}

function tile_html(row, at, lost) {
	const kind = row.kind || kind_of(row.file);
	const name = row.caption || file_name(row.file);
	const marks = marks_of(row, lost);
	const classes = ["cq-tile", `is-${kind}`, ...marks.map(([mark]) => mark)].join(" ");
	const said = marks.map(([, text]) => text).join(" · ");
	let picture = `<svg viewBox="0 0 24 24" class="cq-tile-icon">${ICONS[kind] || ICONS.document}</svg>`;
	if (kind === "photo") picture = `<img src="${address(row.file)}" alt="${esc(name)}" loading="lazy">`;
	if (kind === "video") picture = `<video src="${address(row.file)}#t=0.1" preload="metadata" muted></video>${picture}`;
	const mark = said ? `<span class="cq-tile-mark">${esc(said)}</span>` : "";
	return `<button type="button" class="${esc(classes)}" data-at="${at}" title="${esc(name)}">
		<span class="cq-tile-picture">${picture}</span><span class="cq-tile-name">${esc(name)}</span>${mark}</button>`;
}

/** [class, words] of what is to be said of a file wherever it is shown. */
function marks_of(row, lost) {
	return [
		lost.has(row.name) && ["is-lost", __("Lost", null, "Complaint Evidence")],
		cint(row.struck_out) && ["is-struck", __("Struck out: {0}", [row.strike_reason])],
	].filter(Boolean);
}

// The last part of an address, in words; a file may be called "50% off.jpg", which is no escape sequence.
function file_name(file) {
	const last = file.split("/").pop();
	try {
		return decodeURIComponent(last);
	} catch (error) {
		return last;
	}
}

function open_large(rows, at, lost) {
	const dialog = new frappe.ui.Dialog({ title: " ", size: "extra-large", fields: [{ fieldtype: "HTML", fieldname: "show" }] });
	const step = (by) => {
		at = (at + by + rows.length) % rows.length;
		draw();
	};
	const draw = () => {
		const row = rows[at];
		const kind = row.kind || kind_of(row.file);
		const file = address(row.file);
		const body_html = {
			photo: `<img src="${file}" alt="${esc(row.caption || "")}">`,
			video: `<video src="${file}" controls autoplay></video>`,
			audio: `<audio src="${file}" controls></audio>`,
		}[kind];
		const said = marks_of(row, lost).map(([, text]) => text);
		dialog.set_title(esc(row.caption || label(kind)));
		dialog.fields_dict.show.$wrapper.html(
			`<div class="cq-large">${said.map((text) => `<p class="cq-lost">${esc(text)}</p>`).join("")}${body_html || ""}<p><a ${file && `href="${file}"`} target="_blank" rel="noopener">${esc(
				__("Open the file")
			)}</a><span class="text-muted">${esc(__("{0} of {1}", [at + 1, rows.length], "Complaint Evidence"))}</span></p></div>`
		);
	};
	if (rows.length > 1) {
		dialog.set_primary_action(__("Next"), () => step(1));
		dialog.set_secondary_action(() => step(-1));
		dialog.set_secondary_action_label(__("Previous"));
		dialog.$wrapper.on("keydown", (event) => {
			if (event.key === "ArrowRight") step(1);
			if (event.key === "ArrowLeft") step(-1);
		});
	}
	dialog.onhide = () => dialog.fields_dict.show.$wrapper.empty(); // a closed dialog stays on the page, and would play on
	draw();
	dialog.show();
}

function upload(frm) {
	const { name } = frm.doc;
	const still_here = () => frm.doc.name === name;
	let pending = null;
	new frappe.ui.FileUploader({
		doctype: frm.doctype,
		docname: name,
		folder: "Home/Attachments",
		allow_multiple: true,
		on_success(file) {
			if (!still_here()) {
				const told = esc(__("{0} is attached to {1}. Add it to the evidence there.", [file.file_name, name]));
				return frappe.show_alert({ message: told, indicator: "orange" }, 15);
			}
			frm.add_child("evidence", { file: file.file_url, kind: kind_of(file.file_url), caption: file.file_name });
			frm.refresh_field("evidence");
			frm.attachments.attachment_uploaded(file);
			// Several files come in one after the other: save once, when the last one is there.
			clearTimeout(pending);
			pending = setTimeout(() => still_here() && frm.save(), 600);
		},
	});
}
