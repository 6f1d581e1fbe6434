import { DeleteCertificateCommand, ResourceInUseException } from "@aws-sdk/client-acm";
import {
	DeleteDistributionTenantCommand,
	GetDistributionTenantByDomainCommand,
	GetDistributionTenantCommand,
	PreconditionFailed,
} from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler } from "../../../functions/queue/check-waits.ts";
import { park, readCheck } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, anAttachment, attaching, certificateArn, shop } from "../../builders/a-custom-domain.ts";
import { cloudFrontHas, noSuchEntity } from "../../builders/a-seen-domain.ts";
import { aClaim, aWait } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	cloud.cloudFront.on(GetDistributionTenantByDomainCommand).rejects(noSuchEntity);
	cloud.cloudFront.on(GetDistributionTenantCommand).rejects(noSuchEntity);
});
afterAll(() => cloud.close());

const check = { kind: "domain-detached", subject: `${shop}#7` } as const;
const look = () => handler(sqsEvent({ version: 1, ...check }));
const other = "www.acme.com";
const going = { certificateArn, distributionTenantId: "dt_1" };
const said = { $metadata: {}, message: "no" };

/** A tenant that leaves: its platform subdomain, and two custom domains. */
async function parked(): Promise<void> {
	const hostnames = [aClaim().hostname, shop, other].map((hostname) => ({ hostname, generation: 7 }));
	await cloud.hold({ operation: anAttachment({ kind: "offboard-tenant", hostnames }) });
	await cloud.hold({ claim: aClaim({ intent: "remove" }) });
	await cloud.hold({ claim: aDomainClaim(going, { intent: "remove" }) });
	await cloud.hold({ claim: aDomainClaim({}, { intent: "remove", hostname: other }) });
	const wait = aWait({ state: "DetachEdge", hostname: shop, operationId: attaching });
	await park(check, wait, new Date().toISOString());
}
const deletedTenants = () =>
	cloud.cloudFront.commandCalls(DeleteDistributionTenantCommand).map(({ args: [{ input }] }) => input.Id);
const deletedCertificates = () =>
	cloud.acm.commandCalls(DeleteCertificateCommand).map(({ args: [{ input }] }) => input.CertificateArn);
const lastSeen = async () => (await readCheck(check))?.check.lastSeen;

describe("a look at domains that are taken down", () => {
	it("deletes what is disabled everywhere, the certificate after its tenant, and frees the task", async () => {
		await parked();
		for (const hostname of [shop, other]) cloudFrontHas(cloud, { hostname, enabled: false });
		const order: string[] = [];
		cloud.cloudFront.on(DeleteDistributionTenantCommand).callsFake(({ Id }) => order.push(Id));
		cloud.acm.on(DeleteCertificateCommand).callsFake(({ CertificateArn }) => order.push(CertificateArn));
		await look();
		expect([...order].sort()).toEqual([certificateArn, `dt-${shop}`, `dt-${other}`].sort());
		expect(order.indexOf(certificateArn)).toBeGreaterThan(order.indexOf(`dt-${shop}`));
		expect(cloud.freed()).toEqual(["token-1"]);
		expect((await cloud.claim(shop))?.["conditions"].EdgeAttached).toMatchObject({
			...{ status: "unknown", reason: "Detached" },
		});
		expect((await cloud.operation(attaching))?.["stepsDone"]).toHaveProperty("DetachEdge");
	});

	it("leaves alone what another application of this account has for the name", async () => {
		await parked();
		cloudFrontHas(cloud, { distribution: "EOTHER", enabled: false });
		await look();
		expect(deletedTenants()).toEqual([]);
		expect(cloud.freed()).toEqual(["token-1"]);
	});

	it("deletes the target of a move that came to nothing, which has another name", async () => {
		await parked();
		cloudFrontHas(cloud, { distribution: "EOTHER" });
		const target = { Id: "dt_1", DistributionId: "E2", Enabled: false, Status: "Deployed", Domains: [] };
		cloud.cloudFront
			.on(GetDistributionTenantCommand, { Identifier: "dt_1" })
			.resolves({ DistributionTenant: target, ETag: "etag-1" });
		await look();
		expect(deletedTenants()).toEqual(["dt_1"]);
	});

	it("touches nothing that a newer attempt has made for the name", async () => {
		await parked();
		await cloud.hold({ claim: aDomainClaim(going, { generation: 9 }) });
		cloudFrontHas(cloud, { enabled: false });
		await look();
		expect([...deletedTenants(), ...deletedCertificates()]).toEqual([]);
	});

	it("is done where nothing was ever made, or all is gone", async () => {
		await parked();
		await look();
		expect(deletedTenants()).toEqual([]);
		expect(deletedCertificates()).toEqual([certificateArn]);
		expect(cloud.freed()).toEqual(["token-1"]);
	});

	it.each([{ enabled: true }, { enabled: false, status: "InProgress" }] as const)(
		"waits for CloudFront while a tenant is %j, and takes no certificate away",
		async (tenant) => {
			await parked();
			cloudFrontHas(cloud, tenant);
			await look();
			expect(await lastSeen()).toMatch(`CloudFront is still disabling '${shop}'`);
			expect([...deletedTenants(), ...deletedCertificates(), ...cloud.freed()]).toEqual([]);
		},
	);

	it("waits for what CloudFront does not delete yet, or ACM", async () => {
		await parked();
		cloudFrontHas(cloud, { enabled: false });
		cloud.cloudFront.on(DeleteDistributionTenantCommand).rejects(new PreconditionFailed(said));
		await look();
		expect(deletedTenants()).toEqual([`dt-${shop}`]);
		expect([...deletedCertificates(), ...cloud.freed()]).toEqual([]);
		expect(await lastSeen()).toMatch(`CloudFront does not delete '${shop}' yet`);

		cloud.cloudFront.on(DeleteDistributionTenantCommand).resolves({});
		cloud.acm.on(DeleteCertificateCommand).rejects(new ResourceInUseException(said));
		await parked();
		await look();
		expect(cloud.freed()).toEqual([]);
		expect(await lastSeen()).toMatch(`certificate of '${shop}' is still in use`);
	});

	it("is over when neither its operation nor its claim is there any more", async () => {
		await park(check, aWait({ hostname: shop, operationId: "op_none" }), new Date().toISOString());
		await look();
		expect(cloud.failed()).toMatchObject([{ error: "Superseded" }]);
	});
});
