frappe.ui.form.on("Complaint Chat Channel", {
	refresh(frm) {
		const esc = complaint_qms.markup.esc;
		const { $wrapper } = frm.fields_dict.address_html;
		const address = (frm.doc.__onload && frm.doc.__onload.webhook_address) || "";
		if (frm.is_new() || !address) {
			$wrapper.html(`<p class="text-muted">${esc(__("The address is made when you save."))}</p>`);
			return;
		}
		$wrapper.html(`<p>${esc(__("Enter this address at the service as the one it sends messages to."))}</p>
			<p class="cq-address"><code>${esc(address)}</code> <button type="button" class="btn btn-default btn-xs">${esc(__("Copy"))}</button></p>`);
		$wrapper.find("button").on("click", () => frappe.utils.copy_to_clipboard(address));
	},
});
