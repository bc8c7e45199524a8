// Photos of a complaint that is not saved yet: taken with the camera of a phone or chosen, uploaded at once as private files.
import { labelled } from "../language";
import { kind_of } from "./file_kinds";
import { address, esc } from "../markup";

const TAKES = "image/*,video/*,audio/*,application/pdf";

/** Uploads that run, by document; the record waits for them. */
const running = new Map();

/** Draw the button, once, and what is there already; each file becomes a row of the evidence. */
export function draw_photos($parent, frm) {
	let $box = $parent.find(".cq-photos");
	if (!$box.length) {
		// The chooser of a phone may stand open for minutes: what it answers to stays where it is.
		$parent.html(`<label class="cq-label">${esc(__("Photos and files"))}</label><div class="cq-photos"><span class="cq-photo-rows"></span>
			<button type="button" class="btn btn-default cq-take-photo">${esc(__("Add a photo, video or file"))}</button>
			<input type="file" class="hidden" multiple accept="${TAKES}" aria-label="${esc(__("Add a photo, video or file"))}">
			<span class="cq-uploads text-muted" role="status"></span></div>`);
		$box = $parent.find(".cq-photos");
		const $files = $box.find("input[type=file]");
		$box.find(".cq-take-photo").on("click", () => $files.trigger("click"));
		$files.on("change", () => {
			const files = [...$files[0].files];
			$files.val("");
			take($parent, frm, files);
		});
		$box.on("click", "[data-drop]", (event) => drop($parent, frm, event.currentTarget.dataset.drop));
	}
	const rows = (frm.doc.evidence || []).filter((row) => row.file);
	const html = rows.map(tile_html).join("");
	const $rows = $box.find(".cq-photo-rows");
	if ($rows.data("html") !== html) $rows.html(html).data("html", html);
}

/** Before a record is saved: what is still on its way would be missing. */
export function wait_for_uploads(frm) {
	const count = running.get(frm.doc.name);
	if (!count) return;
	frappe.validated = false;
	const told =
		count === 1
			? __("A file is still being uploaded. Save when it is there.")
			: __("{0} files are still being uploaded. Save when they are there.", [count]);
	frappe.msgprint(esc(told));
}

function tile_html(row) {
	const name = row.caption || row.file.split("/").pop();
	const shown = kind_of(row.file) === "photo" ? `<img src="${address(row.file)}" alt="${esc(name)}">` : "";
	return `<span class="cq-photo" title="${esc(name)}">${shown}<span>${esc(name)}</span>
		<button type="button" class="btn btn-link btn-xs" data-drop="${esc(row.name)}" aria-label="${esc(__("Remove {0}", [name]))}">×</button></span>`;
}

function drop($parent, frm, name) {
	const row = frm.doc.evidence.find((one) => one.name === name);
	if (!row) return;
	// Nothing names the file any more: a photo of somebody is not left lying about.
	if (row.__stored) frappe.xcall("frappe.client.delete", { doctype: "File", name: row.__stored }).catch(() => null);
	frappe.model.clear_doc(row.doctype, row.name);
	frm.doc.evidence = frm.doc.evidence.filter((one) => one !== row);
	frm.refresh_field("evidence");
	draw_photos($parent, frm);
}

async function take($parent, frm, files) {
	const { doc } = frm;
	const { name } = doc;
	const failed = [];
	running.set(name, (running.get(name) || 0) + files.length);
	for (const [at, file] of files.entries()) {
		const tell = (share) => $parent.find(".cq-uploads").text(__("{0} of {1}: {2} %", [at + 1, files.length, Math.round(100 * share)]));
		tell(0);
		try {
			const stored = await upload(file, tell);
			// Another record may be on the screen meanwhile: the file belongs where it was chosen.
			const values = { file: stored.file_url, kind: kind_of(stored.file_url), caption: stored.file_name, __stored: stored.name };
			Object.assign(frappe.model.add_child(doc, "Complaint Evidence", "evidence"), values);
		} catch (error) {
			failed.push(labelled(file.name, error.message));
		}
		running.set(name, running.get(name) - 1);
	}
	$parent.find(".cq-uploads").text("");
	if (frm.doc === doc) {
		frm.dirty();
		frm.refresh_field("evidence");
		draw_photos($parent, frm);
	}
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
	const messages = read(answer._server_messages || "[]");
	return messages.length ? strip_html(read(messages[0]).message || "") : "";
}
