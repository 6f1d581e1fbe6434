import { X509Certificate } from "node:crypto";
import {
	type CertificateDetail,
	DescribeCertificateCommand,
	ListCertificatesCommand,
	RequestCertificateCommand,
} from "@aws-sdk/client-acm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { validationRecord } from "../../../local/acm/certificate.ts";
import { aSet, nonprod, upsert } from "../route53/world.ts";
import { type AcmWorld, anAcmWorld } from "./world.ts";

let world: AcmWorld;
beforeEach(async () => {
	world = await anAcmWorld();
});
afterEach(() => world.close());

const dayMs = 86_400_000;
const domain = "shop.app.example.com";
const record = validationRecord(nonprod.accountId, domain);

async function look(CertificateArn: string): Promise<CertificateDetail> {
	const { Certificate } = await world.client.send(new DescribeCertificateCommand({ CertificateArn }));
	return Certificate ?? {};
}
const has = (arn: string, status: string) => async () => (await look(arn)).Status === status;
const restore = () => world.route53.change(world.zoneId, [upsert(record.name, "CNAME", record.value)]);
const withdraw = () =>
	world.route53.change(world.zoneId, [{ action: "DELETE", set: aSet(record.name, "CNAME", [record.value]) }]);
const told = (detailType: string) => world.events.filter((event) => event.detailType === detailType);

async function issued(days: number): Promise<string> {
	world.acm.setValidityDays(days);
	const wanted = { DomainName: domain, ValidationMethod: "DNS" as const };
	const { CertificateArn: arn = "" } = await world.client.send(new RequestCertificateCommand(wanted));
	restore();
	await world.until(has(arn, "ISSUED"));
	return arn;
}

describe("a certificate in use whose record stands", () => {
	it.each([
		[198, 5],
		[100, 10],
		[47, 22],
	])("of %i days is renewed in time for two years, always under the same ARN", async (days, renewals) => {
		const arn = await issued(days);
		world.acm.attach(arn, "arn:aws:cloudfront::222222222222:distribution-tenant/dt_1");
		const first = world.acm.tlsFor(arn)?.cert ?? "";
		for (let month = 0; month < 24; month++) {
			await world.days(30);
			expect((await look(arn)).Status).toBe("ISSUED");
		}
		const detail = await look(arn);
		expect(detail.RenewalSummary?.RenewalStatus).toBe("SUCCESS");
		expect(Number(detail.NotAfter) - Number(detail.NotBefore)).toBe(days * dayMs);
		expect(new X509Certificate(world.acm.tlsFor(arn)?.cert ?? "").serialNumber).not.toBe(
			new X509Certificate(first).serialNumber,
		);
		expect(told("ACM Certificate Available")).toHaveLength(renewals);
		expect(told("ACM Certificate Approaching Expiration")).toEqual([]);
		expect((await world.client.send(new ListCertificatesCommand({}))).CertificateSummaryList).toHaveLength(1);
	});
});

describe("a certificate that is not renewed", () => {
	it("for want of its record is told of daily from 30 days before, and expires", async () => {
		const arn = await issued(198);
		world.acm.attach(arn, "arn:tenant");
		withdraw();
		await world.days(150);
		expect((await look(arn)).RenewalSummary).toMatchObject({
			RenewalStatus: "PENDING_VALIDATION",
			RenewalStatusReason: "PENDING_DOMAIN_VALIDATION",
		});
		expect(told("ACM Certificate Approaching Expiration")).toEqual([]);
		await world.days(49);
		expect((await look(arn)).Status).toBe("EXPIRED");
		const days = told("ACM Certificate Approaching Expiration").map(({ detail }) => detail);
		expect(days[0]).toEqual({ CommonName: domain, DaysToExpiry: 30 });
		expect(days).toHaveLength(30);
		expect(told("ACM Certificate Expired")).toHaveLength(1);
		await world.days(5);
		expect(told("ACM Certificate Expired")).toHaveLength(1);
		expect((await look(arn)).RenewalSummary?.RenewalStatus).toBe("FAILED");
	});

	it("is renewed within a day once its record is back", async () => {
		const arn = await issued(198);
		world.acm.attach(arn, "arn:tenant");
		withdraw();
		await world.days(190);
		restore();
		await world.days(1);
		expect(Number((await look(arn)).NotAfter)).toBeGreaterThan(world.clock.now() + 190 * dayMs);
	});

	it("because CAA forbids it says so", async () => {
		const arn = await issued(100);
		world.acm.attach(arn, "arn:tenant");
		world.route53.change(world.zoneId, [upsert("app.example.com.", "CAA", '0 issue "letsencrypt.org"')]);
		await world.days(70);
		expect((await look(arn)).RenewalSummary?.RenewalStatusReason).toBe("CAA_ERROR");
	});

	it("because nothing uses it expires though its record stands", async () => {
		const arn = await issued(47);
		await world.days(48);
		expect((await look(arn)).Status).toBe("EXPIRED");
	});

	it("is looked at by the next process too", async () => {
		const arn = await issued(47);
		world.acm.attach(arn, "arn:tenant");
		world.restart().setValidityDays(47);
		await world.days(40);
		expect(Number((await look(arn)).NotAfter)).toBeGreaterThan(world.clock.now() + 30 * dayMs);
	});
});

describe("before it issues, the authority asks for CAA", () => {
	const ask = async () => {
		const wanted = { DomainName: domain, ValidationMethod: "DNS" as const };
		const { CertificateArn = "" } = await world.client.send(new RequestCertificateCommand(wanted));
		restore();
		return CertificateArn;
	};

	it("up the tree, and fails with the reason where somebody else alone may issue", async () => {
		world.route53.change(world.zoneId, [upsert("app.example.com.", "CAA", '0 issue "letsencrypt.org"')]);
		const arn = await ask();
		await world.until(has(arn, "FAILED"));
		expect((await look(arn)).FailureReason).toBe("CAA_ERROR");
	});

	it("and waits while nobody can say", async () => {
		world.setServfail(domain, true);
		const arn = await ask();
		await world.days(1);
		expect((await look(arn)).Status).toBe("PENDING_VALIDATION");
		world.setServfail(domain, false);
		await world.until(has(arn, "ISSUED"));
	});
});
