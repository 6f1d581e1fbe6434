import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
	aCloudFrontWorld,
	type CloudFrontWorld,
	connectionGroupId,
	distributionId,
} from "../local/cloudfront/world.ts";

vi.mock("../../services/pace.ts", () => ({ turnFor: () => Promise.resolve() }));
let world: CloudFrontWorld;
// Clients read where AWS is as they are made, so the world stands first.
let tenants: typeof import("../../services/distribution-tenants.ts");
let certificates: typeof import("../../services/domain-certificates.ts");
beforeAll(async () => {
	world = await aCloudFrontWorld();
	const credentials = { AWS_ACCESS_KEY_ID: "LOCAL222222222222", AWS_SECRET_ACCESS_KEY: "local" };
	Object.assign(process.env, { AWS_ENDPOINT_URL: world.url, AWS_REGION: "us-east-1", ...credentials });
	tenants = await import("../../services/distribution-tenants.ts");
	certificates = await import("../../services/domain-certificates.ts");
});
afterAll(() => world.close());

let at = 0;
let hostname: string;
beforeEach(() => {
	at += 1;
	hostname = `shop${at}.app.example.com`;
});
const wanted = (certificate: { managed: true } | { arn: string }) => ({
	...{ hostname, tenantId: "ten_1", environment: "test", certificate, distributionId, connectionGroupId },
});

describe("a domain's distribution tenant", () => {
	it("is made once, however often it is asked for, and served once its certificate is attached", async () => {
		world.point(hostname, "edge");
		const { id } = await tenants.createTenant(wanted({ managed: true }));
		expect(await tenants.createTenant(wanted({ managed: true }))).toEqual({ id });
		expect(await tenants.managedCertificateOf(id)).toMatchObject({ status: "PENDING_VALIDATION" });
		for (let step = 0; step < 50 && (await tenants.managedCertificateOf(id))?.status !== "ISSUED"; step++) {
			await world.pass(250);
		}
		const { arn = "" } = (await tenants.managedCertificateOf(id)) ?? {};
		await tenants.attachCertificate(id, arn);
		await tenants.attachCertificate(id, arn);
		await world.pass(1_000);
		expect(await tenants.findTenant(hostname)).toEqual({
			...{ id, distributionId, enabled: true, status: "Deployed", domainStatus: "active", certificateArn: arn },
		});
		expect(await tenants.dnsVerdictOf(id, hostname)).toEqual({ status: "valid-configuration" });
		expect(await certificates.deleteCertificate(arn)).toBe(false);
	});

	it("is disabled, then deleted, and gone is as good", async () => {
		const { id } = await tenants.createTenant(wanted({ arn: await world.issued(hostname) }));
		expect(await tenants.deleteTenant(id)).toBe(false);
		await tenants.disableTenant(id);
		await world.pass(1_000);
		expect(await tenants.deleteTenant(id)).toBe(true);
		expect(await tenants.deleteTenant(id)).toBe(true);
		await tenants.disableTenant(id);
		expect(await tenants.findTenant(hostname)).toBeUndefined();
		expect(await tenants.dnsVerdictOf(id, hostname)).toBeUndefined();
	});

	it("is explained when another account has the domain", async () => {
		world.cloudFront().switches["elsewhere"]?.turn({ domain: hostname, on: true });
		world.point(hostname, "edge");
		const making = tenants.createTenant(wanted({ managed: true }));
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
		expect((await tenants.findTenant(moving))?.id).toBe(target.id);
		await expect(tenants.moveDomain("unknown.app.example.com", target.id)).rejects.toMatchObject({
			name: "ConditionsNotMet",
		});
	});

	it("counts", async () => {
		const before = await tenants.countTenants();
		world.point(hostname, "edge");
		await tenants.createTenant(wanted({ managed: true }));
		expect(await tenants.countTenants()).toBe(before + 1);
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
