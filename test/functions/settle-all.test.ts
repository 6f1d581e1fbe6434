import { describe, expect, it } from "vitest";
import { settleAll } from "../../functions/settle-all.ts";

const items = [0, 1, 2, 3, 4];

describe("acting on all items", () => {
	it("acts on every one, so many at a time", async () => {
		const acted: number[] = [];
		let running = 0;
		let most = 0;
		await settleAll(items, 2, async (item) => {
			most = Math.max(most, ++running);
			await Promise.resolve();
			running--;
			acted.push(item);
		});
		expect(acted).toEqual(items);
		expect(most).toBe(2);
	});

	it("throws all that went wrong, once every other was dealt with", async () => {
		const acted: number[] = [];
		const all = settleAll(items, 2, async (item) => {
			await Promise.resolve();
			if (item % 2 === 0) throw new Error(`no ${item}`);
			acted.push(item);
		});
		await expect(all).rejects.toMatchObject({
			message: "3 of 5 failed.",
			errors: [{ message: "no 0" }, { message: "no 2" }, { message: "no 4" }],
		});
		expect(acted).toEqual([1, 3]);
	});
});
