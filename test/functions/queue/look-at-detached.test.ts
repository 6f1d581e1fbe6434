import { DeleteCertificateCommand, ResourceInUseException } from "@aws-sdk/client-acm";
import {
	DeleteDistributionTenantCommand,
	GetDistributionTenantByDomainCommand,
	GetDistributionTenantCommand,
	PreconditionFailed,
} from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { handler } from "../../../functions/queue/check-waits.ts";
import { park, readCheck } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import {
	aCustomDomain,
	aDomainClaim,
	anAttachment,
	attaching,
	certificateArn,
	shop,
	validationRecord,
} from "../../builders/a-custom-domain.ts";
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
/** The ladder's next look, when it is due. */
async function again(): Promise<void> {
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
	await look();
	vi.useRealTimers();
}
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

	it("deletes all targets of moves that came to nothing", async () => {
		const left = aDomainClaim({ ...going, formerDistributionTenants: ["dt_0"] }, { intent: "remove" });
		await parked();
		await cloud.hold({ claim: left });
		for (const Id of ["dt_0", "dt_1"]) {
			const target = { Id, DistributionId: "E2", Enabled: false, Status: "Deployed", Domains: [] };
			cloud.cloudFront
				.on(GetDistributionTenantCommand, { Identifier: Id })
				.resolves({ DistributionTenant: target, ETag: `etag-${Id}` });
		}
		await look();
		expect(deletedTenants()).toEqual(["dt_1", "dt_0"]);
		expect((await cloud.claim(shop))?.["custom"]).not.toHaveProperty("formerDistributionTenants");
	});

	it("goes on with the others when one cannot be asked about, and not when another attempt has it", async () => {
		await parked();
		cloudFrontHas(cloud, { hostname: other, enabled: false });
		const down = Object.assign(new Error("down"), { $fault: "server" });
		cloud.cloudFront.on(GetDistributionTenantByDomainCommand, { Domain: shop }).rejects(down);
		await look();
		expect(deletedTenants()).toEqual([`dt-${other}`]);
		expect(await lastSeen()).toMatch(/^Could not ask: CloudFront/);
	});

	it("goes on with the others while one takes longer, and tells how many are open", async () => {
		await parked();
		for (const hostname of [shop, other]) cloudFrontHas(cloud, { hostname, enabled: hostname === shop });
		await look();
		expect(deletedTenants()).toEqual([`dt-${other}`]);
		expect(await lastSeen()).toMatch(`CloudFront is still disabling '${shop}'`);
		for (const hostname of [shop, other]) cloudFrontHas(cloud, { hostname, enabled: true });
		await again();
		expect(await lastSeen()).toMatch("Besides, 1 more to go.");
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

	it("deletes the certificates that others have taken the place of, too, and asks for nothing again that is gone", async () => {
		await parked();
		const former = { formerCertificates: ["arn-1", "arn-2"] };
		await cloud.hold({ claim: aDomainClaim({ ...going, ...former, validationRecord }, { intent: "remove" }) });
		cloudFrontHas(cloud, { hostname: other });
		await look();
		expect(deletedCertificates()).toEqual([certificateArn, "arn-1", "arn-2"]);
		expect((await cloud.claim(shop))?.["custom"]).toEqual(aCustomDomain());
		await again();
		expect(deletedCertificates()).toHaveLength(3);
		expect(await lastSeen()).toMatch(`disabling '${other}'`);
	});

	it("leaves to the next look what it has no time for", async () => {
		await parked();
		await cloud.hold({
			claim: aDomainClaim({ formerCertificates: ["arn-1"] }, { intent: "remove", hostname: other }),
		});
		cloud.acm.on(DeleteCertificateCommand).callsFake(() => vi.setSystemTime(Date.now() + 15_000));
		vi.useFakeTimers({ toFake: ["Date"] });
		await look();
		expect(deletedCertificates()).toHaveLength(1);
		expect(await lastSeen()).toMatch("comes next");
		expect(cloud.freed()).toEqual([]);
		await again();
		expect(deletedCertificates().sort()).toEqual(["arn-1", certificateArn].sort());
		expect(cloud.freed()).toEqual(["token-1"]);
		vi.useRealTimers();
	});

	it("is over when neither its operation nor its claim is there any more", async () => {
		await park(check, aWait({ hostname: shop, operationId: "op_none" }), new Date().toISOString());
		await look();
		expect(cloud.failed()).toMatchObject([{ error: "Superseded" }]);
	});
});
