// Names of people for lists and boards, which hold their addresses.

/** Load the names of users that the desk does not know yet. */
export async function know_people(users) {
	const unknown = [...new Set(users)].filter((user) => user && !frappe.boot.user_info[user]);
	if (!unknown.length) return;
	const method = "frappe.desk.form.load.get_user_info_for_viewers";
	frappe.update_user_info(await frappe.xcall(method, { users: JSON.stringify(unknown) }));
}
