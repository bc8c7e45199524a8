// The form by which anybody sends a complaint. What was typed survives a reload and a refusal.
import { Draft } from "./visitor/draft";
import { field as any_field, on_submit, pair, today, typed as typed_in, wishes } from "./visitor/fields";
import { Files } from "./visitor/files";
import { $page, alert_box, ask, el, page, paired, patiently, words } from "./visitor/page";
import { work } from "./visitor/work";

const TYPED = ["description", "product", "number", "order", "happened_on", "name", "email", "phone"];

const form = document.getElementById("cv-form");
const done = document.getElementById("cv-done");
const box = alert_box();
const files = new Files("new");
const draft = new Draft("complaint_page:draft");
let code = page.code;
draw();

function draw() {
	form.replaceChildren(
		...[
			page.code_unread ? el("p", { class: "cv-small", role: "status" }, words.code_unread) : null,
			field("description", "textarea", { rows: 5, required: true, placeholder: words.description_hint }),
			files.element,
			product(),
			pair(field("order", "input", {}, words.optional), field("happened_on", "input", { type: "date", max: today() }, words.optional)),
			wishes(draft, keep_draft),
			field("name", "input", { required: true, autocomplete: "name" }),
			pair(
				field("email", "input", { type: "email", autocomplete: "email", inputmode: "email" }),
				field("phone", "input", { type: "tel", autocomplete: "tel" })
			),
			el("p", { class: "cv-small" }, words.one_of_both),
			// People do not see this one; machines fill it in.
			el(
				"div",
				{ class: "cv-trap", "aria-hidden": "true" },
				el("label", {}, "Website", el("input", { name: "website", tabindex: "-1", autocomplete: "off" }))
			),
			box,
			el("button", { type: "submit", class: "cv-button" }, words.send),
		].filter(Boolean)
	);
}

function field(...given) {
	return any_field(draft, keep_draft, ...given);
}

function product() {
	const { product: known } = page;
	const asked = pair(
		field("product", "input", {}, words.optional, words.product_hint),
		field("number", "input", {}, words.optional, words.number_hint)
	);
	if (!known || !code) return asked;
	const numbers = [known.batch_no && `${words.batch} ${known.batch_no}`, known.serial_no && `${words.serial} ${known.serial_no}`].filter(
		Boolean
	);
	const card = el("div", { class: "cv-card" }, el("b", {}, known.name), el("span", {}, numbers.join(" · ")));
	const other = el(
		"button",
		{
			type: "button",
			class: "cv-link",
			onclick: () => {
				code = "";
				card.replaceWith(asked);
				asked.querySelector("input").focus();
			},
		},
		words.not_this
	);
	card.append(other);
	return card;
}

on_submit(form, box, send, show_done);

async function send(say) {
	if (files.are_on_their_way) say(words.wait_for_files);
	const tokens = await files.arrived();
	const proof = await prove(say);
	say(words.sending);
	const data = { ...typed_in(form, TYPED), code };
	const website = form.elements.website.value;
	return patiently(
		() =>
			ask("file_complaint", {
				key: draft.values.key,
				data,
				files: tokens,
				without_place: String(Number(files.without_place)),
				website,
				...proof,
			}),
		say
	);
}

async function prove(say) {
	if (!page.work) return {};
	say(words.working);
	const { challenge, bits } = await patiently(() => ask("new_challenge", {}), say);
	const answer = await work(challenge, bits);
	if (answer === null) throw Object.assign(new Error(), { lines: [words.needs_https] });
	return { challenge, answer };
}

function show_done({ number, link }) {
	const copied = el("span", { role: "status", class: "cv-small" });
	const shown = el("input", { readonly: true, value: link, "aria-label": words.your_link, onfocus: (event) => event.target.select() });
	const copy = async () => {
		shown.select();
		try {
			await navigator.clipboard.writeText(link);
		} catch (error) {
			document.execCommand("copy");
		}
		copied.textContent = words.copied;
	};
	const again = () => {
		const { name, email, phone } = draft.values;
		draft.renew({ name, email, phone });
		draw();
		$page.classList.remove("is-done");
		form.hidden = false;
		done.hidden = true;
		form.querySelector("textarea").focus();
	};
	const way = [
		el("p", {}, words.keep_link),
		el("div", { class: "cv-copy" }, shown, el("button", { type: "button", class: "cv-button is-quiet", onclick: copy }, words.copy)),
		copied,
	];
	done.replaceChildren(
		el("h2", {}, words.sent),
		el("p", {}, paired(words.your_number, number)),
		...(link ? way : []),
		el(
			"div",
			{ class: "cv-row" },
			link ? el("a", { class: "cv-button", href: link, target: "_blank", rel: "noopener" }, words.open_link) : null,
			el("button", { type: "button", class: "cv-link", onclick: again }, words.another)
		)
	);
	$page.classList.add("is-done");
	files.clear();
	form.hidden = true;
	done.hidden = false;
	done.focus();
	draft.forget();
}

function keep_draft() {
	draft.keep(typed_in(form, TYPED));
}
