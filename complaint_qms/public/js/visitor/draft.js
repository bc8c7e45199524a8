// What was typed into a form survives a reload and a refusal, in this window of the browser alone.
import { random_key } from "./page";

export class Draft {
	/** @param {string} name under which it is kept. */
	constructor(name) {
		this.name = name;
		this.values = this.read();
	}

	keep(values) {
		this.values = { ...this.values, ...values };
		try {
			sessionStorage.setItem(this.name, JSON.stringify(this.values));
		} catch (error) {
			// a browser that keeps nothing
		}
	}

	forget() {
		try {
			sessionStorage.removeItem(this.name);
		} catch (error) {
			// nothing was kept
		}
	}

	/** Another one begins, with some values of this one. */
	renew(values) {
		this.forget();
		this.values = { ...values, key: random_key() };
	}

	read() {
		try {
			const kept = JSON.parse(sessionStorage.getItem(this.name));
			if (kept && kept.key) return kept;
		} catch (error) {
			// nothing was kept
		}
		return { key: random_key() };
	}
}
