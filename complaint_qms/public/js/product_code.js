// The dialog with the QR code of a product, to be printed on a label or kept as a picture.
import { esc } from "./markup";

export async function show_product_code(doctype, name) {
	const told = await frappe.xcall("complaint_qms.api.tracking_links.product_code", { doctype, name });
	const dialog = new frappe.ui.Dialog({
		title: __("Complaint QR Code"),
		fields: [{ fieldtype: "HTML", fieldname: "label" }],
		primary_action_label: __("Print Label"),
		primary_action: () => print(told),
		secondary_action_label: __("Download Picture"),
		secondary_action: () => download(told, name),
	});
	dialog.fields_dict.label.$wrapper.html(label_html(told));
	dialog.show();
}

function label_html({ picture, title, numbers, address }) {
	return `<div class="cq-code"><img alt="${esc(__("Complaint QR Code"))}" src="${source(picture)}"><div><b>${esc(title)}</b>
		<div>${numbers.map(esc).join("<br>")}</div></div></div>
		<p class="text-muted small">${esc(__("Scanned with a phone it opens the public page with this product filled in:"))} <a href="${esc(
			address
		)}" target="_blank" rel="noopener">${esc(__("try it"))}</a></p>`;
}

const source = (picture) => `data:image/svg+xml;base64,${btoa(picture)}`;

function print({ picture, title, numbers }) {
	const sheet = window.open("", "_blank");
	if (!sheet) return frappe.msgprint(__("Allow pop-ups for this site to print the label."));
	const { document: page } = sheet;
	page.title = title;
	page.body.style.cssText = "font: 14px sans-serif; text-align: center; margin: 24px";
	const image = page.createElement("img");
	image.style.width = "45mm";
	image.onload = () => sheet.print();
	page.body.append(image);
	for (const text of [title, ...numbers.slice(1), __("Something wrong? Scan and tell us.")]) {
		const line = page.createElement("div");
		line.textContent = text;
		page.body.append(line);
	}
	image.src = source(picture);
	return null;
}

function download({ picture }, name) {
	const link = document.createElement("a");
	link.href = source(picture);
	link.download = `${name}.svg`;
	link.click();
}
