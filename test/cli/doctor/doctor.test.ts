import { DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { DescribeStacksCommand, GetTemplateCommand, type StackStatus } from "@aws-sdk/client-cloudformation";
import {
	GetAccountLimitCommand,
	GetDNSSECCommand,
	GetHostedZoneCommand,
	GetHostedZoneLimitCommand,
	ListHostedZonesByNameCommand,
	ListResourceRecordSetsCommand,
} from "@aws-sdk/client-route-53";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Question } from "dns-packet";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { addressOf, aNameServer, caaOf, nsOf, type Said, soaOf } from "../../builders/a-name-server.ts";
import { aFakeApi, ok, type Reply } from "../a-fake-api.ts";
import { accountIds, aLandscape, aStack, noStack } from "../environments/a-landscape.ts";

const landscape = aLandscape();
const { acm, cloudformation, route53, sts, type } = landscape;
const server = "ns-1.awsdns-00.com";
const asked = "GET /v1/reconciliation";
const running: { close(): Promise<unknown> }[] = [];

/** One server that is resolver and every name server at once, and knows of no addresses but its own. */
function asDesigned({ name, type }: Question): Said {
	if (type === "NS") return { authoritative: true, answers: nsOf(name, [server]) };
	if (type === "SOA") return { authoritative: true, answers: soaOf(name) };
	if (type === "A" && name === server) return { answers: addressOf(name, "127.0.0.1") };
	return { rcode: "NXDOMAIN", authorities: soaOf("com") };
}
const planOf = (...findings: object[]): Reply => {
	const plan = { at: "2026-06-01T00:00:00.000Z", lookedAt: 1, unsafe: false, byKind: {}, total: findings.length };
	return ok({ plan: { ...plan, findings }, lastRun: null });
};
/** DNS and the API of a world that says so. */
async function world(say = asDesigned, reply = planOf(), without = "") {
	const dns = await aNameServer(say);
	const api = await aFakeApi({ [asked]: [reply] });
	running.push(dns, api);
	const Resolvers = `127.0.0.1:${dns.port}`;
	const parameters = { Resolvers, NameServerPort: String(dns.port), ApexDomain: "example.com", EdgePort: "1" };
	landscape.write({ parameters, api: api.url, without });
}
const templateOf = (stage: string, Resources: object) =>
	cloudformation
		.on(GetTemplateCommand, { StackName: `hostmaster-${stage}` })
		.resolves({ TemplateBody: JSON.stringify({ Parameters: {}, Resources }) });

beforeEach(() => {
	landscape.reset();
	cloudformation
		.on(DescribeStacksCommand)
		.resolves(aStack("UPDATE_COMPLETE", { WildcardCertificateArn: "arn:aws:acm:us-east-1:1:certificate/1" }));
	for (const stage of ["nonprod", "prod"]) templateOf(stage, {});
	route53.on(ListHostedZonesByNameCommand).callsFake(({ DNSName }) => ({
		HostedZones: [{ Id: "/hostedzone/Z1", Name: `${DNSName}.`, CallerReference: "1" }],
	}));
	const HostedZone = { Id: "Z1", Name: "a.", CallerReference: "1" };
	route53.on(GetHostedZoneCommand).resolves({ HostedZone, DelegationSet: { NameServers: [server] } });
	route53.on(GetDNSSECCommand).resolves({ Status: { ServeSignature: "NOT_SIGNING" } });
	route53
		.on(ListResourceRecordSetsCommand)
		.resolves({ ResourceRecordSets: [{ Name: "example.com.", Type: "CAA" }], IsTruncated: false, MaxItems: 300 });
	quotas(1);
	acm
		.on(DescribeCertificateCommand)
		.resolves({ Certificate: { Status: "ISSUED", NotAfter: new Date(Date.now() + 1e10) } });
});
afterEach(async () => {
	await Promise.all(running.splice(0).map((each) => each.close()));
});
afterAll(() => landscape.close());

function quotas(Count: number) {
	const account = { Type: "MAX_HOSTED_ZONES_BY_OWNER", Value: 500 } as const;
	route53.on(GetAccountLimitCommand).resolves({ Limit: account, Count });
	route53.on(GetHostedZoneLimitCommand).resolves({ Limit: { Type: "MAX_RRSETS_BY_ZONE", Value: 10_000 }, Count });
}

/** `area where: what` of each. */
async function doctor(more = "") {
	const { exit, stdout, stderr } = await type(`doctor${more} --json`);
	const { findings = [], unknown = [], advice = [], lookedAt = [] } = JSON.parse(stdout);
	const told = (each: Record<string, string>) =>
		`${each["area"]} ${each["where"]}: ${each["message"] ?? each["because"]}`;
	return { exit, stderr, findings: findings.map(told), unknown: unknown.map(told), advice, lookedAt };
}

