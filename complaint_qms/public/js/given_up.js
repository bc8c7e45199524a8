/** Messages and events that were given up, tried once more from their form or list. */
export function again(method, names, done) {
	return frappe.xcall(`complaint_qms.api.given_up.${method}`, { names }).then(({ again }) => {
		const tried = again === 1 ? __("1 is tried once more.") : __("{0} are tried once more.", [again]);
		const message = again ? tried : __("None of these was given up.");
		frappe.show_alert({ message, indicator: again ? "green" : "orange" });
		done();
	});
}
