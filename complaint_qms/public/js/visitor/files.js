// Files, sent piece by piece as soon as they are chosen. A lost connection is waited for. A page that was loaded again has the files
// that had arrived, and goes on where one that had not, and is chosen again, was left.
import { ask, el, page, paired, patiently, Refusal, words } from "./page";

const TAKEN = "image/jpeg,image/png,image/webp,image/gif,image/heic,video/*,audio/*,application/pdf,.heic,.pdf";
const PLACE = "complaint_page:without_place";

/** The part of a form by which files are added. */
export class Files {
	/**
	 * @param {string} scope of which form or complaint they are: files of others are none of theirs.
	 * @param {object} by what a file is announced with: the token of a secret link, if it is sent by one.
	 */
	constructor(scope, by = {}) {
		this.files = [];
		this.kept = new Kept(`complaint_page:uploads:${scope}`, by);
		this.list = el("ul", { class: "cv-files" });
		this.place = el("input", {
			type: "checkbox",
			id: "cv-place",
			checked: Boolean(sessionStorage.getItem(PLACE)),
			onchange: () => this.keep_place(),
		});
		this.note = el("p", { class: "cv-small", role: "status" });
		this.element = page.most_files
			? el(
					"fieldset",
					{ class: "cv-field" },
					el("legend", {}, words.photos, " ", el("small", {}, words.files_hint)),
					el(
						"div",
						{ class: "cv-row" },
						this.button(words.take_photo, { capture: "environment", accept: "image/*" }),
						this.button(words.choose_files, { multiple: true, accept: TAKEN })
					),
					this.list,
					this.note,
					el("label", { class: "cv-check" }, this.place, el("span", {}, words.without_place))
				)
			: null;
		if (this.element) this.restore();
		window.addEventListener("beforeunload", (event) => this.are_on_their_way && event.preventDefault());
	}

	button(text, attributes) {
		const input = el("input", {
			type: "file",
			class: "cv-file-input",
			...attributes,
			onchange: () => {
				this.add([...input.files]);
				input.value = "";
			},
		});
		return el("label", { class: "cv-button is-quiet" }, input, text);
	}

	add(chosen) {
		for (const file of chosen) {
			const same = this.files.find((row) => row.mark === mark(file));
			if (same && !same.problem) continue;
			if (same) this.take_out(same);
			if (this.files.filter((row) => !row.problem).length >= page.most_files) {
				this.note.textContent = words.too_many.replace("{0}", page.most_files);
				return;
			}
			this.place_row(new Upload(file, this.kept, (row) => this.remove(row)));
		}
	}

	place_row(row) {
		this.files.push(row);
		this.list.append(row.element);
		row.send();
	}

	/** After a reload the browser has the files no more; the server has what was sent of them. */
	restore() {
		const left = Object.values(this.kept.read());
		for (const file of left) this.place_row(new Upload(file, this.kept, (row) => this.remove(row)));
		if (left.length) this.note.textContent = words.still_here;
	}

	remove(row) {
		this.kept.forget(row.mark);
		this.take_out(row);
		this.note.textContent = "";
	}

	take_out(row) {
		row.stop();
		row.element.remove();
		this.files = this.files.filter((one) => one !== row);
	}

	/** Secrets of all files, once they have arrived; a Refusal where one cannot. */
	async arrived() {
		await Promise.all(this.files.map((row) => row.sending));
		const wrong = this.files.filter((row) => row.problem);
		if (wrong.length) {
			const told = wrong.map((row) => paired(row.file.name, `${row.problem} ${words.without_file}`));
			throw Object.assign(new Refusal(told), { removes: wrong.map((row) => () => this.remove(row)) });
		}
		return this.files.map((row) => row.token);
	}

	keep_place() {
		if (this.place.checked) sessionStorage.setItem(PLACE, "1");
		else sessionStorage.removeItem(PLACE);
	}

	get without_place() {
		return this.place.checked;
	}

	get are_on_their_way() {
		return this.files.some((row) => !row.complete && !row.problem);
	}

	/** What was sent belongs to its complaint. */
	clear() {
		this.files.forEach((row) => this.kept.forget(row.mark));
		this.files.forEach((row) => row.stop());
		this.files = [];
		this.list.replaceChildren();
		this.note.textContent = "";
	}
}

