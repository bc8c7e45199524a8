// Photos of a complaint that is not saved yet: taken with the camera of a phone or chosen, uploaded at once as private files.
import { kind_of } from "./file_kinds";
import { address, esc } from "../markup";

const TAKES = "image/*,video/*,audio/*,application/pdf";

/** Draw the button and what is there already; each file becomes a row of the evidence. */
export function draw_photos($parent, frm) {
	const rows = (frm.doc.evidence || []).filter((row) => row.file);
	$parent.html(`<label class="cq-label">${esc(__("Photos and files"))}</label><div class="cq-photos">
		${rows.map((row) => tile_html(row)).join("")}
		<button type="button" class="btn btn-default cq-take-photo">${esc(__("Add a photo, video or file"))}</button>
		<input type="file" class="hidden" multiple accept="${TAKES}" aria-label="${esc(__("Add a photo, video or file"))}">
		<span class="cq-uploads text-muted" role="status"></span></div>`);
	const $files = $parent.find("input[type=file]");
	$parent.find(".cq-take-photo").on("click", () => $files.trigger("click"));
	$files.on("change", () => take($parent, frm, [...$files[0].files]));
	$parent.find("[data-drop]").on("click", function () {
		const row = rows.find((one) => one.name === this.dataset.drop);
		if (row) frappe.model.clear_doc(row.doctype, row.name);
		frm.doc.evidence = frm.doc.evidence.filter((one) => one !== row);
		frm.refresh_field("evidence");
		draw_photos($parent, frm);
	});
}

function tile_html(row) {
	const name = row.caption || row.file.split("/").pop();
	const shown = kind_of(row.file) === "photo" ? `<img src="${address(row.file)}" alt="${esc(name)}">` : "";
	return `<span class="cq-photo" title="${esc(name)}">${shown}<span>${esc(name)}</span>
		<button type="button" class="btn btn-link btn-xs" data-drop="${esc(row.name)}" aria-label="${esc(__("Remove {0}", [name]))}">×</button></span>`;
}

async function take($parent, frm, files) {
	const { name } = frm.doc;
	const failed = [];
	for (const [at, file] of files.entries()) {
		const tell = (share) => $parent.find(".cq-uploads").text(__("{0} of {1}: {2} %", [at + 1, files.length, Math.round(100 * share)]));
		tell(0);
		try {
			const stored = await upload(file, tell);
			if (frm.doc.name !== name) return;
			frm.add_child("evidence", { file: stored.file_url, kind: kind_of(stored.file_url), caption: stored.file_name });
		} catch (error) {
			failed.push(`${file.name}: ${error.message}`);
		}
	}
	frm.refresh_field("evidence");
	draw_photos($parent, frm);
	if (failed.length) frappe.msgprint({ title: __("Not uploaded"), message: failed.map(esc).join("<br>"), indicator: "red" });
}

function upload(file, tell) {
	const body = new FormData();
	body.append("file", file, file.name);
	body.append("is_private", 1);
	body.append("folder", "Home/Attachments");
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open("POST", "/api/method/upload_file");
		request.setRequestHeader("Accept", "application/json");
		request.setRequestHeader("X-Frappe-CSRF-Token", frappe.csrf_token);
		request.upload.onprogress = ({ loaded, total }) => tell(loaded / (total || 1));
		request.onerror = () => reject(new Error(__("The connection was lost. Try it again.")));
		request.onload = () => {
			const answer = read(request.responseText);
			if (request.status === 200 && answer.message) return resolve(answer.message);
			reject(new Error(why(answer) || __("The server did not take it ({0}).", [request.status])));
		};
		request.send(body);
	});
}

function read(text) {
	try {
		return JSON.parse(text) || {};
	} catch (error) {
		return {};
	}
}

function why(answer) {
	const [first] = read(answer._server_messages || "[]").length ? read(answer._server_messages) : [];
	return first ? strip_html(read(first).message || "") : "";
}
