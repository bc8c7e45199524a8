// A file that the server makes, kept under a name; what the server refuses is told as anywhere in the desk.
import { esc } from "../markup";

export async function download(method, args, filename) {
	const body = new FormData();
	for (const [name, value] of Object.entries(args)) body.append(name, value);
	frappe.dom.freeze(__("Preparing the file…"));
	try {
		const answer = await fetch(`/api/method/${method}`, {
			method: "POST",
			headers: { "X-Frappe-CSRF-Token": frappe.csrf_token, Accept: "application/json" },
			body,
		});
		if (!answer.ok) {
			const reason_html = await why_html(answer);
			return frappe.msgprint({ title: __("No file was made"), message: reason_html, indicator: "red" });
		}
		const link = document.createElement("a");
		link.href = URL.createObjectURL(await answer.blob());
		link.download = filename;
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 60000);
	} finally {
		frappe.dom.unfreeze();
	}
	return null;
}

async function why_html(answer) {
	try {
		const said = JSON.parse((await answer.json())._server_messages || "[]");
		const texts = said.map((one) => JSON.parse(one).message).filter(Boolean);
		if (texts.length) return esc(strip_html(texts.join(" ")));
	} catch {
		// What is no answer of the framework's has no sentence.
	}
	return esc(__("The server answered with status {0}. Try again; if it goes on, tell your administrator.", [answer.status]));
}
