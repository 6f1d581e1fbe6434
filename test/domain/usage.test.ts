import { describe, expect, it } from "vitest";
import {
	folderOf,
	hourOf,
	hourOfFile,
	hoursToCount,
	monthSchema,
	progressAfter,
	progressSchema,
	readLogLine,
	tenantOf,
	usageView,
	usageViewSchema,
} from "../../domain/usage.ts";
import { aClaim, tenantId } from "../builders/entities.ts";

const line = (more: object = {}) =>
	JSON.stringify({ "x-host-header": "Acme.app.example.com", "sc-bytes": "512", "cs-bytes": "80", ...more });
const traffic = (requests: number, bytesOut = 0, bytesIn = 0) => ({ requests, bytesOut, bytesIn });

describe("a line of the access log", () => {
	it("is one request to the Host that the viewer sent, with all bytes of both ways", () => {
		expect(readLogLine(line({ "cs-uri-stem": "/" }))).toEqual({
			host: "Acme.app.example.com",
			traffic: traffic(1, 512, 80),
		});
	});

	it.each([
		["no JSON", "#Version: 1.0"],
		["an empty one", ""],
		["JSON of something else", "[]"],
		["one without a Host", line({ "x-host-header": undefined })],
		["one whose bytes are no number", line({ "sc-bytes": "-" })],
		["one whose bytes are fewer than none", line({ "cs-bytes": "-1" })],
	])("is nothing that counts when it is %s", (_, text) => {
		expect(readLogLine(text)).toBeUndefined();
	});
});

describe("an hour of the log", () => {
	it("is the one that its file's name says, however deep the file lies", () => {
		const name = "E1ABC.2026-11-23-05.1a2b3c4d.gz";
		expect(hourOfFile(`AWSLogs/222222222222/CloudFront/E1ABC/2026/11/23/05/${name}`)).toBe("2026-11-23T05");
		expect(hourOfFile(name)).toBe("2026-11-23T05");
		expect(hourOfFile("AWSLogs/aws-logs-write-test")).toBeUndefined();
		expect(hourOfFile("E1ABC.2026-11-23-05.1a2b3c4d.parquet")).toBeUndefined();
	});

	it("lies in a folder by which hours sort", () => {
		expect(folderOf("2026-11-23T05")).toBe("2026/11/23/05/");
		expect(hourOf(Date.parse("2026-11-23T05:59:59.999Z"))).toBe("2026-11-23T05");
	});
});

describe("an hour of a hostname counts", () => {
	const at = (claim: Parameters<typeof aClaim>[0], hour: string) => tenantOf(aClaim(claim), hour);
	const createdAt = "2026-11-23T05:30:00.000Z";

	it("to the tenant that holds the name, from the hour in which it was claimed", () => {
		expect(at({ createdAt }, "2026-11-23T06")).toBe(tenantId);
		expect(at({ createdAt }, "2026-11-23T05")).toBe(tenantId);
		expect(at({ createdAt }, "2026-11-23T04")).toBeUndefined();
		expect(at({ createdAt: "2026-11-23T05:00:00.000Z" }, "2026-11-23T04")).toBeUndefined();
	});

	it.each(["suspend", "redirect", "remove"] as const)("to it also while the name is meant to %s", (intent) => {
		expect(at({ intent, updatedAt: createdAt }, "2026-11-24T00")).toBe(tenantId);
	});

	it("to the tenant that gave it back, up to the hour in which it did", () => {
		const released = { intent: "released", createdAt: "2026-11-01T00:00:00.000Z", updatedAt: createdAt } as const;
		expect(at(released, "2026-11-23T04")).toBe(tenantId);
		expect(at(released, "2026-11-23T05")).toBe(tenantId);
		expect(at(released, "2026-11-23T06")).toBeUndefined();
	});
});

describe("counting", () => {
	const nowMs = Date.parse("2026-11-23T05:20:00.000Z");
	const settled = "2026-11-22T05";

	it("takes the hours that have other files than were counted, the oldest first", () => {
		const files = new Map([
			["2026-11-23T04", ["a", "b", "c"]],
			["2026-11-23T03", ["d", "e"]],
			["2026-11-22T09", ["f"]],
		]);
		expect(hoursToCount(files, { counted: { "2026-11-23T03": 2, "2026-11-23T04": 2 } })).toEqual([
			["2026-11-22T09", ["f"]],
			["2026-11-23T04", ["a", "b", "c"]],
		]);
	});

	it("is through with an hour a day after its end, when its log has come", () => {
		const counted = { "2026-11-22T04": 1, "2026-11-22T05": 2 };
		expect(progressAfter({ counted }, { done: { "2026-11-23T05": 7 }, open: [], nowMs })).toEqual({
			through: settled,
			counted: { "2026-11-22T05": 2, "2026-11-23T05": 7 },
		});
	});

	it("waits for the first hour that could not be counted, whatever has come after it", () => {
		const open = ["2026-11-22T09", "2026-11-21T23", "2026-11-23T01"];
		const before = { through: "2026-11-21T20", counted: {} };
		expect(progressAfter(before, { done: { "2026-11-22T00": 1 }, open, nowMs })).toEqual({
			through: "2026-11-21T23",
			counted: { "2026-11-22T00": 1 },
		});
	});

	it("never goes back, also by a clock that does", () => {
		const before = { through: "2026-11-23T00", counted: { "2026-11-23T01": 1 } };
		expect(progressAfter(before, { done: {}, open: [], nowMs })).toEqual(before);
	});

	it("begins without any", () => {
		expect(progressSchema.parse({})).toEqual({ counted: {} });
	});
});

describe("a tenant's usage", () => {
	const acme = "acme.app.example.com";
	const former = "acme-old.app.example.com";

	it("is the sum of all days and names, and tells each name's part", () => {
		const parts = [
			{ hostname: acme, traffic: traffic(2, 100, 10) },
			{ hostname: former, traffic: traffic(1, 7, 3) },
			{ hostname: acme, traffic: traffic(3, 50, 5) },
		];
		const view = usageView({ tenantId, month: "2026-11" }, parts, "2026-11-22T05");
		expect(view).toEqual({
			...{ tenantId, month: "2026-11", through: "2026-11-22T05:00:00.000Z", ...traffic(6, 157, 18) },
			hostnames: [
				{ hostname: former, ...traffic(1, 7, 3) },
				{ hostname: acme, ...traffic(5, 150, 15) },
			],
		});
		expect(usageViewSchema.parse(view)).toEqual(view);
	});

	it("is nothing, and nobody says through when, before anything was counted", () => {
		const view = usageView({ tenantId, month: "2026-11" }, [], undefined);
		expect(view).toMatchObject({ through: null, requests: 0, bytesOut: 0, bytesIn: 0, hostnames: [] });
	});

	it.each(["2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "1999-12", "2026-11\n"])(
		"is of no month %j",
		(month) => {
			expect(monthSchema.safeParse(month).success).toBe(false);
		},
	);
});
