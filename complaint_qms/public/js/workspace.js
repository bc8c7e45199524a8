// The workspace's shortcuts, where the framework asks for the right to read alone.

/** For the whole desk, once: who may not register a complaint, as an auditor, is not offered to. */
export function mind_shortcuts() {
	if (frappe.model.can_create("Complaint")) return;
	const style = document.createElement("style");
	style.textContent = `.shortcut-widget-box[aria-label=${JSON.stringify(__("Register a Complaint"))}] { display: none; }`;
	document.head.append(style);
}
