import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { NewDomainTenant } from "../../services/distribution-tenants.ts";
import {
	aCloudFrontWorld,
	type CloudFrontWorld,
	connectionGroupId,
	distributionId,
} from "../local/cloudfront/world.ts";

vi.mock("../../services/pace.ts", () => ({ turnFor: () => Promise.resolve() }));
let world: CloudFrontWorld;
// Clients read where AWS is as they are made, so the world stands first.
let views: typeof import("../../services/distribution-tenant-views.ts");
let tenants: typeof import("../../services/distribution-tenants.ts");
let certificates: typeof import("../../services/domain-certificates.ts");
beforeAll(async () => {
	world = await aCloudFrontWorld();
	const credentials = { AWS_ACCESS_KEY_ID: "LOCAL222222222222", AWS_SECRET_ACCESS_KEY: "local" };
	Object.assign(process.env, { AWS_ENDPOINT_URL: world.url, AWS_REGION: "us-east-1", ...credentials });
	views = await import("../../services/distribution-tenant-views.ts");
	tenants = await import("../../services/distribution-tenants.ts");
	certificates = await import("../../services/domain-certificates.ts");
});
afterAll(() => world.close());

const managed = { managed: true, anew: false } as const;
let at = 0;
let hostname: string;
beforeEach(() => {
	at += 1;
	hostname = `shop${at}.app.example.com`;
});
const wanted = (certificate: NewDomainTenant["certificate"]) => ({
	...{ hostname, tenantId: "ten_1", environment: "test", certificate, distributionId, connectionGroupId },
});

describe("a domain's distribution tenant", () => {
	it("is made once, however often it is asked for, and served once its certificate is attached", async () => {
		world.point(hostname, "edge");
		const { id } = await tenants.createTenant(wanted(managed));
		expect(await tenants.createTenant(wanted(managed))).toEqual({ id });
		expect(await views.managedCertificateOf(id)).toMatchObject({ status: "PENDING_VALIDATION" });
		for (let step = 0; step < 50 && (await views.managedCertificateOf(id))?.status !== "ISSUED"; step++) {
			await world.pass(250);
		}
		const { arn = "" } = (await views.managedCertificateOf(id)) ?? {};
		await tenants.attachCertificate(id, arn);
		await tenants.attachCertificate(id, arn);
		await world.pass(1_000);
		expect(await views.findTenant(hostname)).toEqual({
			...{ id, distributionId, enabled: true, status: "Deployed", domainStatus: "active", certificateArn: arn },
		});
		expect(await views.dnsVerdictOf(id, hostname)).toEqual({ status: "valid-configuration" });
		expect(await certificates.deleteCertificate(arn)).toBe(false);
	});

	it("asks for another certificate when it is told to, also beside one that it serves with", async () => {
		world.point(hostname, "edge");
		const arn = await world.issued(hostname);
		const { id } = await tenants.createTenant(wanted({ arn }));
		expect(await views.managedCertificateOf(id)).toBeUndefined();
		expect(await tenants.createTenant(wanted({ managed: true, anew: true }))).toEqual({ id });
		const asked = await views.managedCertificateOf(id);
		expect(asked).toMatchObject({ status: "PENDING_VALIDATION", arn: expect.any(String) });
		await tenants.createTenant(wanted({ managed: true, anew: true }));
		expect((await views.managedCertificateOf(id))?.arn).not.toBe(asked?.arn);
		expect((await views.findTenant(hostname))?.certificateArn).toBe(arn);
	});

	it("is disabled, then deleted, and gone is as good", async () => {
		const { id } = await tenants.createTenant(wanted({ arn: await world.issued(hostname) }));
		expect(await tenants.deleteTenant(id)).toBe(false);
		await tenants.disableTenant(id);
		await world.pass(1_000);
		expect(await tenants.deleteTenant(id)).toBe(true);
		expect(await tenants.deleteTenant(id)).toBe(true);
		await tenants.disableTenant(id);
		expect(await views.findTenant(hostname)).toBeUndefined();
		expect(await views.dnsVerdictOf(id, hostname)).toBeUndefined();
	});

	it("is explained when another account has the domain", async () => {
		world.cloudFront().switches["elsewhere"]?.turn({ domain: hostname, on: true });
		world.point(hostname, "edge");
		const making = tenants.createTenant(wanted(managed));
		await expect(making).rejects.toMatchObject({ name: "DomainInUseElsewhere" });
	});

	it("gives its domain to another once it is disabled, and not before", async () => {
		const arn = await world.issued("*.app.example.com");
		const source = await tenants.createTenant(wanted({ arn }));
		const moving = hostname;
		hostname = `target${at}.app.example.com`;
		const target = await tenants.createTenant(wanted({ arn }));
		await expect(tenants.moveDomain(moving, target.id)).rejects.toMatchObject({ name: "DomainInUseHere" });
		await tenants.disableTenant(source.id);
		await world.pass(1_000);
		await tenants.moveDomain(moving, target.id);
		await tenants.moveDomain(moving, target.id);
		expect((await views.findTenant(moving))?.id).toBe(target.id);
		await expect(tenants.moveDomain("unknown.app.example.com", target.id)).rejects.toMatchObject({
			name: "ConditionsNotMet",
		});
	});

	it("counts", async () => {
		const before = await views.countTenants();
		world.point(hostname, "edge");
		await tenants.createTenant(wanted(managed));
		expect(await views.countTenants()).toBe(before + 1);
	});
});

describe("a domain's certificate", () => {
	it("is asked for once by its token, told with its record, and deleted", async () => {
		const asked = { hostname, token: "attempt_1", tags: { tenant: "ten_1" } };
		const arn = await certificates.requestCertificate(asked);
		expect(await certificates.requestCertificate(asked)).toBe(arn);
		await world.pass(1_000);
		expect(await certificates.describeDomainCertificate(arn)).toMatchObject({
			status: "PENDING_VALIDATION",
			validationRecord: { name: expect.stringContaining(`.${hostname}.`), value: expect.stringContaining("acm-") },
		});
		expect(await certificates.deleteCertificate(arn)).toBe(true);
		expect(await certificates.deleteCertificate(arn)).toBe(true);
		expect(await certificates.describeDomainCertificate(arn)).toBeUndefined();
	});
});
