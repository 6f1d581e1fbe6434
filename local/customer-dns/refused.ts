/** Why the customer's DNS provider does not do what it was told, in a sentence that says what to do instead. */
export class Refused extends Error {
	override readonly name = "Refused";
	/** HTTP status of it. */
	readonly status: 400 | 404 | 409;

	constructor(message: string, status: 400 | 404 | 409 = 400) {
		super(message);
		this.status = status;
	}
}
