// A second of computing before a complaint is sent: a number that makes the SHA-256 of challenge and number begin with zeros.
const BATCH = 256;

/** The answer to a challenge of the server; null where the browser has no SHA-256, as on pages without HTTPS. */
export async function work(challenge, bits) {
	if (!window.crypto || !crypto.subtle) return null;
	const encoder = new TextEncoder();
	for (let from = 0; ; from += BATCH) {
		const tried = Array.from({ length: BATCH }, (_, place) => String(from + place));
		const sums = await Promise.all(tried.map((answer) => crypto.subtle.digest("SHA-256", encoder.encode(`${challenge}:${answer}`))));
		const found = sums.findIndex((sum) => begins_with_zeros(new DataView(sum), bits));
		if (found >= 0) return tried[found];
	}
}

function begins_with_zeros(view, bits) {
	return bits >= 32 ? view.getUint32(0) === 0 : view.getUint32(0) >>> (32 - bits) === 0;
}
