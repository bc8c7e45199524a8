"use strict";

const WORDS = {
	en: {
		title: "Customer service",
		name: "Your name",
		language: "Language of this page",
		anew: "New chat",
		attach: "Add photos or files",
		message: "Message",
		send: "Send",
		sending: "Sending …",
	},
	zh: {
		title: "客户服务",
		name: "您的称呼",
		language: "页面语言",
		anew: "新对话",
		attach: "添加照片或文件",
		message: "消息",
		send: "发送",
		sending: "正在发送…",
	},
};
// Answers that are offered stand in the last line of a reply: [Yes] / [No]
const OFFERED = /^\[[^\[\]]+\](?: \/ \[[^\[\]]+\])*$/;
const OFTEN = 500;
const at = (id) => document.getElementById(id);
const pictures = new Map();
let shown = "";
let waiting = [];

const stored = (key, value) => {
	if (value !== undefined) localStorage.setItem(key, value);
	return localStorage.getItem(key) || "";
};
const sender = () => {
	if (!stored("sender")) stored("sender", `phone-${Math.random().toString(36).slice(2, 12)}`);
	return stored("sender");
};
const words = () => WORDS[at("language").value] || WORDS.en;

function label() {
	document.documentElement.lang = at("language").value;
	for (const part of document.querySelectorAll("[data-word]")) part.textContent = words()[part.dataset.word];
	at("name").placeholder = words().name;
	at("text").placeholder = words().message;
	document.title = words().title;
}

function offered(text) {
	const lines = text.split("\n");
	const last = lines.at(-1).trim();
	if (!OFFERED.test(last)) return [text, []];
	return [lines.slice(0, -1).join("\n"), last.split(" / ").map((one) => one.slice(1, -1))];
}

function bubble(one) {
	const item = document.createElement("li");
	item.className = one.who;
	const text = one.who === "them" ? offered(one.text)[0] : one.text;
	for (const piece of text.split(/(https?:\/\/\S+)/)) {
		if (!piece.startsWith("http")) item.append(piece);
		else {
			const link = document.createElement("a");
			[link.href, link.textContent, link.target, link.rel] = [piece, piece, "_blank", "noopener noreferrer"];
			item.append(link);
		}
	}
	for (const name of one.files) {
		const picture = pictures.get(name);
		const part = document.createElement(picture ? "img" : "small");
		if (picture) {
			[part.src, part.alt] = [picture, name];
			part.onload = () => (at("talk").scrollTop = at("talk").scrollHeight);
		} else part.textContent = `📎 ${name}`;
		item.append(part);
	}
	const time = document.createElement("small");
	time.textContent = new Date(one.at * 1000).toLocaleTimeString(at("language").value, { hour: "2-digit", minute: "2-digit" });
	if (one.state !== "sent") {
		time.textContent += ` · ${one.state}`;
		time.className = "failed";
	}
	item.append(time);
	return item;
}

function draw(talk) {
	const state = JSON.stringify([talk, at("language").value]);
	if (state === shown) return;
	shown = state;
	at("talk").replaceChildren(...talk.map(bubble));
	const last = talk.at(-1);
	const choices = last && last.who === "them" ? offered(last.text)[1] : [];
	at("choices").replaceChildren(
		...choices.map((text) => {
			const button = document.createElement("button");
			button.type = "button";
			button.textContent = text;
			button.onclick = () => say(text, []);
			return button;
		})
	);
	at("talk").scrollTop = at("talk").scrollHeight;
}

async function look() {
	try {
		const answer = await fetch(`talk?sender=${encodeURIComponent(sender())}`);
		draw(await answer.json());
	} catch {
		// The phone's own server is gone; the next look may find it again.
	}
}

function content(file) {
	return new Promise((done) => {
		const reader = new FileReader();
		reader.onload = () => done(reader.result);
		reader.readAsDataURL(file);
	});
}

async function say(text, files) {
	const button = document.querySelector("#say button");
	button.disabled = true;
	button.textContent = words().sending;
	const sent = [];
	for (const file of files) {
		const data = await content(file);
		if (file.type.startsWith("image/")) pictures.set(file.name, data);
		sent.push({ name: file.name, content: data.slice(data.indexOf(",") + 1) });
	}
	const body = { sender: { id: sender(), name: at("name").value }, text, files: sent };
	await fetch("say", { method: "POST", body: JSON.stringify(body) });
	button.disabled = false;
	button.textContent = words().send;
	await look();
}

at("files").onchange = () => {
	waiting = [...waiting, ...at("files").files];
	at("files").value = "";
	at("chosen").replaceChildren(
		...waiting.map((file) => {
			const part = document.createElement("span");
			part.textContent = `📎 ${file.name}`;
			return part;
		})
	);
};
at("say").onsubmit = (event) => {
	event.preventDefault();
	const text = at("text").value.trim();
	if (!text && !waiting.length) return;
	say(text, waiting);
	waiting = [];
	at("text").value = "";
	at("chosen").replaceChildren();
};
at("text").onkeydown = (event) => {
	if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
		event.preventDefault();
		at("say").requestSubmit();
	}
};
at("language").onchange = () => {
	stored("language", at("language").value);
	label();
	look();
};
at("name").onchange = () => stored("name", at("name").value);
at("anew").onclick = () => {
	localStorage.removeItem("sender");
	look();
};

at("language").value = stored("language") || (navigator.language.startsWith("zh") ? "zh" : "en");
at("name").value = stored("name");
label();
look();
setInterval(look, OFTEN);
