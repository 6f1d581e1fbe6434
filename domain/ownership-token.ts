/** Crockford's alphabet in lower case, without letters that are mistaken for others: https://www.crockford.com/base32.html. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const characters = 26;
const bitsEach = 5;

/** How many random bytes a token is made of: 130 bits, and six that are left over. */
export const ownershipTokenBytes = 17;

/**
 * The token of one attempt (R4): 26 characters that can stand in DNS as a label and in a text record, made of the first 130 bits of `random`,
 * which is to come from a source that nobody can guess. Throws RangeError on fewer than 17 bytes: a token that could be guessed proves nothing.
 */
export function ownershipToken(random: Uint8Array): string {
	if (random.length < ownershipTokenBytes) {
		throw new RangeError(`A token takes ${ownershipTokenBytes} random bytes; these are ${random.length}.`);
	}
	const bits = Array.from(random, (byte) => byte.toString(2).padStart(8, "0")).join("");
	return Array.from({ length: characters }, (_, at) =>
		alphabet.charAt(Number.parseInt(bits.slice(at * bitsEach, (at + 1) * bitsEach), 2)),
	).join("");
}
