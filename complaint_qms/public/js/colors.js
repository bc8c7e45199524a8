// Colours that a site chooses for its own levels.

const DARK = "#1c1c1c";
const LIGHT = "#ffffff";
/** Relative luminance of a background on which dark and light ink have the same contrast. */
const TURNS_AT = 0.2;

/** A colour as it may stand in a style; empty when it is none. */
export function safe_color(color) {
	return /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(color || "") ? color : "";
}

/** Dark or light ink, whichever is read better on a background (relative luminance as in WCAG 2.1). */
export function ink(background) {
	let hex = safe_color(background).slice(1);
	if (!hex) return DARK;
	if (hex.length < 6) hex = [...hex].map((digit) => digit + digit).join("");
	const [r, g, b] = [0, 2, 4].map((at) => {
		const share = parseInt(hex.slice(at, at + 2), 16) / 255;
		return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b > TURNS_AT ? DARK : LIGHT;
}
