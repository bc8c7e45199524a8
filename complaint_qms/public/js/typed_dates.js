/**
 * Keep a date that is typed while its calendar is still opening, which takes longer on a busy machine. Once it stands, the framework
 * places it anew, and its library then writes what is chosen in it, so far nothing, over what was typed. It is placed well already.
 */
export function keep_typed_dates() {
	document.addEventListener(
		"input",
		({ target }) => {
			const calendar = $(target).data("datepicker");
			if (calendar && calendar.$datepicker) calendar.$datepicker.off("transitionend.dp");
		},
		true
	);
}
