// Dialog's key → what was typed into it before it was left without sending.
const left = new Map();

/**
 * Keep what was typed into a dialog that is left by mistake, and give it back when it is opened again.
 * @param {frappe.ui.Dialog} dialog  shown
 * @param {string} key  what the dialog is about
 * @param {string[]} fieldnames  whose texts are kept
 * @returns {() => void}  to be called once it is sent: nothing is kept any more
 */
export function keep_typed_texts(dialog, key, fieldnames) {
	const before = left.get(key);
	if (before) dialog.set_values(before);
	let sent = false;
	dialog.onhide = () => {
		const typed = Object.fromEntries(fieldnames.map((name) => [name, dialog.get_value(name) || ""]).filter(([, text]) => text));
		if (sent || !Object.keys(typed).length) left.delete(key);
		else left.set(key, typed);
	};
	return () => (sent = true);
}