describe("doctor", () => {
	it("ends with 0 where all is as it was designed, and says so in a table", async () => {
		await world();
		const { exit, stdout, stderr } = await type("doctor");
		expect(exit, stdout).toBe(0);
		expect(stdout).toMatch(/^AREA +WHERE +IS +WHAT +WHO +DO\n/);
		expect(stdout).toMatch(/\nstack +nonprod +ok\n/);
		expect(stdout).toMatch(
			/\ncookies +prod +advice +One tenant's page can set cookies for app\.example\.com.* operator /,
		);
		expect(stdout).toMatch(/\n\nAll is as it was designed\.\n$/);
		expect(stderr).toMatch(/^Looking at \d+ things on the embedded cloud of this machine\.\n$/);
		const { advice, lookedAt } = await doctor();
		expect(advice).toHaveLength(2);
		const areas = lookedAt.map(({ area }: { area: string }) => area);
		for (const area of [
			"registration",
			"apex",
			"stack",
			"delegation",
			"dnssec",
			"caa",
			"certificate",
			"parity",
			"tags",
			"cookies",
		]) {
			expect(areas).toContain(area);
		}
	});

	it("looks at one environment and the registrar when it is asked to", async () => {
		await world(asDesigned, planOf(), "prod");
		const { exit, lookedAt } = await doctor(" --env nonprod");
		const places = new Set(lookedAt.map(({ where }: { where: string }) => where));
		expect({ exit, places: [...places].toSorted() }).toEqual({ exit: 0, places: ["nonprod", "registrar"] });
	});

	it("ends with 1 for a fault, also where something could not be asked", async () => {
		await world(asDesigned, "drop");
		cloudformation.on(DescribeStacksCommand, { StackName: "hostmaster-prod" }).rejects(noStack);
		const { exit, findings, unknown } = await doctor();
		expect({ exit, findings }).toEqual({ exit: 1, findings: ["stack prod: prod is not onboarded."] });
		expect(unknown).toHaveLength(2);
		const { stdout } = await type("doctor");
		expect(stdout).toMatch(
			/\nstack +prod +fault +prod is not onboarded\. +operator +hostmaster environments onboard prod\n/,
		);
		expect(stdout).toMatch(/\nhostnames +nonprod +unknown +http.* does not answer/);
		expect(stdout).toMatch(/\n\n1 faults, 2 could not be asked\.\n$/);
	});

	it("ends with 3 where it could not ask, and calls nothing of it broken", async () => {
		await world(() => ({ rcode: "SERVFAIL" }));
		route53.on(GetAccountLimitCommand).rejects(Object.assign(new Error("Rate exceeded"), { name: "Throttling" }));
		route53.on(ListHostedZonesByNameCommand).resolves({ HostedZones: [] });
		cloudformation.on(GetTemplateCommand).rejects("a text");
		acm.on(DescribeCertificateCommand).rejects(new Error("a defect"));
		const { findings, unknown } = await doctor(" --env prod");
		expect(unknown).toEqual([
			"caa prod: No resolver answers for CAA.",
			"certificate prod: a defect",
			"tags prod: a text",
		]);
		expect(findings).toEqual([
			"delegation registrar: The registrar's account has no zone example.com.",
			"delegation prod: prod has no zone app.example.com.",
		]);
		route53.reset();
		route53.rejects(Object.assign(new Error("Rate exceeded"), { name: "Throttling" }));
		expect(await doctor(" --env prod")).toMatchObject({ exit: 3, findings: [] });
	});

	it("does not call broken what another account has not", async () => {
		await world();
		sts.on(GetCallerIdentityCommand).resolves({ Account: accountIds.nonprod });
		const { exit, findings, unknown } = await doctor();
		expect({ exit, findings }).toEqual({ exit: 3, findings: [] });
		const [areas, reasons] = [0, 1].map((at) => unknown.map((text: string) => text.split(": ")[at]));
		expect(new Set(reasons)).toEqual(
			new Set(
				[`the registrar belongs to ${accountIds.registrar}`, `prod belongs to ${accountIds.prod}`].map(
					(what) => `These credentials are for account ${accountIds.nonprod}, and ${what}.`,
				),
			),
		);
		expect(areas).toEqual([
			...["registration registrar", "apex registrar", "stack prod", "delegation registrar", "delegation prod"],
			...[
				"dnssec registrar",
				"dnssec prod",
				"certificate prod",
				"edge prod",
				"quotas prod",
				"parity nonprod, prod",
				"tags prod",
			],
		]);
	});
});

