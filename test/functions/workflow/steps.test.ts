import { DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { conditionTypes } from "../../../domain/conditions.ts";
import { readCheck } from "../../../services/waits.ts";
import { pendingChanges } from "../../../services/zone-changes.ts";
import { aCloud, type Cloud, setEnvironment } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, operationId, tenantId, withTrue } from "../../builders/entities.ts";
import { everything, hostname, issued, operationOf, run, states, steps, world } from "./a-step.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	cloud.acm.on(DescribeCertificateCommand).resolves({ Certificate: issued() });
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const condition = async (type: (typeof conditionTypes)[number]) => (await cloud.claim(hostname))?.["conditions"][type];

describe.each(states)("%s", (state) => {
	it("ends the same when it runs twice", async () => {
		await world(cloud, state);
		expect(await run(state)).toEqual({});
		const once = await everything(cloud);
		expect(await run(state)).toEqual({});
		expect(await everything(cloud)).toEqual(once);
	});

	const { intent } = operationOf(state);
	// What this very step has released is the one thing that may be found released.
	const released: [string, ReturnType<typeof aClaim>][] =
		state === "ReleaseHostnames" ? [] : [["that was released", aClaim({ intent: "released" })]];
	it.each([["of a newer generation", aClaim({ generation: 8, intent })], ["that is gone", undefined], ...released])(
		"changes nothing for a hostname %s",
		async (_, claim) => {
			await cloud.hold({ tenant: aTenant(), operation: anOperation(), ...(claim && { claim }) });
			const before = await everything(cloud);
			await expect(run(state)).rejects.toMatchObject({ name: "Superseded" });
			expect(await everything(cloud)).toEqual(before);
			expect(cloud.sqs.commandCalls(SendMessageCommand)).toEqual([]);
			expect(cloud.sfn.calls()).toEqual([]);
		},
	);

	it("can be asked again when the registry does not answer", { timeout: 20_000 }, async () => {
		await world(cloud, state);
		cloud.dynamodb.setUnreachable("registry", true);
		await expect(run(state)).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});

	it("reads no task of another shape", async () => {
		await expect(steps[state]({ input: {} })).rejects.toThrow();
	});
});

describe("checking the certificate", () => {
	let certificates = 0;
	// What was told of one is taken for ten seconds.
	beforeEach(() =>
		vi.stubEnv("CERTIFICATE_ARN", `arn:aws:acm:us-east-1:222222222222:certificate/of-test-${++certificates}`),
	);
	afterEach(() => vi.unstubAllEnvs());

	it("asks once for many at once, and again later", async () => {
		await cloud.hold({ claim: aClaim(), operation: anOperation() });
		const asked = () => cloud.acm.commandCalls(DescribeCertificateCommand).length;
		const before = asked();
		for (let at = 0; at < 5; at++) await run("CheckCertificate");
		expect(asked()).toBe(before + 1);
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10_000 });
		await run("CheckCertificate");
		vi.useRealTimers();
		expect(asked()).toBe(before + 2);
	});

	it("records that it is issued and attached, and when that was first so", async () => {
		await cloud.hold({ claim: aClaim(), operation: anOperation() });
		await run("CheckCertificate");
		expect(await condition("CertificateIssued")).toMatchObject({ status: "true", reason: "WildcardCertificate" });
		expect(await condition("EdgeAttached")).toMatchObject({ status: "true" });
		const first = (await cloud.operation(operationId))?.["stepsDone"];
		await run("CheckCertificate");
		expect((await cloud.operation(operationId))?.["stepsDone"]).toEqual(first);
	});

	it.each([
		["is not issued", { ...issued(), Status: "PENDING_VALIDATION" as const }],
		["covers another name", { ...issued(), SubjectAlternativeNames: ["*.example.org"] }],
		["ends soon", issued(3)],
	])("refuses one that %s, and records nothing", async (_, Certificate) => {
		await cloud.hold({ claim: aClaim(), operation: anOperation() });
		cloud.acm.on(DescribeCertificateCommand).resolves({ Certificate });
		await expect(run("CheckCertificate")).rejects.toMatchObject({ name: "CertificateNotReady" });
		expect(await condition("CertificateIssued")).toMatchObject({ status: "unknown" });
	});

	it("is not refused because ACM does not answer", async () => {
		await world(cloud, "CheckCertificate");
		cloud.acm.on(DescribeCertificateCommand).rejects(Object.assign(new Error("slow"), { name: "ThrottlingException" }));
		await expect(run("CheckCertificate")).rejects.toMatchObject({ name: "Throttled" });
	});
});

describe("a token", () => {
	it.each(["SyncRecords", "ProbeRoute"] as const)(
		"is dated with the beginning of %s, however slow it is",
		async (state) => {
			const start = Date.UTC(2027, 0, 1);
			vi.useFakeTimers({ toFake: ["Date"], now: start });
			await world(cloud, state);
			cloud.overtakeReads(() => vi.setSystemTime(start + 5_000));
			await run(state);
			const parkedAt = "2027-01-01T00:00:00.000Z";
			const wait = state === "ProbeRoute" ? await cloud.row("waits", { state }) : (await pendingChanges("Z1"))[0]?.wait;
			expect(wait).toMatchObject({ parkedAt });
			if (state === "SyncRecords") expect(await pendingChanges("Z1")).toMatchObject([{ requestedAt: parkedAt }]);
		},
	);

	it.each(["SyncRecords", "ProbeRoute"] as const)(
		"of a slow %s never replaces that of its later run",
		async (state) => {
			const start = Date.UTC(2027, 0, 1);
			vi.useFakeTimers({ toFake: ["Date"], now: start });
			await world(cloud, state);
			let reads = 0;
			cloud.overtakeReads(async () => {
				if (++reads > 1) return;
				vi.setSystemTime(start + 5_000);
				await run(state, { taskToken: "later" });
			});
			await run(state, { taskToken: "slow" });
			const tokens = [...(await cloud.rows("waits")), ...(await pendingChanges("Z1")).map(({ wait }) => wait)];
			expect(tokens.flatMap(({ taskToken }) => taskToken ?? [])).toEqual(["later"]);
		},
	);
});

