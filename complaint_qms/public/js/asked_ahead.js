// What stands around the fields of a record is asked for as soon as the record has come: the server looks for it while the browser draws
// the fields, and the form finds the answer there. Where the record takes longer, as over a slow line, nobody waits for it.
// Past the framework's calls, which would tell of a refusal a second time.
const HEAD_START = 60; // milliseconds
const KEPT = 5000; // milliseconds; what was asked before that is asked for anew
const RECORD = "/api/method/frappe.desk.form.load.getdoc";

const asked_of = new Map();

/** For a DocType whose form asks for `method` of its record's name. */
export function ask_ahead(doctype, method) {
	$(document).on("ajaxSend", (event, request, { url }) => {
		const { pathname, searchParams } = new URL(url, window.location.origin);
		if (pathname !== RECORD || searchParams.get("doctype") !== doctype) return;
		const [view, kind, ...parts] = frappe.get_route();
		const name = searchParams.get("name");
		if (name === "new") return; // the address of a form for a new record
		if (view === "Form" && kind === doctype && parts.join("/") === name) ask(doctype, method, name, request);
	});
}

/** The answer to what was asked for this record, once; null where nothing was. It may fail: whoever waits for it asks again. */
export function asked_ahead({ doctype, doc }) {
	const asked = asked_of.get(doctype);
	asked_of.delete(doctype);
	return asked && asked.name === doc.name && Date.now() - asked.at < KEPT ? asked.answer : null;
}

function ask(doctype, method, name, request) {
	const address = `/api/method/${method}?${new URLSearchParams({ name })}`;
	const answer = new Promise((resolve, reject) => {
		let begun = false;
		const begin = () => {
			if (!begun) resolve(fetched(address));
			begun = true;
		};
		setTimeout(begin, HEAD_START);
		// Before what draws the form hears of the answer.
		request.done(begin).fail(reject);
	});
	answer.catch(() => {});
	asked_of.set(doctype, { name, at: Date.now(), answer });
}

async function fetched(address) {
	const response = await fetch(address, { headers: { Accept: "application/json" } });
	if (!response.ok) throw new Error(response.statusText);
	return (await response.json()).message;
}
