// Files, sent piece by piece as soon as they are chosen. A lost connection is waited for; a page that was loaded again goes on
// where a file that is chosen again was left.
import { ask, el, page, patiently, Refusal, words } from "./page";

const KEPT = "complaint_page:uploads";
const TAKEN = "image/jpeg,image/png,image/webp,image/gif,image/heic,video/*,audio/*,application/pdf,.heic,.pdf";
const PLACE = "complaint_page:without_place";

/** The part of a form by which files are added. */
export class Files {
	constructor() {
		this.files = [];
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
			if (this.files.filter((row) => !row.problem).length >= page.most_files) {
				this.note.textContent = words.too_many.replace("{0}", page.most_files);
				return;
			}
			const row = new Upload(file, () => this.remove(row));
			this.files.push(row);
			this.list.append(row.element);
			row.send();
		}
	}

	remove(row) {
		row.stop();
		this.files = this.files.filter((one) => one !== row);
		this.note.textContent = "";
	}

	/** Secrets of all files, once they have arrived; a Refusal where one cannot. */
	async arrived() {
		await Promise.all(this.files.map((row) => row.sending));
		const wrong = this.files.filter((row) => row.problem).map((row) => `${row.file.name}: ${row.problem}`);
		if (wrong.length) throw new Refusal(wrong);
		return this.files.map((row) => row.token);
	}

	keep_place() {
		if (this.place.checked) sessionStorage.setItem(PLACE, "1");
		else sessionStorage.removeItem(PLACE);
	}

	/** After a reload the browser has the files no more. */
	ask_again() {
		if (Object.keys(kept()).length) this.note.textContent = words.choose_again;
	}

	get without_place() {
		return this.place.checked;
	}

	get are_on_their_way() {
		return this.files.some((row) => !row.complete && !row.problem);
	}

	/** What was sent belongs to its complaint. */
	clear() {
		this.files.forEach((row) => forget(row.file));
		this.files.forEach((row) => row.stop());
		this.files = [];
		this.list.replaceChildren();
	}
}

class Upload {
	constructor(file, removed) {
		this.file = file;
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
				onclick: () => {
					this.element.remove();
					removed();
				},
			},
			words.remove
		);
		this.element = el("li", {}, this.picture(), el("div", {}, name, this.bar, this.state), el("div", {}, this.again, remove));
	}

	picture() {
		if (!this.file.type.startsWith("image/")) return el("span", { class: "cv-thumb" });
		this.url = URL.createObjectURL(this.file);
		return el("img", { class: "cv-thumb", src: this.url, alt: "" });
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
			forget(this.file);
		});
	}

	async run() {
		this.element.classList.remove("is-wrong");
		if (this.file.size > page.limits.file) throw new Refusal([words.too_large]);
		let at = await this.begin();
		while (!at.complete && !this.stopped) {
			this.show(at.received);
			const piece = this.file.slice(at.received, at.received + this.chunk);
			at = await patiently(
				() => ask("send_piece", { upload: this.token, offset: String(at.received), piece }),
				(text) => this.say(text),
				() => this.stopped
			);
		}
		if (this.stopped) return;
		this.complete = true;
		this.show(this.file.size);
		this.state.textContent = words.arrived;
	}

	async begin() {
		const known = kept()[mark(this.file)];
		this.chunk = 1 << 20;
		if (known) {
			this.token = known;
			const at = await ask("upload_state", { upload: known }).catch(() => null);
			if (at) return at;
		}
		const { upload, chunk, received } = await patiently(
			() => ask("begin_upload", { file_name: this.file.name, size: String(this.file.size) }),
			(text) => this.say(text),
			() => this.stopped
		);
		this.token = upload;
		this.chunk = chunk;
		keep(this.file, upload);
		return { received };
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

function kept() {
	try {
		return JSON.parse(sessionStorage.getItem(KEPT)) || {};
	} catch (error) {
		return {};
	}
}

function keep(file, token) {
	write({ ...kept(), [mark(file)]: token });
}

function forget(file) {
	const rest = kept();
	delete rest[mark(file)];
	write(rest);
}

function write(uploads) {
	try {
		sessionStorage.setItem(KEPT, JSON.stringify(uploads));
	} catch (error) {
		// a browser that keeps nothing sends the file from the start
	}
}