describe("doctor's findings", () => {
	it.each<[string, StackStatus, string | undefined, string[]]>([
		["ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "no", ["stack prod: Its stack is ROLLBACK_COMPLETE: no."]],
		["CREATE_FAILED", "CREATE_FAILED", undefined, ["stack prod: Its stack is CREATE_FAILED."]],
		["back where it was", "UPDATE_ROLLBACK_COMPLETE", undefined, []],
	])("of a stack that is %s", async (_, StackStatus, StackStatusReason, findings) => {
		await world();
		const Stacks = [{ StackName: "a", CreationTime: new Date(0), StackStatus, StackStatusReason }];
		cloudformation.on(DescribeStacksCommand).resolves({ Stacks });
		expect((await doctor(" --env prod")).findings).toEqual(findings);
	});

	it("name what is used up, unsigned, late, forbidden and untagged, in the order of the areas", async () => {
		await world((question) =>
			question.type === "CAA" && question.name === "app.example.com"
				? { answers: caaOf(question.name, "letsencrypt.org") }
				: asDesigned(question),
		);
		quotas(450);
		route53.on(GetDNSSECCommand).resolves({ Status: { ServeSignature: "SIGNING" }, KeySigningKeys: [{ KeyTag: 7 }] });
		acm.on(DescribeCertificateCommand).resolves({ Certificate: { Status: "ISSUED", NotAfter: new Date() } });
		templateOf("prod", { Queue: { Type: "AWS::SQS::Queue", Properties: {} } });
		const { exit, findings } = await doctor(" --env prod");
		expect({ exit, findings }).toEqual({
			exit: 1,
			findings: [
				...["dnssec registrar", "dnssec prod"].map((at) => expect.stringMatching(`^${at}: .* no DS`)),
				expect.stringMatching(/^caa prod: app\.example\.com's CAA records forbid .*letsencrypt\.org/),
				expect.stringMatching(/^certificate prod: .* ends in -?\d days/),
				"quotas prod: hosted zones: 450 of 500 are used.",
				expect.stringMatching(/^tags prod: Queue/),
			],
		});
	});

	it("name where the templates differ, three places and how many more", async () => {
		await world();
		const queue = (tag: number) => ({ Type: "AWS::Route53::RecordSet", Properties: { tag } });
		templateOf("nonprod", { A: queue(1) });
		templateOf("prod", { A: queue(2) });
		const text =
			"parity nonprod, prod: nonprod and prod were not deployed from one template: Resources.A.Properties.tag.";
		expect((await doctor()).findings).toEqual([text]);
		templateOf("prod", Object.fromEntries(["B", "C", "D", "E"].map((id) => [id, queue(1)])));
		expect((await doctor()).findings).toEqual([expect.stringMatching(/Resources\.\w, .* and 2 more\.$/)]);
	});

	it.each([
		["what somebody must do", { fix: "Delete it." }, "Delete it."],
		["what is repaired", { repair: "repair-hostname" }, /hourly reconciler repairs it/],
		["where to read on", {}, /docs\/reconciliation\.md/],
	])("of the reconciler say %s", async (_, more, fix) => {
		const finding = { hostname: "a.app.example.com", kind: "record-missing", message: "Gone.", actor: "hostmaster" };
		await world(asDesigned, planOf({ ...finding, ...more }));
		const { stdout } = await type("doctor --env prod --json");
		expect(JSON.parse(stdout).findings).toEqual([
			{
				...{ area: "hostnames", where: "prod", actor: "hostmaster" },
				message: "a.app.example.com (record-missing): Gone.",
				fix: typeof fix === "string" ? fix : expect.stringMatching(fix),
			},
		]);
	});

	it.each<[string, Said, string, string]>([
		["has no address", { rcode: "NXDOMAIN" }, "findings", "edge prod: The edge at d1.test: it has no address."],
		["is closed", { answers: addressOf("d1.test", "127.0.0.1") }, "findings", "ECONNREFUSED"],
		["nobody resolves", { rcode: "SERVFAIL" }, "unknown", "edge prod: Nobody resolves d1.test (ESERVFAIL)."],
	])("of an edge that %s", async (_, said, where, text) => {
		await world((question) => (question.name === "d1.test" ? said : asDesigned(question)));
		cloudformation.on(DescribeStacksCommand).resolves(aStack("UPDATE_COMPLETE", { DistributionDomainName: "d1.test" }));
		const found = await doctor(" --env prod");
		expect(where === "findings" ? found.findings : found.unknown).toEqual([expect.stringContaining(text)]);
	});
});
