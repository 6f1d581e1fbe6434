import { DescribeCertificateCommand, ListCertificatesCommand, RequestCertificateCommand } from "@aws-sdk/client-acm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { handler } from "../../../functions/api/attach-domain.ts";
import { routes } from "../../../functions/api/routes.ts";
import { transact } from "../../../services/dynamodb.ts";
import { neighbourhoodPut, readNeighbourhood } from "../../../services/neighbours.ts";
import { caaClimb } from "../../../services/public-dns.ts";
import { readTenant } from "../../../services/tenants.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import {
	aDomainClaim,
	anAttachment,
	attaching,
	certificateArn,
	shop,
	validationRecord,
} from "../../builders/a-custom-domain.ts";
import { token } from "../../builders/an-expected-domain.ts";
import { aClaim, aTenant, longAgo, tenantId, withTrue } from "../../builders/entities.ts";
import type { HttpRequest } from "../../builders/lambda-events.ts";
import { ask, problem } from "./answers.ts";

vi.mock(import("../../../services/public-dns.ts"), async (original) => ({
	...(await original()),
	caaClimb: vi.fn<typeof caaClimb>(),
}));

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	vi.mocked(caaClimb).mockReset().mockResolvedValue([]);
	await cloud.hold({ tenant: aTenant({ customHostnames: [] }), claim: aClaim() });
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const post = (body: object = {}, key = "key-1", of = tenantId): HttpRequest => ({
	...{ method: "POST", route: "/v1/tenants/{tenantId}/domains", pathParameters: { tenantId: of } },
	...{ headers: { "idempotency-key": key }, body: { hostname: shop, ...body } },
});
const schema = routes.attachDomain.reply.schema;
async function attached(body: object = {}, key = "key-1") {
	const { status, body: answer, headers } = await ask(handler, post(body, key));
	expect(status, JSON.stringify(answer)).toBe(202);
	return { headers, ...schema.parse(answer) };
}
const owned = async (claim: ReturnType<typeof aDomainClaim>) => {
	await cloud.hold({ tenant: aTenant({ customHostnames: [claim.hostname] }), claim });
};
async function neighbour(hostname: string): Promise<void> {
	const claim = aDomainClaim({}, { hostname, tenantId: "ten_other" });
	await cloud.hold({ claim: withTrue(claim, "OwnershipVerified") });
	await transact([neighbourhoodPut(await readNeighbourhood(hostname), hostname)]);
}
const operations = () => cloud.sent("operations");

