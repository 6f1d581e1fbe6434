import { describe, expect, it } from "vitest";
import { quarantineNotes } from "../../domain/quarantine.ts";
import { aClaim } from "../builders/entities.ts";

const now = "2026-06-01T00:00:00.000Z";
const released = (hostname: string, quarantinedUntil?: string) => ({
	...aClaim(),
	...{ hostname, intent: "released" as const },
	...(quarantinedUntil !== undefined && { quarantinedUntil }),
});
const told = (claims: Parameters<typeof quarantineNotes>[0]) => quarantineNotes(claims, now).map((one) => one.message);

describe("the names in quarantine", () => {
	it("are told with the day until which, the first to end first, and ask nothing of anybody", () => {
		const claims = [
			released("b.example.com", "2026-08-30T00:00:00.000Z"),
			released("a.example.com", "2026-07-01T12:00:00.000Z"),
			released("c.example.com"),
		];
		expect(told(claims)).toEqual([
			"a.example.com is kept until 2026-07-01.",
			"b.example.com is kept until 2026-08-30.",
			"c.example.com is kept until 9999-12-31.",
		]);
		expect(new Set(quarantineNotes(claims, now).map(({ kind }) => kind))).toEqual(new Set(["note"]));
	});

	it("are not those that somebody has, nor those whose time is over", () => {
		expect(told([aClaim(), released("a.example.com", now)])).toEqual([]);
	});

	it("are told by twenty, and the others by their number", () => {
		const many = Array.from({ length: 23 }, (_, at) => released(`t${at}.example.com`, "2026-08-30T00:00:00.000Z"));
		expect(told(many)).toHaveLength(21);
		expect(told(many).at(-1)).toBe("3 more are kept for longer.");
	});
});