describe("syncing the records", () => {
	it("asks for both aliases, parks its token on the row, and rings", async () => {
		await world(cloud, "SyncRecords");
		await run("SyncRecords", { taskToken: "token-9" });
		const [change] = await pendingChanges("Z1");
		expect(change).toMatchObject({ hostname, generation: 7, wait: { taskToken: "token-9", state: "SyncRecords" } });
		expect(change?.records.map(({ type, aliasTarget }) => `${type} ${aliasTarget}`)).toEqual([
			"A d1.cloudfront.net",
			"AAAA d1.cloudfront.net",
		]);
		expect(cloud.sent("zone")).toEqual([{ version: 1, zoneId: "Z1", delaySeconds: 0 }]);
	});

	it.each(["example.com", "app.example.com", "evilapp.example.com", "acme.app.example.com.evil.test"])(
		"never asks for a record outside of the platform domain: %s",
		async (hostname) => {
			await cloud.hold({ claim: aClaim({ hostname }) });
			await expect(run("SyncRecords", { hostname })).rejects.toMatchObject({ name: "OutsideZone" });
			expect(await cloud.rows("zone")).toEqual([]);
			expect(cloud.sent("zone")).toEqual([]);
		},
	);

	it("leaves records alone that are known to stand, as after an import, and goes on at once", async () => {
		await world(cloud, "SyncRecords", { records: true });
		await run("SyncRecords", { taskToken: "token-9" });
		expect(await cloud.rows("zone")).toEqual([]);
		expect(cloud.sent("zone")).toEqual([]);
		expect(cloud.freed()).toEqual(["token-9"]);
		expect((await cloud.operation(operationId))?.["stepsDone"]).toHaveProperty("SyncRecords");
	});

	it.each(["SyncRecords", "ProbeRoute"] as const)("or probing, needs a token: %s", async (state) => {
		await world(cloud, state);
		await expect(run(state, { taskToken: undefined })).rejects.toThrow("no task token");
	});
});

describe("publishing the route", () => {
	it("writes the map's entry, then records it", async () => {
		await world(cloud, "PublishRoute");
		await run("PublishRoute");
		expect(await cloud.rows("map")).toMatchObject([{ hostname, tenantId, generation: 7, status: "active" }]);
		expect(await condition("RoutePublished")).toMatchObject({ status: "true", reason: "Published" });
	});

	it("publishes nothing whose certificate is not known to be issued", async () => {
		await cloud.hold({ tenant: aTenant(), claim: aClaim() });
		await expect(run("PublishRoute")).rejects.toMatchObject({ name: "CertificateNotReady" });
		expect(await cloud.rows("map")).toEqual([]);
	});

	it("never replaces a newer entry", async () => {
		await world(cloud, "PublishRoute");
		await cloud.put("map", { hostname, generation: 8 });
		await expect(run("PublishRoute")).rejects.toMatchObject({ name: "Superseded" });
		expect(await cloud.rows("map")).toEqual([{ hostname, generation: 8 }]);
		expect((await cloud.operation(operationId))?.["stepsDone"]).toEqual({});
	});

	it("publishes nothing of a tenant that is gone", async () => {
		await cloud.hold({ claim: withTrue(aClaim(), "CertificateIssued") });
		await expect(run("PublishRoute")).rejects.toThrow("is gone");
		expect(await cloud.rows("map")).toEqual([]);
	});
});

describe("probing the route", () => {
	it("parks on a probe of this generation, whose first look is now", async () => {
		await world(cloud, "ProbeRoute");
		await run("ProbeRoute", { taskToken: "token-9" });
		const probe = { kind: "edge-probe", subject: `${hostname}#7` };
		expect(await readCheck(probe)).toMatchObject({ check: { looks: 0 }, waits: [{ taskToken: "token-9" }] });
		expect(cloud.sent("checks")).toEqual([{ version: 1, ...probe, delaySeconds: 0 }]);
	});
});

describe("activating the tenant", () => {
	it("calls the hostname active", async () => {
		await world(cloud, "ActivateTenant");
		await run("ActivateTenant");
		expect(await cloud.claim(hostname)).toMatchObject({ statusPk: "CLAIM#active" });
		expect((await cloud.operation(operationId))?.["stepsDone"]).toHaveProperty("ActivateTenant");
	});

	it.each(conditionTypes.filter((type) => type !== "Serving"))("does not while %s is not true", async (missing) => {
		const others = conditionTypes.filter((type) => type !== missing && type !== "Serving");
		const claim = withTrue(aClaim(), ...others);
		const { [missing]: condition } = claim.conditions;
		await cloud.hold({
			claim: { ...claim, conditions: { ...claim.conditions, [missing]: { ...condition, status: "unknown" } } },
			operation: anOperation(),
		});
		await expect(run("ActivateTenant")).rejects.toMatchObject({
			name: "ConditionsNotMet",
			detail: expect.stringContaining(missing),
		});
		expect(await cloud.claim(hostname)).not.toMatchObject({ statusPk: "CLAIM#active" });
	});
});

it("a step says which setting its deployment lacks", async () => {
	await world(cloud, "SyncRecords");
	setEnvironment({ ZONE_ID: "" });
	await expect(run("SyncRecords")).rejects.toMatchObject({
		name: "Misconfigured",
		detail: expect.stringContaining("ZONE_ID"),
	});
	setEnvironment();
});
