// Durations and moments in words, in the viewer's time zone.
import { esc } from "./markup";

/**
 * Seconds of working time as "2 h 10 min", and in working days from the first one on: "3 working days", "1 working day 4 h".
 * @param workday seconds of a usual working day; without it hours stay hours
 */
export function working_time(seconds, workday) {
	const whole = Math.abs(seconds);
	if (workday && whole >= workday) {
		const count = Math.floor(whole / workday);
		const rest = Math.floor((whole - count * workday) / 3600);
		const days = count === 1 ? __("1 working day") : __("{0} working days", [count]);
		return rest && count < 10 ? __("{0} {1} h", [days, rest]) : days;
	}
	const minutes = Math.max(0, Math.round(Math.abs(seconds) / 60));
	const hours = Math.floor(minutes / 60);
	const rest = minutes % 60;
	if (!hours) return __("{0} min", [rest]);
	if (!rest || hours >= 100) return __("{0} h", [hours], "Complaint");
	return __("{0} h {1} min", [hours, rest]);
}

/** How much of a limit is left, or how far it is passed; seconds of working time. */
export function time_left(seconds, workday) {
	const shown = working_time(seconds, workday);
	// Working days say by themselves what they count.
	if (workday && Math.abs(seconds) >= workday) return seconds >= 0 ? __("{0} left", [shown]) : __("{0} over the limit", [shown]);
	return seconds >= 0 ? __("{0} of working time left", [shown]) : __("{0} of working time over the limit", [shown]);
}

/** Seconds on the calendar: the largest unit that says enough. */
export function elapsed(seconds) {
	const minutes = Math.floor(Math.max(0, seconds || 0) / 60);
	if (minutes < 1) return __("less than a minute");
	if (minutes < 60) return minutes === 1 ? __("1 minute") : __("{0} minutes", [minutes]);
	const hours = Math.floor(minutes / 60);
	if (hours < 48) return hours === 1 ? __("1 hour") : __("{0} hours", [hours], "Complaint");
	return __("{0} days", [Math.floor(hours / 24)]);
}

/** A server moment as the viewer's date and time, without seconds. */
export function moment_text(value) {
	if (!value) return "";
	const local = frappe.datetime.convert_to_user_tz(value, false);
	return local.format(`${frappe.datetime.get_user_date_fmt().toUpperCase()} HH:mm`);
}

export function date_text(value) {
	return value ? frappe.datetime.str_to_user(String(value).slice(0, 10)) : "";
}

/** Day and month alone, in the order of the viewer's dates: for a scale on which the year goes without saying. */
export function day_text(value) {
	if (!value) return "";
	const order = frappe.datetime.get_user_date_fmt().replace(/^y+[^a-z]?|[^a-z.]?y+$/gi, "");
	return moment(String(value).slice(0, 10)).format(order.toUpperCase());
}

export function money(amount, currency) {
	return format_currency(amount || 0, currency);
}

/** A link to a record, as HTML; its name alone for who may not open records of that kind. */
export function record_link(doctype, name, text, attributes = "") {
	if (!name) return "";
	if (!frappe.model.can_read(doctype)) return esc(text || name);
	return `<a href="${esc(frappe.utils.get_form_link(doctype, name))}"${attributes && ` ${attributes}`}>${esc(text || name)}</a>`;
}

/** Show a shipped word that a text field holds in the reader's language while it is written, and keep it as it is stored. */
export function write_translated(control) {
	if (!control || control.cq_translated) return;
	// No object: what somebody types may be the name of what every object has.
	control.cq_translated = new Map();
	const parse = control.parse ? control.parse.bind(control) : (value) => value;
	// eslint-disable-next-line no-restricted-syntax -- a control has no other place for a word that is shown and not kept
	control.format_for_input = (value) => {
		// The framework looks its messages up in an object.
		const told = value ? __(value) : "";
		const shown = typeof told === "string" ? told : value;
		control.cq_translated.set(shown, value);
		return shown;
	};
	// eslint-disable-next-line no-restricted-syntax -- and none for the way back
	control.parse = (value) => parse(control.cq_translated.has(value) ? control.cq_translated.get(value) : value);
	control.refresh_input();
}