class Upload {
	/** @param {File|object} file one that was chosen, or what is known of one since the page was loaded anew. */
	constructor(file, kept, removed) {
		this.file = file;
		this.kept = kept;
		this.mark = mark(file);
		this.bytes = file instanceof Blob ? file : null;
		this.bar = el("progress", { max: file.size, value: 0, "aria-label": file.name });
		this.state = el("span", { class: "cv-small" });
		this.again = el("button", { type: "button", class: "cv-link", hidden: true, onclick: () => this.send() }, words.again);
		const name = el("span", { class: "cv-file-name" }, file.name);
		const remove = el(
			"button",
			{
				type: "button",
				class: "cv-link",
				"aria-label": `${words.remove}: ${file.name}`,
				onclick: () => removed(this),
			},
			words.remove
		);
		this.element = el("li", {}, this.picture(), el("div", {}, name, this.bar, this.state), el("div", {}, this.again, remove));
	}

	picture() {
		if (!this.bytes || !this.file.type.startsWith("image/")) return el("span", { class: "cv-thumb" });
		this.url = URL.createObjectURL(this.file);
		// What says that it is a photo and is none has no picture to show.
		return el("img", {
			class: "cv-thumb",
			src: this.url,
			alt: "",
			onerror: ({ target }) => target.replaceWith(el("span", { class: "cv-thumb" })),
		});
	}

	send() {
		this.problem = null;
		this.again.hidden = true;
		this.sending = this.run().catch((refusal) => {
			if (this.stopped) return;
			this.problem = refusal.lines ? refusal.lines.join(" ") : words.failed;
			this.state.textContent = this.problem;
			this.element.classList.add("is-wrong");
			this.again.hidden = Boolean(refusal.lines) && !refusal.lost; // what is no photo stays none
			if (!this.waits_for_bytes) this.kept.forget(this.mark);
		});
	}

	async run() {
		this.element.classList.remove("is-wrong");
		if (this.file.size > page.limits.file) throw new Refusal([words.too_large]);
		let at = await this.begin();
		this.waits_for_bytes = !at.complete && !this.bytes;
		if (this.waits_for_bytes) throw new Refusal([words.choose_again]);
		while (!at.complete && !this.stopped) {
			this.show(at.received);
			const piece = this.file.slice(at.received, at.received + this.chunk);
			const sent = { upload: this.token, offset: String(at.received), piece };
			at = await this.patiently(() => ask("send_piece", sent));
		}
		if (this.stopped) return;
		this.complete = true;
		this.show(this.file.size);
		this.state.textContent = words.arrived;
	}

	async begin() {
		const known = this.kept.read()[this.mark];
		this.chunk = 1 << 20;
		if (known) {
			this.token = known.upload;
			try {
				return await this.patiently(() => ask("upload_state", { upload: known.upload }));
			} catch (refusal) {
				if (!this.bytes) throw refusal; // gone there as well
			}
		}
		const begun = () => ask("begin_upload", { file_name: this.file.name, size: String(this.file.size), ...this.kept.by });
		const { upload, chunk, received } = await this.patiently(begun);
		this.token = upload;
		this.chunk = chunk;
		const { name, size, type, lastModified } = this.file;
		if (!this.stopped) this.kept.keep(this.mark, { upload, name, size, type, lastModified });
		return { received };
	}

	patiently(question) {
		return patiently(
			question,
			(text) => this.say(text),
			() => this.stopped
		);
	}

	say(text) {
		this.state.textContent = text;
	}

	show(received) {
		this.bar.value = received;
		this.state.textContent = `${Math.floor((100 * received) / this.file.size)} %`;
	}

	stop() {
		this.stopped = true;
		if (this.url) URL.revokeObjectURL(this.url);
	}
}

const mark = (file) => `${file.name}:${file.size}:${file.lastModified}`;

/** What is known of files that were begun, in this window of the browser alone: mark of each → its secret, name, size and type. */
class Kept {
	constructor(name, by) {
		this.name = name;
		this.by = by;
	}

	read() {
		try {
			return JSON.parse(sessionStorage.getItem(this.name)) || {};
		} catch (error) {
			return {};
		}
	}

	keep(key, upload) {
		this.write({ ...this.read(), [key]: upload });
	}

	forget(key) {
		const rest = this.read();
		delete rest[key];
		this.write(rest);
	}

	write(uploads) {
		try {
			sessionStorage.setItem(this.name, JSON.stringify(uploads));
		} catch (error) {
			// a browser that keeps nothing sends the file from the start
		}
	}
}
