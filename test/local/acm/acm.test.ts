import { X509Certificate } from "node:crypto";
import {
	type CertificateDetail,
	DeleteCertificateCommand,
	DescribeCertificateCommand,
	ListCertificatesCommand,
	RequestCertificateCommand,
	type RequestCertificateCommandInput,
} from "@aws-sdk/client-acm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { upsert } from "../route53/world.ts";
import { type AcmWorld, anAcmWorld } from "./world.ts";

let world: AcmWorld;
beforeEach(async () => {
	world = await anAcmWorld();
});
afterEach(() => world.close());

const dayMs = 86_400_000;

async function request(input: Partial<RequestCertificateCommandInput> = {}): Promise<string> {
	const wanted = { DomainName: "app.example.com", ValidationMethod: "DNS" as const, ...input };
	const { CertificateArn } = await world.client.send(new RequestCertificateCommand(wanted));
	return CertificateArn ?? "";
}

async function describeIt(CertificateArn: string): Promise<CertificateDetail> {
	const { Certificate } = await world.client.send(new DescribeCertificateCommand({ CertificateArn }));
	return Certificate ?? {};
}

const has = (arn: string, status: string) => async () => (await describeIt(arn)).Status === status;

/** Writes the records that the certificate asks for, as whoever owns the zone would. */
async function prove(arn: string): Promise<void> {
	await world.clock.advance(1_000);
	for (const option of (await describeIt(arn)).DomainValidationOptions ?? []) {
		const { Name = "", Value = "" } = option.ResourceRecord ?? {};
		world.route53.change(world.zoneId, [upsert(Name, "CNAME", Value)]);
	}
}

describe("a requested certificate", () => {
	it("names its validation record a moment after the request", async () => {
		const arn = await request();
		expect(arn).toMatch(/^arn:aws:acm:us-east-1:222222222222:certificate\/[0-9a-f-]{36}$/);
		const early = await describeIt(arn);
		expect(early).toMatchObject({ Status: "PENDING_VALIDATION", InUseBy: [], CreatedAt: new Date(world.clock.now()) });
		expect(early.DomainValidationOptions?.[0]?.ResourceRecord).toBeUndefined();
		await world.clock.advance(1_000);
		expect((await describeIt(arn)).DomainValidationOptions?.[0]).toMatchObject({
			ValidationStatus: "PENDING_VALIDATION",
			ResourceRecord: {
				Name: expect.stringMatching(/^_[0-9a-f]{32}\.app\.example\.com\.$/),
				Type: "CNAME",
				Value: expect.stringMatching(/^_[0-9a-f]{32}\.[a-z]{10}\.acm-validations\.aws\.$/),
			},
		});
	});

	it("is issued once DNS answers the record, not before", async () => {
		const arn = await request();
		await world.until(() => world.queries.length > 3);
		expect(world.acm.tlsFor(arn)).toBeUndefined();
		await prove(arn);
		await world.until(has(arn, "ISSUED"));
		const detail = await describeIt(arn);
		expect(detail.DomainValidationOptions).toMatchObject([{ ValidationStatus: "SUCCESS" }]);
		expect(Number(detail.NotAfter) - Number(detail.NotBefore)).toBe(198 * dayMs);
		const leaf = new X509Certificate(world.acm.tlsFor(arn)?.cert ?? "");
		expect(leaf.subjectAltName).toBe("DNS:app.example.com");
		expect(leaf.checkIssued(new X509Certificate(world.authority.certificatePem))).toBe(true);
	});

	it("waits for every one of its names; a name and its wildcard share a record", async () => {
		const arn = await request({ SubjectAlternativeNames: ["*.app.example.com", "www.app.example.com"] });
		await world.clock.advance(1_000);
		const [bare, wildcard, www] = (await describeIt(arn)).DomainValidationOptions ?? [];
		expect(wildcard?.ResourceRecord).toEqual(bare?.ResourceRecord);
		expect(www?.ResourceRecord?.Name).not.toBe(bare?.ResourceRecord?.Name);
		const { Name = "", Value = "" } = bare?.ResourceRecord ?? {};
		world.route53.change(world.zoneId, [upsert(Name, "CNAME", Value)]);
		const states = async () => (await describeIt(arn)).DomainValidationOptions?.map((one) => one.ValidationStatus);
		await world.until(async () => (await states())?.[0] === "SUCCESS");
		expect(await states()).toEqual(["SUCCESS", "SUCCESS", "PENDING_VALIDATION"]);
		expect(await describeIt(arn)).toMatchObject({ Status: "PENDING_VALIDATION" });
		await prove(arn);
		await world.until(has(arn, "ISSUED"));
	});

	it("stays pending while nobody can be asked, and when the record says something else", async () => {
		const arn = await request();
		world.setServfail((await record(arn)).name, true);
		await prove(arn);
		const before = world.queries.length;
		await world.until(() => world.queries.length > before + 3);
		expect(await describeIt(arn)).toMatchObject({ Status: "PENDING_VALIDATION" });
		world.setServfail((await record(arn)).name, false);
		world.route53.change(world.zoneId, [upsert((await record(arn)).name, "CNAME", "elsewhere.example.org")]);
		const later = world.queries.length;
		await world.clock.advance(2_000);
		await world.until(() => world.queries.length > later + 1);
		expect(await describeIt(arn)).toMatchObject({ Status: "PENDING_VALIDATION" });
	});

	async function record(arn: string): Promise<{ name: string }> {
		await world.clock.advance(1_000);
		return { name: (await describeIt(arn)).DomainValidationOptions?.[0]?.ResourceRecord?.Name ?? "" };
	}

	it("times out after 72 hours", async () => {
		const arn = await request();
		world.acm.close(); // no need to see four thousand checks fail
		await world.clock.advance(72 * 3_600_000);
		world.restart();
		await world.until(has(arn, "VALIDATION_TIMED_OUT"));
		expect((await describeIt(arn)).DomainValidationOptions).toMatchObject([{ ValidationStatus: "FAILED" }]);
	});

	it("is looked for less and less often", async () => {
		await request();
		const looks = async (ms: number) => {
			const before = world.queries.length;
			const end = world.clock.now() + ms;
			await world.until(() => world.clock.now() >= end);
			return world.queries.length - before;
		};
		expect(await looks(5_000)).toBeGreaterThan(3);
		await looks(240_000);
		expect(await looks(120_000)).toBe(2);
	});
});

