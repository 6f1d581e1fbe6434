import {
	CreateDistributionTenantCommand,
	GetDistributionTenantByDomainCommand,
	GetManagedCertificateDetailsCommand,
	UpdateDistributionTenantCommand,
} from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CustomDomain } from "../../../domain/custom-domain.ts";
import { readCheck } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, certificateArn, shop } from "../../builders/a-custom-domain.ts";
import { cloudFrontHas, noSuchEntity } from "../../builders/a-seen-domain.ts";
import { tenantId, withTrue } from "../../builders/entities.ts";
import { domainStepsDone, domainWorld, runDomain } from "./a-domain-step.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	cloud.cloudFront.on(GetDistributionTenantByDomainCommand).rejects(noSuchEntity);
	cloud.cloudFront.on(CreateDistributionTenantCommand).resolves({ DistributionTenant: { Id: distributionTenantId } });
});
afterAll(() => cloud.close());

const distributionTenantId = `dt-${shop}`;
const byDns: Partial<CustomDomain> = { validation: "dns", proofs: ["txt"] };
const custom = async () => (await cloud.claim(shop))?.["custom"];
const created = () =>
	cloud.cloudFront.commandCalls(CreateDistributionTenantCommand).map(({ args: [{ input }] }) => input);
const updated = () =>
	cloud.cloudFront.commandCalls(UpdateDistributionTenantCommand).map(({ args: [{ input }] }) => input);

describe("a state that waits", () => {
	it.each([
		["VerifyOwnership", "domain-ownership"],
		["AwaitCertificate", "domain-certificate"],
		["AwaitEdge", "domain-edge"],
		["AwaitTraffic", "domain-traffic"],
	] as const)("%s parks its token on %s, and rings at once", async (state, kind) => {
		await domainWorld(cloud);
		await runDomain(state);
		const check = { kind, subject: `${shop}#7` };
		expect(await readCheck(check)).toMatchObject({ check, waits: [{ taskToken: "token-1", state, hostname: shop }] });
		expect(cloud.sent("checks")).toEqual([{ version: 1, ...check, delaySeconds: 0 }]);
		expect(await domainStepsDone(cloud)).toEqual([]);
	});

	it("of no check that is known is a defect", async () => {
		await domainWorld(cloud);
		const { handler } = await import("../../../functions/workflow/await-domain.ts");
		const input = { version: 1, operationId: "op_1", attempt: 1, kind: "attach-domain", tenantId, hostname: shop };
		const task = {
			input: { ...input, generation: 7, correlationId: "c", hostnames: [] },
			state: "AwaitNothing",
			execution: "e",
		};
		await expect(handler(task)).rejects.toThrow("AwaitNothing");
	});
});

describe("attaching the edge", () => {
	it("by DNS creates the distribution tenant with the certificate", async () => {
		await domainWorld(cloud, aDomainClaim({ ...byDns, certificateArn }));
		await runDomain("AttachEdge");
		expect(created()).toMatchObject([{ Customizations: { Certificate: { Arn: certificateArn } } }]);
		expect(await custom()).toMatchObject({ distributionTenantId });
		expect(await domainStepsDone(cloud)).toEqual(["AttachEdge"]);
	});

	it("by HTTP gives the tenant the certificate that CloudFront got, and nothing when it has it", async () => {
		cloudFrontHas(cloud);
		const says = (CertificateArn: string) => {
			const ManagedCertificateDetails = { CertificateStatus: "issued", CertificateArn } as const;
			cloud.cloudFront.on(GetManagedCertificateDetailsCommand).resolves({ ManagedCertificateDetails });
		};
		await domainWorld(cloud, aDomainClaim({ distributionTenantId }));
		says(certificateArn);
		await runDomain("AttachEdge");
		expect(updated()).toEqual([]);
		says("arn-new");
		await runDomain("AttachEdge");
		expect(updated()).toMatchObject([
			{
				Id: distributionTenantId,
				IfMatch: "etag-1",
				Enabled: true,
				Customizations: { Certificate: { Arn: "arn-new" } },
			},
		]);
	});

	it.each([
		["ACM never gave one", byDns],
		["no distribution tenant was made", {}],
		["CloudFront has none", { distributionTenantId }],
	])("fails in words when %s", async (_, more) => {
		cloud.cloudFront.on(GetManagedCertificateDetailsCommand).resolves({});
		await domainWorld(cloud, aDomainClaim(more));
		await expect(runDomain("AttachEdge")).rejects.toMatchObject({ name: "ConditionsNotMet" });
		expect(await domainStepsDone(cloud)).toEqual([]);
	});
});

describe("calling a domain active", () => {
	const conditions = [
		"OwnershipVerified",
		"CertificateIssued",
		"EdgeAttached",
		"RecordsInSync",
		"RoutePublished",
	] as const;

	it("opens the watch over it, for ever", async () => {
		await domainWorld(cloud, withTrue(aDomainClaim(), ...conditions));
		await runDomain("ActivateTenant");
		expect(await readCheck({ kind: "domain-watch", subject: `${shop}#7` })).toMatchObject({
			check: { looks: 0 },
			waits: [],
		});
		expect((await cloud.claim(shop))?.["conditions"].Serving).toMatchObject({ status: "true" });
	});

	it("asks for it to be made primary, where that is wanted", async () => {
		await domainWorld(cloud, withTrue(aDomainClaim({ primaryWanted: true }), ...conditions));
		await runDomain("ActivateTenant");
		expect(await readCheck({ kind: "domain-primary", subject: `${shop}#7` })).toMatchObject({ check: { looks: 0 } });
		expect(cloud.sent("checks")).toMatchObject([{ version: 1, kind: "domain-primary", subject: `${shop}#7` }]);
	});

	it("does neither while something is not true of it", async () => {
		await domainWorld(cloud, withTrue(aDomainClaim(), ...conditions.slice(0, -1)));
		await expect(runDomain("ActivateTenant")).rejects.toMatchObject({ name: "ConditionsNotMet" });
		expect(await cloud.rows("waits")).toEqual([]);
	});
});
