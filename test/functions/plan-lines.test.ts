import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { planLines } from "../../functions/plan-lines.ts";
import { documents } from "../../services/dynamodb.ts";
import { claimRow, keys } from "../../services/registry.ts";
import { aCloud, type Cloud, setEnvironment } from "../builders/a-cloud.ts";
import { aClaim, aTenant, platformDomain } from "../builders/entities.ts";
import { holdZone, recordSetsOf } from "./a-fleet.ts";
import { aLineOf } from "./an-import.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	setEnvironment();
	holdZone(cloud, []);
});
afterAll(() => cloud.close());

const plan = (...lines: string[]) => planLines(lines.join("\n"), Date.now() + 10_000);
const rules = async (...lines: string[]) =>
	(await plan(...lines)).map(({ line, state, problem }) =>
		[line, state, problem?.field, problem?.rule].filter((part) => part !== undefined).join(" "),
	);

describe("the plan of a file", () => {
	it("names the line, the member and the rule of what is no tenant, and plans the others", async () => {
		const lines = [
			aLineOf("acme"),
			"",
			"{not json",
			"[]",
			'{"slug":"x"}',
			`${aLineOf("globex")}\r`,
			aLineOf("-bad-"),
			aLineOf("www"),
			aLineOf("afar", { origin: { host: "elsewhere.example.org" } }),
			'{"slug":"deep","__proto__":{}}',
		];
		expect(await rules(...lines)).toEqual([
			"1 new",
			"3 invalid line json",
			"4 invalid line type",
			"5 invalid name required",
			"6 new",
			"7 invalid slug hyphens",
			"8 conflict slug reserved",
			"9 invalid origin.host not-allowed",
			"10 invalid __proto__ member-name",
		]);
	});

	it("takes a slug in another spelling for the same, and a byte order mark for nothing", async () => {
		await cloud.hold({ tenant: aTenant(), claim: aClaim() });
		const lines = [`\ufeff${aLineOf("ACME")}`, aLineOf("Globex"), aLineOf("globex")];
		expect(await rules(...lines)).toEqual(["1 same", "2 new", "3 conflict slug repeated"]);
	});

	it("keeps the request of what is new, and of nothing else", async () => {
		await cloud.hold({ tenant: aTenant(), claim: aClaim() });
		const lines = await plan(aLineOf("acme"), aLineOf("globex"), "{");
		expect(lines.map(({ state, request }) => [state, request?.slug])).toEqual([
			["same", undefined],
			["new", "globex"],
			["invalid", undefined],
		]);
	});

	it("finds who has a slug or an externalRef, and what stands in the zone", async () => {
		await cloud.hold({ tenant: aTenant({ externalRef: "cus_1" }), claim: aClaim() });
		await cloud.put("registry", { ...keys.externalRef("cus_1"), tenantId: aTenant().tenantId });
		const foreign: ResourceRecordSet = {
			...{ Name: `foreign.${platformDomain}.`, Type: "CNAME", TTL: 60, ResourceRecords: [{ Value: "x.example.org" }] },
		};
		holdZone(cloud, [...recordSetsOf(`stood.${platformDomain}`), foreign]);
		const lines = [
			aLineOf("acme", { externalRef: "cus_1" }),
			aLineOf("acme", { externalRef: "cus_2" }),
			aLineOf("other", { externalRef: "cus_1" }),
		];
		expect(await rules(lines[0] ?? "")).toEqual(["1 same"]);
		expect(await rules(lines[1] ?? "", lines[2] ?? "")).toEqual([
			"1 conflict slug unique",
			"2 conflict externalRef unique",
		]);
		const [stood, apart] = await plan(aLineOf("stood"), aLineOf("foreign"));
		expect(stood).toMatchObject({ state: "new", adopted: true });
		expect(apart).toMatchObject({ state: "conflict", problem: { rule: "record-exists" } });
	});

	it("takes no name for free whose row cannot be read", async () => {
		await cloud.put("registry", { ...claimRow(aClaim()), generation: "seven" });
		expect(await rules(aLineOf("acme"), aLineOf("globex"))).toEqual(["1 conflict slug unreadable", "2 new"]);
	});

	it("reads rows a hundred a call, and those of tenants as they were a moment ago", async () => {
		await cloud.hold({ tenant: aTenant(), claim: aClaim() });
		const sent = vi.spyOn(documents, "send");
		const many = Array.from({ length: 240 }, (_, at) => aLineOf(`t-${at}`, { externalRef: `cus_${at}` }));
		await plan(aLineOf("acme"), ...many);
		const requests = sent.mock.calls.flatMap(([command]) =>
			command instanceof BatchGetCommand ? Object.values(command.input.RequestItems ?? {}) : [],
		);
		sent.mockRestore();
		// 241 claims, 240 externalRefs, one tenant.
		expect(requests.map(({ Keys = [] }) => Keys.length).sort((a, b) => a - b)).toEqual([1, 40, 41, 100, 100, 100, 100]);
		expect(requests.every(({ ConsistentRead }) => ConsistentRead)).toBe(true);
	});

	it("is refused without a line, and beyond 10,000 of them", async () => {
		const refused = (rule: string) => ({ name: "InvalidRequest", field: "body", rule });
		await expect(plan("", " \r", "")).rejects.toMatchObject(refused("required"));
		await expect(plan(...Array.from({ length: 10_001 }, () => "{}"))).rejects.toMatchObject(refused("maximum"));
		expect((await plan(...Array.from({ length: 10_000 }, () => "{}"))).length).toBe(10_000);
	});

	it("is none when the zone cannot be read in time", async () => {
		const late = planLines(aLineOf("acme"), Date.now() - 1);
		await expect(late).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});

	it("blames no line for a setting that is wrong", async () => {
		setEnvironment({ ALLOWED_ORIGINS: "not an origin" });
		await expect(plan(aLineOf("acme"))).rejects.toMatchObject({ name: "Misconfigured" });
	});
});
