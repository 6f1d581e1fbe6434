import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../domain/limits.ts";
import { ownershipToken, ownershipTokenBytes } from "../../domain/ownership-token.ts";

const bytes = (...values: number[]) => Uint8Array.from({ length: 17 }, (_, at) => values[at] ?? 0);

describe("an ownership token", () => {
	it("is the first 130 bits, five to a character", () => {
		expect(ownershipToken(bytes())).toBe("0".repeat(26));
		expect(ownershipToken(new Uint8Array(17).fill(255))).toBe("z".repeat(26));
		expect(ownershipToken(bytes(0b00001_000, 0b10_00011_0, 0b0100_0010, 0b1_00110_00, 0b111_01000))).toBe(
			`12345678${"0".repeat(18)}`,
		);
	});

	it("takes nothing of what is left over", () => {
		const last = (byte: number) => ownershipToken(Uint8Array.from({ length: 17 }, (_, at) => (at === 16 ? byte : 7)));
		expect(last(0b11_000000)).toBe(last(0b11_111111));
		expect(last(0b11_000000)).not.toBe(last(0b10_000000));
		expect(ownershipToken(new Uint8Array(40).fill(9))).toBe(ownershipToken(new Uint8Array(17).fill(9)));
	});

	it("can stand in DNS as one label and says different things of different bits", () => {
		const random = fc.uint8Array({ minLength: ownershipTokenBytes, maxLength: ownershipTokenBytes });
		fc.assert(
			fc.property(random, random, (one, other) => {
				const token = ownershipToken(one);
				expect(token).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
				expect(token.length).toBeLessThanOrEqual(limits.dnsLabel.value);
				const isSame = one.every((byte, at) => (at < 16 ? byte === other[at] : byte >> 6 === (other[at] ?? 0) >> 6));
				expect(ownershipToken(other) === token).toBe(isSame);
			}),
		);
	});

	it("is not made of too little", () => {
		expect(() => ownershipToken(new Uint8Array(16))).toThrow(RangeError);
	});
});
