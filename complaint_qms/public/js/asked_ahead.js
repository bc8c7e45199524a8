// What stands beside a record is asked for as soon as its address is known: the server looks for it while the browser fetches the
// record itself, and the form finds the answer there. Past the framework's calls, which would tell of a refusal a second time.
const KEPT = 5000; // milliseconds; what was asked before that is asked for anew

const asked_of = new Map();

/** For a DocType whose form asks for `method` of its record's name. */
export function ask_ahead(doctype, method) {
	frappe.router.on("change", () => {
		const [view, kind, ...name] = frappe.get_route();
		if (view === "Form" && kind === doctype) ask(doctype, method, name.join("/"));
		else asked_of.delete(doctype);
	});
}

/** The answer to what was asked for this record, once; null where nothing was. It may fail: whoever waits for it asks again. */
export function asked_ahead({ doctype, doc }) {
	const asked = asked_of.get(doctype);
	const answer = asked && asked.name === doc.name && is_kept(asked) ? asked.answer : null;
	asked_of.set(doctype, { name: doc.name, at: Date.now(), answer: null });
	return answer;
}

function ask(doctype, method, name) {
	const asked = asked_of.get(doctype);
	// Of a record that is not saved yet, and of the address that makes one, the server knows nothing.
	if (!name || /^new(-|$)/.test(name) || (asked && asked.name === name && is_kept(asked))) return;
	const answer = fetch(`/api/method/${method}?${new URLSearchParams({ name })}`, { headers: { Accept: "application/json" } }).then(
		async (response) => (response.ok ? (await response.json()).message : Promise.reject(new Error(response.statusText)))
	);
	answer.catch(() => {});
	asked_of.set(doctype, { name, at: Date.now(), answer });
}

const is_kept = ({ at }) => Date.now() - at < KEPT;