describe("POST /v1/tenants/{tenantId}/domains", () => {
	it("answers 202 with the record that does everything, and the operation to follow", async () => {
		const { domain, operation, headers } = await attached({ hostname: " Shop.ACME.com. " });
		expect(domain).toMatchObject({
			...{ hostname: shop, tenantId, status: "pending", validation: "http", attempt: 1, nextActor: "customer" },
			records: [{ name: shop, type: "CNAME", value: expect.stringMatching(/^[0-9a-z]{26}\.edge\.app\.example\.com$/) }],
			operationId: operation.operationId,
		});
		expect(operation).toMatchObject({
			kind: "attach-domain",
			hostname: shop,
			status: "queued",
			requestedBy: "billing",
		});
		expect(headers).toMatchObject({ location: `/v1/operations/${operation.operationId}` });
		expect(operations()).toMatchObject([{ operationId: operation.operationId }]);
		expect(await readTenant(tenantId)).toMatchObject({ customHostnames: [shop], revision: 2 });
	});

	it("leaves the tenant's own operation alone: the domain has one of its own", async () => {
		const before = await readTenant(tenantId);
		await attached();
		expect((await readTenant(tenantId))?.lastOperationId).toBe(before?.lastOperationId);
	});

	it("gives the same request the same operation and token, and refuses its key for another", async () => {
		const first = await attached();
		expect((await attached()).domain).toEqual(first.domain);
		expect(await problem(handler, post({ hostname: "www.acme.com" }))).toMatchObject({ status: 422 });
		expect(operations()).toHaveLength(1);
	});

	it("has one operation when the same request comes twice at once", async () => {
		const both = await Promise.all([attached(), attached()]);
		expect(both[0].operation.operationId).toBe(both[1].operation.operationId);
		expect(operations()).toHaveLength(1);
	});

	it("has one operation also when the same request was accepted between two reads of this one", async () => {
		let isFirst = true;
		cloud.overtakeReads(async (pk) => {
			if (!isFirst || pk !== `TENANT#${tenantId}`) return;
			isFirst = false;
			await attached();
		});
		await attached();
		expect(operations()).toHaveLength(1);
	});

	it("has a token of its own for every tenant and attempt", async () => {
		const first = (await attached()).domain;
		const other = (await attached({ hostname: "www.acme.com" }, "key-2")).domain;
		expect(other.records[0]?.value).not.toBe(first.records[0]?.value);
	});

	it("begins a new attempt after one that failed, with a new token", async () => {
		await owned(aDomainClaim());
		await cloud.hold({ operation: anAttachment({ status: "failed" }) });
		const { domain } = await attached();
		expect(domain).toMatchObject({ attempt: 2, generation: 1_000_000_001 });
		expect(JSON.stringify(domain.records)).not.toContain(token);
		expect((await cloud.claim(shop))?.["custom"].formerTokens).toEqual([token]);
		expect(await cloud.operation(attaching)).toMatchObject({ status: "superseded" });
	});

	it.each([
		["another's name of the same domain makes a TXT record necessary", () => neighbour("www.acme.com")],
		[
			"so does a name that another tenant has given back",
			async () => {
				const other = { tenantId: "ten_other", intent: "released", quarantinedUntil: longAgo } as const;
				await cloud.hold({ claim: withTrue(aDomainClaim({}, other), "OwnershipVerified") });
				await transact([neighbourhoodPut(await readNeighbourhood(shop), shop)]);
			},
		],
	])("%s", async (_, around) => {
		await around();
		const { domain } = await attached();
		expect(domain.records.filter(({ purposes }) => purposes.includes("ownership"))).toMatchObject([
			{ type: "TXT", name: `_hostmaster.${shop}` },
		]);
	});

	it("redirects to another name of the tenant, when that is asked for", async () => {
		const redirectTo = "acme.app.example.com";
		expect((await attached({ redirectTo })).domain).toMatchObject({ redirectTo });
	});

	it("decides again when a neighbour was faster, so that two who overlap never both get in", async () => {
		let isFirst = true;
		cloud.overtake(async () => {
			if (!isFirst) return;
			isFirst = false;
			await neighbour("*.acme.com");
		});
		expect(await problem(handler, post())).toMatchObject({ status: 409, rule: "overlaps-another-tenant" });
		expect(await cloud.claim(shop)).toBeUndefined();
	});

	it("notes that it is to be primary, and cannot redirect elsewhere then", async () => {
		await attached({ primary: true });
		expect(await cloud.claim(shop)).toMatchObject({ custom: { primaryWanted: true } });
		const refused = await problem(handler, post({ primary: true, redirectTo: "acme.app.example.com" }, "key-2"));
		expect(refused).toMatchObject({ status: 400, field: "primary", rule: "redirects" });
	});

	it("leads to CloudFront's own name where that is set, and proves by TXT then", async () => {
		vi.stubEnv("EDGE_ENDPOINT", "d9.cloudfront.net");
		const { domain } = await attached();
		vi.unstubAllEnvs();
		expect(domain.records).toMatchObject([
			{ type: "TXT", purposes: ["ownership"] },
			{ type: "CNAME", value: "d9.cloudfront.net", purposes: ["traffic"] },
		]);
		expect(await cloud.claim(shop)).toMatchObject({ custom: { proofs: ["txt"], endpoint: "d9.cloudfront.net" } });
	});

	it("is moved with its certificate ready only, from what can have it", async () => {
		const moving = (body: object) => problem(handler, post({ moveFrom: "dt_2abcdef", ...body }));
		expect(await moving({})).toMatchObject({ status: 400, field: "moveFrom", rule: "validation" });
		const nonsense = await moving({ validation: "dns", moveFrom: "my distribution" });
		expect(nonsense).toMatchObject({ status: 400, field: "moveFrom" });
	});

	it("gives up when others are faster eight times", async () => {
		let revision = 1;
		cloud.overtake(() => cloud.hold({ tenant: aTenant({ revision: ++revision }) }));
		expect(await problem(handler, post())).toMatchObject({ status: 503, retryAfter: "2" });
		expect(revision).toBe(9);
		expect(operations()).toEqual([]);
	});
});

