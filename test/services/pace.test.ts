import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { turnFor } from "../../services/pace.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";

let cloud: Cloud;
const waited: number[] = [];
vi.mock("../../services/sleep.ts", () => ({
	sleep: (ms: number) => {
		waited.push(Math.round(ms));
		return Promise.resolve();
	},
}));
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	waited.length = 0;
	vi.spyOn(Date, "now").mockReturnValue(Date.UTC(2027, 0, 1));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => cloud.close());

const later = (ms: number) => vi.spyOn(Date, "now").mockReturnValue(Date.UTC(2027, 0, 1) + ms);

describe("a call with a published rate", () => {
	it("goes at once when nobody else was there", async () => {
		await turnFor("acm:DescribeCertificate", 5_000);
		expect(waited).toEqual([]);
	});

	it("comes in even steps at three fifths of the rate, however many ask at once", async () => {
		await Promise.all(Array.from({ length: 9 }, () => turnFor("acm:DescribeCertificate", 5_000)));
		expect(waited.toSorted((a, b) => a - b)).toEqual([167, 333, 500, 667, 833, 1_000, 1_167, 1_333]);
	});

	it("is refused for now, and takes nobody's turn, when its own would come too late", async () => {
		for (let at = 0; at < 4; at++) await turnFor("acm:RequestCertificate", 1_000);
		const refused = turnFor("acm:RequestCertificate", 1_000);
		await expect(refused).rejects.toMatchObject({
			name: "Throttled",
			detail: expect.stringContaining("acm:RequestCertificate"),
		});
		later(400);
		await turnFor("acm:RequestCertificate", 1_000);
		expect(waited.at(-1)).toBe(933);
	});

	it("waits for no other call's turn, nor for what is past", async () => {
		await turnFor("acm:DescribeCertificate", 0);
		await turnFor("acm:DeleteCertificate", 0);
		later(60_000);
		await turnFor("acm:DescribeCertificate", 0);
		expect(waited).toEqual([]);
	});

	it("says that DynamoDB is away", async () => {
		cloud.failing("UpdateItem");
		await expect(turnFor("acm:DescribeCertificate", 0)).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});
