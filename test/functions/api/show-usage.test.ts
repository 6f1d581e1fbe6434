import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { routes } from "../../../functions/api/routes.ts";
import { handler } from "../../../functions/api/show-usage.ts";
import { keepHour, keepProgress } from "../../../services/usage.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aTenant, tenantId } from "../../builders/entities.ts";
import type { HttpRequest } from "../../builders/lambda-events.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const { hostname } = aTenant();
const request = (query: Record<string, string>): HttpRequest => ({
	...{ method: "GET", route: "/v1/tenants/{tenantId}/usage", pathParameters: { tenantId }, query },
});
const usageOf = async (month: string) =>
	routes.showUsage.reply.schema.parse((await ask(handler, request({ month }))).body);
const traffic = (requests: number) => ({ requests, bytesOut: requests * 100, bytesIn: requests * 10 });

describe("GET /v1/tenants/{tenantId}/usage", () => {
	it("adds up the hours of the month, and of no other month and no other tenant", async () => {
		await cloud.hold({ tenant: aTenant() });
		for (const [hour, requests] of [
			["2026-11-01T00", 1],
			["2026-11-01T23", 2],
			["2026-11-30T23", 4],
		] as const) {
			await keepHour(tenantId, hostname, hour, traffic(requests));
		}
		for (const hour of ["2026-10-31T23", "2026-12-01T00"]) await keepHour(tenantId, hostname, hour, traffic(100));
		await keepHour("ten_other", hostname, "2026-11-02T00", traffic(100));
		await keepProgress({ through: "2026-12-01T03", counted: {} });
		expect(await usageOf("2026-11")).toEqual({
			...{ tenantId, month: "2026-11", through: "2026-12-01T03:00:00.000Z", ...traffic(7) },
			hostnames: [{ hostname, ...traffic(7) }],
		});
	});

	it("is whole, however many names a tenant has had", async () => {
		await cloud.hold({ tenant: aTenant() });
		const names = Array.from({ length: 60 }, (_, at) => `n${at}.${"x".repeat(60)}.${"y".repeat(60)}.app.example.com`);
		const hours = Array.from({ length: 31 }, (_, day) => `2026-12-${String(day + 1).padStart(2, "0")}T00`);
		const row = (name: string, hour: string) =>
			cloud.put("usage", {
				...{ pk: `TENANT#${tenantId}`, sk: `MONTH#2026-12#${name}#${hour.slice(0, 10)}`, hostname: name },
				...Object.fromEntries(Array.from({ length: 24 }, (_, at) => [`h${String(at).padStart(2, "0")}`, traffic(1)])),
			});
		await Promise.all(names.flatMap((name) => hours.map((hour) => row(name, hour))));
		const usage = await usageOf("2026-12");
		expect(usage.requests).toBe(60 * 31 * 24);
		expect(usage.hostnames).toHaveLength(60);
	});

	it("is of a tenant that left, too, and nothing before anything was counted", async () => {
		await cloud.hold({ tenant: aTenant() });
		expect(await usageOf("2026-11")).toMatchObject({ through: null, requests: 0, hostnames: [] });
	});

	it("is refused for a tenant that nobody knows, and for what is no month", async () => {
		expect(await problem(handler, request({ month: "2026-11" }))).toMatchObject({ status: 404 });
		for (const query of [{}, { month: "november" }, { month: "2026-11", day: "1" }] as Record<string, string>[]) {
			expect(await problem(handler, request(query))).toMatchObject({ status: 400 });
		}
	});
});
