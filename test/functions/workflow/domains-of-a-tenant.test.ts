import {
	GetDistributionTenantByDomainCommand,
	GetDistributionTenantCommand,
	UpdateDistributionTenantCommand,
} from "@aws-sdk/client-cloudfront";
import { StopExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { conditionTypes } from "../../../domain/conditions.ts";
import type { Operation } from "../../../domain/operation.ts";
import { readTenant } from "../../../services/tenants.ts";
import { readCheck } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, anAttachment, attaching, shop } from "../../builders/a-custom-domain.ts";
import { cloudFrontHas, noSuchEntity } from "../../builders/a-seen-domain.ts";
import { aTenant, tenantId, withTrue } from "../../builders/entities.ts";
import { runDomain } from "./a-domain-step.ts";
import { formerName, hostname, run, world } from "./a-step.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const other = "www.acme.com";
const names = [hostname, shop, other].map((name) => ({ hostname: name, generation: 7 }));
const mapEntry = (name: string) => cloud.row("map", { hostname: name });

describe("stopping what is under way, of a tenant that leaves", () => {
	const stopped = () =>
		cloud.sfn.commandCalls(StopExecutionCommand).map(({ args: [{ input }] }) => input.executionArn?.split(":").at(-1));
	const under = (more: Partial<Operation>) => cloud.hold({ operation: anAttachment(more) });

	it.each<[string, Partial<Operation>, string[]]>([
		["that waits for its customer", {}, [`${attaching}-1`]],
		["that has not begun", { status: "queued" }, [`${attaching}-1`]],
		["that was retried", { attempt: 3 }, [`${attaching}-3`]],
		["that is over", { status: "succeeded" }, []],
		["that has failed", { status: "failed" }, []],
		["that is being taken down itself", { kind: "detach-domain" }, []],
	])("stops the attaching of a domain %s", async (_, operation, executions) => {
		await world(cloud, "CancelRunning");
		await cloud.hold({ claim: aDomainClaim({}, { intent: "remove" }) });
		await under(operation);
		await run("CancelRunning", { hostnames: names });
		expect(stopped()).toEqual(executions);
	});

	it("minds no domain whose operation is not there", async () => {
		await world(cloud, "CancelRunning");
		const { lastOperationId: _none, ...claim } = aDomainClaim({}, { intent: "remove", hostname: other });
		await cloud.hold({ claim });
		await cloud.hold({ claim: aDomainClaim({}, { intent: "remove", lastOperationId: "op_none" }) });
		await run("CancelRunning", { hostnames: names });
		expect(stopped()).toEqual([]);
	});
});

describe("publishing a tenant's route", () => {
	const served = withTrue(aDomainClaim(), ...conditionTypes);
	async function published(more: Parameters<typeof aTenant>[0] = {}): Promise<void> {
		await world(cloud, "PublishRoute");
		await cloud.hold({ tenant: aTenant({ customHostnames: [shop, other], revision: 3, ...more }), claim: served });
		await run("PublishRoute");
	}

	it("takes its domains along, wherever it goes", async () => {
		await published();
		expect(await mapEntry(shop)).toMatchObject({ status: "active", generation: 7, tenantRevision: 3, tenantId });
		await published({ suspension: { reason: "Unpaid.", since: "2027-01-01T00:00:00.000Z", requestedBy: "billing" } });
		expect(await mapEntry(shop)).toMatchObject({ status: "suspended" });
		await published({ primaryHostname: other });
		expect(await mapEntry(shop)).toMatchObject({ status: "active", redirectTo: other });
		expect(await mapEntry(hostname)).toMatchObject({ redirectTo: other });
	});

	it.each([
		["is not published itself yet", aDomainClaim()],
		["is another tenant's by now", withTrue(aDomainClaim({}, { tenantId: "ten_other" }), ...conditionTypes)],
	])("leaves a domain alone that %s", async (_, claim) => {
		await world(cloud, "PublishRoute");
		await cloud.hold({ tenant: aTenant({ customHostnames: [shop, other] }), claim });
		await run("PublishRoute");
		expect(await cloud.rows("map")).toMatchObject([{ hostname }]);
	});

	it("is held up by no domain whose own operation has gone on meanwhile", async () => {
		await cloud.put("map", { hostname: shop, generation: 8, status: "gone" });
		await cloud.hold({ claim: withTrue(aDomainClaim({}, { hostname: other }), ...conditionTypes) });
		await published();
		expect(await mapEntry(shop)).toMatchObject({ generation: 8, status: "gone" });
		expect(await mapEntry(other)).toMatchObject({ status: "active" });
	});

	it("of a domain publishes that domain only", async () => {
		await world(cloud, "PublishRoute");
		await cloud.hold({ tenant: aTenant({ customHostnames: [shop, other] }), claim: served });
		await cloud.hold({ claim: withTrue(aDomainClaim({}, { hostname: other }), ...conditionTypes) });
		await cloud.hold({ operation: anAttachment() });
		await run("PublishRoute", { hostname: shop, operationId: attaching });
		expect(await cloud.rows("map")).toMatchObject([{ hostname: shop, status: "active" }]);
	});

	it("of a domain takes along what its tenant has become meanwhile", async () => {
		const tenant = aTenant({ customHostnames: [shop], revision: 3 });
		const suspension = { reason: "Unpaid.", since: "2027-01-01T00:00:00.000Z", requestedBy: "billing" };
		await cloud.hold({ tenant, claim: served, operation: anAttachment() });
		let writes = 0;
		cloud.overtake(async () => {
			if (++writes === 1) await cloud.hold({ tenant: { ...tenant, suspension, revision: 4 } });
		});
		await run("PublishRoute", { hostname: shop, operationId: attaching });
		expect(await mapEntry(shop)).toMatchObject({ status: "suspended", tenantRevision: 4 });
	});

	it("of a domain whose certificate is open again says that a new attempt brings it, and publishes nothing", async () => {
		await cloud.hold({
			tenant: aTenant({ customHostnames: [shop] }),
			claim: aDomainClaim(),
			operation: anAttachment(),
		});
		const published = run("PublishRoute", { hostname: shop, operationId: attaching });
		await expect(published).rejects.toMatchObject({ name: "ConditionsNotMet" });
		expect(await cloud.rows("map")).toEqual([]);
	});
});

