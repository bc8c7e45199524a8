frappe.ui.form.on("Complaint Import", {
	setup(frm) {
		frappe.realtime.on("complaint_import_progress", (data) => {
			if (data.name === frm.doc.name) show(frm, data);
		});
	},

	refresh(frm) {
		ask_for_order(frm);
		if (frm.is_new()) {
			draw(frm, {});
			return;
		}
		ask(frm);
		const begun = frm.doc.position > 0;
		frm.toggle_enable(["import_file", "company"], !begun);
		if (frm.doc.status !== "completed") add_start(frm, begun);
		if (!begun && frm.doc.import_file) {
			frm.add_custom_button(__("Guess the Columns Again"), () =>
				frappe
					.call({
						method: "complaint_qms.api.importing.guess_columns",
						args: { name: frm.doc.name },
						freeze: true,
					})
					.then(() => frm.reload_doc())
			);
		}
		if (frm.doc.imported) {
			frm.add_custom_button(__("Complaints"), () => frappe.set_route("List", "Complaint", { is_migrated: frm.doc.is_migrated }));
		}
	},

	date_order: ask_for_order,

	import_file(frm) {
		if (frm.doc.import_file && frm.doc.company) frm.save();
	},
});

// Dates that can be read in two ways are said before anything is written, each way with its day.
function ask_for_order(frm) {
	const doubts = frm.doc.position ? [] : kept_list(frm.doc.dates_in_doubt);
	const wrapper = frm.get_field("doubt_html").$wrapper.empty();
	if (!doubts.length) return;
	const day = complaint_qms.language.day_in_words;
	const list = $("<ul>");
	for (const one of doubts) {
		const told = [one.headings.join(" + "), one.example, day(one.day_first), day(one.month_first)];
		$("<li>").text(__("Column {0}: {1} is {2} if the day stands first, and {3} if the month does.", told)).appendTo(list);
	}
	const button = (order, words) =>
		$("<button type='button' class='btn btn-sm mr-2'>")
			.addClass(frm.doc.date_order === order ? "btn-primary" : "btn-default")
			.attr("aria-pressed", frm.doc.date_order === order)
			.text(words)
			.on("click", () => frm.set_value("date_order", order).then(() => frm.is_new() || frm.save()));
	$("<div class='alert alert-warning' role='alert'>")
		.append($("<p>").text(__("Nothing in the file tells the day from the month. Say which it is before you start:")))
		.append(list)
		.append(button("dmy", __("The Day Stands First")), button("mdy", __("The Month Stands First")))
		.appendTo(wrapper);
}

function kept_list(text) {
	try {
		return JSON.parse(text) || [];
	} catch {
		return [];
	}
}

function add_start(frm, begun) {
	complaint_qms.offer_primary(frm, begun ? __("Continue") : __("Start Import"), () => {
		// The form's own call would write the answer into the record, which then counts as changed.
		const start = () =>
			frappe
				.call({
					method: "complaint_qms.api.importing.start",
					args: { name: frm.doc.name },
					freeze: true,
				})
				.then((answer) => show(frm, answer.message));
		frm.is_dirty() ? frm.save().then(start) : start();
	});
}

// Realtime may be off on a site: the stored counts are asked for as long as the import is under way.
function ask(frm) {
	frappe.xcall("complaint_qms.api.importing.progress", { name: frm.doc.name }).then((data) => show(frm, data));
}

function show(frm, data) {
	if (!data || data.name !== frm.doc.name) return;
	const was = frm.doc.status;
	draw(frm, data);
	clearTimeout(frm.import_timer);
	if (["queued", "running"].includes(data.status) && data.alive !== false) {
		frm.import_timer = setTimeout(() => cur_frm === frm && ask(frm), 2000);
	} else if ((was || "") !== (data.status || "") && !frm.is_dirty()) {
		frm.reload_doc();
	}
}

function draw(frm, data) {
	const { esc } = complaint_qms.markup;
	const total = data.total_rows || 0;
	const share = total ? Math.min(100, Math.round((100 * (data.position || 0)) / total)) : 0;
	const words = {
		draft: __("Check the columns, then start."),
		queued: __("Waits for a worker."),
		running:
			data.alive === false
				? __("It was interrupted. Press Continue: nothing is imported twice.")
				: __("Under way. You can leave this page."),
		completed: __("Complete."),
		failed: __("It stopped. Correct the cause below and press Continue: nothing is imported twice."),
	};
	const numbers = [
		[__("Complaints made"), data.imported],
		[__("There already"), data.existing],
		[__("Rows with errors"), data.failed],
	];
	frm.get_field("progress_html").$wrapper.html(`
		<div class="progress" style="height: 14px" role="progressbar" aria-valuenow="${share}" aria-valuemin="0" aria-valuemax="100"
			aria-label="${esc(__("Rows Done"))}"><div class="progress-bar bg-success" style="width: ${share}%"></div></div>
		<p class="mt-2"><b>${share} %</b> · ${esc(__("{0} of {1} rows", [data.position || 0, total]))}
			· <span class="text-muted">${esc(words[data.status] || __("Attach a file and save."))}</span></p>
		<p>${numbers.map(([name, number]) => `${esc(complaint_qms.language.labelled(name, ""))}<b>${cint(number)}</b>`).join(" · ")}</p>`);
}