describe("a request", () => {
	it("with the token of an earlier one gets the same certificate for an hour", async () => {
		const first = await request({ IdempotencyToken: "one" });
		expect(await request({ IdempotencyToken: "one" })).toBe(first);
		expect(await request({ IdempotencyToken: "two" })).not.toBe(first);
		expect(await request()).not.toBe(first);
		world.acm.close();
		await world.clock.advance(3_600_000);
		expect(await request({ IdempotencyToken: "one" })).not.toBe(first);
	});

	it.each([
		["a name that is none", { DomainName: "not_a_name" }, "ValidationException"],
		["a first name that is too long", { DomainName: `${"a".repeat(60)}.example.com` }, "ValidationException"],
		[
			"more than ten names",
			{ SubjectAlternativeNames: Array.from({ length: 10 }, (_, at) => `n${at}.example.com`) },
			"LimitExceededException",
		],
		["another way of validation", { ValidationMethod: "EMAIL" as const }, "NotImplemented"],
	])("is refused for %s", async (_, input, name) => {
		await expect(request(input)).rejects.toMatchObject({ name });
	});
});

describe("certificates", () => {
	it("are listed by account and status, and deleted unless in use", async () => {
		const arn = await request();
		const other = await request({ DomainName: "www.app.example.com" });
		const list = async (CertificateStatuses?: ["ISSUED"]) =>
			(await world.client.send(new ListCertificatesCommand({ CertificateStatuses }))).CertificateSummaryList?.map(
				(summary) => summary.CertificateArn,
			);
		expect(await list()).toEqual([arn, other]);
		expect(await list(["ISSUED"])).toEqual([]);
		const one = await world.client.send(new ListCertificatesCommand({ MaxItems: 1 }));
		const two = await world.client.send(new ListCertificatesCommand({ MaxItems: 1, NextToken: one.NextToken }));
		expect([one, two].map((page) => page.CertificateSummaryList?.[0]?.DomainName)).toEqual([
			"app.example.com",
			"www.app.example.com",
		]);
		world.acm.attach(arn, "arn:aws:cloudfront::222222222222:distribution/E1");
		const remove = (CertificateArn: string) => world.client.send(new DeleteCertificateCommand({ CertificateArn }));
		await expect(remove(arn)).rejects.toMatchObject({ name: "ResourceInUseException" });
		await remove(other);
		await expect(describeIt(other)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
	});
});

describe("the stack's certificate", () => {
	const wanted = () => ({
		domainName: "app.example.com",
		subjectAlternativeNames: ["*.app.example.com"],
		hostedZoneId: world.zoneId,
	});

	async function issued(): Promise<string> {
		let arn = "";
		const ready = world.acm.ensureStackCertificate(wanted()).then((value) => {
			arn = value;
		});
		await world.until(() => arn !== "");
		await ready;
		return arn;
	}

	it("is proven through the zone, within five seconds, and made once", async () => {
		const start = world.clock.now();
		const arn = await issued();
		expect(world.clock.now() - start).toBeLessThanOrEqual(5_000);
		expect(world.route53.records(world.zoneId).filter((set) => set.type === "CNAME")).toHaveLength(1);
		expect(world.route53.calls()).toEqual({});
		expect(await world.acm.ensureStackCertificate(wanted())).toBe(arn);
		const tls = world.acm.tlsFor(arn);
		const restarted = world.restart();
		expect(await restarted.ensureStackCertificate(wanted())).toBe(arn);
		expect(restarted.tlsFor(arn)).toEqual(tls);
	});

	it("goes on where a process ended that was waiting for it", async () => {
		void world.acm.ensureStackCertificate(wanted());
		await world.clock.advance(600);
		let arn = "";
		void world
			.restart()
			.ensureStackCertificate(wanted())
			.then((value) => {
				arn = value;
			});
		await world.until(() => arn !== "");
		expect((await describeIt(arn)).Status).toBe("ISSUED");
		const { CertificateSummaryList } = await world.client.send(new ListCertificatesCommand({}));
		expect(CertificateSummaryList).toHaveLength(1);
	});

	it("expires by the clock, and can be shown near its end or in another state", async () => {
		const arn = await issued();
		const notAfter = new Date(world.clock.now() + dayMs);
		world.acm.show(arn, { notAfter });
		expect(await describeIt(arn)).toMatchObject({ Status: "ISSUED", NotAfter: notAfter });
		world.acm.show(arn, { status: "REVOKED" });
		world.restart();
		expect(await describeIt(arn)).toMatchObject({ Status: "REVOKED" });
		world.acm.show(arn, {});
		expect(await describeIt(arn)).toMatchObject({ Status: "ISSUED" });
		await world.clock.advance(198 * dayMs);
		expect(await describeIt(arn)).toMatchObject({ Status: "EXPIRED" });
	});
});