describe("detaching domains from the edge", () => {
	const check = { kind: "domain-detached", subject: `${shop}#7` } as const;
	const disabled = () =>
		cloud.cloudFront
			.commandCalls(UpdateDistributionTenantCommand)
			.map(({ args: [{ input }] }) => [input.Id, input.Enabled]);
	beforeEach(async () => {
		await world(cloud, "WithdrawRoutes");
		await cloud.hold({ claim: aDomainClaim({}, { intent: "remove" }), operation: anAttachment({ hostnames: names }) });
		await cloud.hold({ claim: aDomainClaim({}, { intent: "remove", hostname: other }) });
		cloud.cloudFront.on(GetDistributionTenantByDomainCommand).rejects(noSuchEntity);
		cloud.cloudFront.on(GetDistributionTenantCommand).rejects(noSuchEntity);
	});

	it("disables their distribution tenants, and parks its token until they are gone", async () => {
		cloudFrontHas(cloud);
		cloudFrontHas(cloud, { hostname: other });
		await runDomain("DetachEdge", { hostnames: names });
		expect(disabled().sort()).toEqual([
			[`dt-${shop}`, false],
			[`dt-${other}`, false],
		]);
		expect(await readCheck(check)).toMatchObject({ waits: [{ taskToken: "token-1", state: "DetachEdge" }] });
		expect(cloud.sent("checks")).toEqual([{ version: 1, ...check, delaySeconds: 0 }]);
	});

	it("leaves alone what is disabled already, or was never made", async () => {
		cloudFrontHas(cloud, { enabled: false });
		await runDomain("DetachEdge", { hostnames: names });
		expect(disabled()).toEqual([]);
		expect(await readCheck(check)).toBeDefined();
	});
});

describe("releasing a domain's name", () => {
	it("puts it into quarantine and leaves its tenant's other names", async () => {
		await world(cloud, "ReleaseHostnames");
		await cloud.hold({
			tenant: aTenant({ formerHostnames: [formerName], customHostnames: [shop, other] }),
			claim: aDomainClaim({}, { intent: "remove" }),
			operation: anAttachment({ kind: "detach-domain" }),
		});
		const hostnames = [{ hostname: shop, generation: 7 }];
		await run("ReleaseHostnames", { hostname: shop, operationId: attaching, hostnames });
		expect(await cloud.claim(shop)).toMatchObject({ intent: "released", quarantinedUntil: expect.any(String) });
		expect(await readTenant(tenantId)).toMatchObject({ customHostnames: [other], formerHostnames: [formerName] });
		expect(await readTenant(tenantId)).not.toHaveProperty("releasedAt");
		expect(await mapEntry(shop)).toMatchObject({ status: "removing", expiresAt: expect.any(Number) });
	});
});