describe("a domain with validation by DNS", () => {
	const wanted = { validation: "dns" };
	const { name: Name, value: Value } = validationRecord;
	const pending = { Status: "PENDING_VALIDATION" } as const;
	const ResourceRecord = { Name, Value, Type: "CNAME" } as const;
	const told = { ...pending, DomainValidationOptions: [{ DomainName: shop, ResourceRecord }] };
	beforeEach(() => {
		cloud.acm.on(ListCertificatesCommand).resolves({ CertificateSummaryList: [] });
		cloud.acm.on(RequestCertificateCommand).resolves({ CertificateArn: certificateArn });
	});

	it("has its certificate's record among the others at once", async () => {
		cloud.acm.on(DescribeCertificateCommand).resolvesOnce({ Certificate: pending }).resolves({ Certificate: told });
		const { domain } = await attached(wanted);
		expect(domain.records).toContainEqual(
			expect.objectContaining({
				name: Name.slice(0, -1),
				type: "CNAME",
				value: Value.slice(0, -1),
				purposes: ["certificate"],
			}),
		);
		expect((await attached(wanted)).domain.records).toEqual(domain.records);
		expect(cloud.acm.commandCalls(RequestCertificateCommand)).toHaveLength(1);
	});

	/** How many certificates there are is remembered for ten seconds. */
	const laterOn = () => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
	const down = Object.assign(new Error("down"), { $fault: "server" });

	it("is accepted without its record while CAA forbids a certificate: one that was asked for would fail", async () => {
		const records = [{ flags: 0, tag: "issue", value: "letsencrypt.org" }];
		vi.mocked(caaClimb)
			.mockResolvedValueOnce([{ name: "acme.com", records }])
			.mockResolvedValue(undefined);
		const { domain } = await attached(wanted);
		expect(domain.records.find(({ name }) => name === validationRecord.name.slice(0, -1))).toBeUndefined();
		expect(cloud.acm.commandCalls(RequestCertificateCommand)).toEqual([]);
		cloud.acm.on(DescribeCertificateCommand).resolves({ Certificate: told });
		// Nobody can say any more: that forbids nothing.
		expect((await attached(wanted)).domain.records).toContainEqual(
			expect.objectContaining({ name: validationRecord.name.slice(0, -1), value: validationRecord.value.slice(0, -1) }),
		);
	});

	it("is not accepted while nobody can say whether there is room for a certificate", async () => {
		laterOn();
		cloud.acm.on(ListCertificatesCommand).rejects(down);
		expect(await problem(handler, post(wanted))).toMatchObject({ status: 503, retryAfter: "2" });
		expect(operations()).toEqual([]);
	});

	it.each(["dns", "http"])(
		"is refused with the figures when four fifths of ACM's quota are in use: %s",
		async (validation) => {
			laterOn();
			cloud.acm
				.on(ListCertificatesCommand)
				.resolves({ CertificateSummaryList: Array.from({ length: 2_000 }, () => ({})) });
			expect(await problem(handler, post({ ...wanted, validation }))).toMatchObject({
				status: 409,
				detail: expect.stringContaining("2000 of 2500 certificates"),
			});
			expect(operations()).toEqual([]);
		},
	);

	it("is accepted without its record when ACM does not take the request yet: the same request finds out later", async () => {
		cloud.acm.on(RequestCertificateCommand).rejectsOnce(down).resolves({ CertificateArn: certificateArn });
		const { domain } = await attached(wanted);
		expect(domain.records.find(({ name }) => name === validationRecord.name)).toBeUndefined();
		expect(operations()).toHaveLength(1);
		cloud.acm.on(DescribeCertificateCommand).resolves({ Certificate: told });
		await attached(wanted);
		expect(operations()).toHaveLength(1);
	});
});
