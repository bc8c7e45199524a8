/** Messages and events that were given up, tried once more from their form or list. */
export function again(method, names, done) {
	return frappe.xcall(`complaint_qms.api.given_up.${method}`, { names }).then(({ again }) => {
		const message = again ? __("{0} are tried once more.", [again]) : __("None of these was given up.");
		frappe.show_alert({ message, indicator: again ? "green" : "orange" });
		done();
	});
}
