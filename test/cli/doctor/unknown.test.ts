import { DescribeCertificateCommand, ListCertificatesCommand } from "@aws-sdk/client-acm";
import { DescribeStacksCommand, GetTemplateCommand } from "@aws-sdk/client-cloudformation";
import { ListDistributionTenantsCommand } from "@aws-sdk/client-cloudfront";
import { DescribeTableCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { GetAccountLimitCommand, ListHostedZonesByNameCommand } from "@aws-sdk/client-route-53";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aStack, noStack } from "../environments/a-landscape.ts";
import { aHealthyWorld, asDesigned } from "./a-healthy-world.ts";

let world: Awaited<ReturnType<typeof aHealthyWorld>>;
beforeAll(async () => {
	world = await aHealthyWorld();
});
beforeEach(() => world.reset());
afterEach(() => world.quiet());
afterAll(() => world.close());

const throttled = Object.assign(new Error("Rate exceeded"), { name: "Throttling" });

describe("what nobody could look at is unknown, and never in order", () => {
	it("without a stack", async () => {
		await world.says();
		world.landscape.cloudformation.on(DescribeStacksCommand).rejects(noStack);
		world.landscape.cloudformation.on(GetTemplateCommand).rejects(noStack);
		const { exit, findings, unknown, notes } = await world.doctor(" --env prod");
		expect({ exit, findings }).toEqual({ exit: 1, findings: ["stack prod: prod is not onboarded."] });
		expect(unknown).toEqual([
			"template prod: prod has no template.",
			"certificate prod: prod has no stack.",
			"edge prod: prod has no stack.",
			"edge prod: prod has no template.",
			"map prod: prod has no stack.",
			"quarantine prod: prod has no stack.",
			"quotas prod: prod has no template.",
			"tags prod: prod has no template.",
		]);
		expect(notes).toContain("quotas prod: hosted zones: 1 of 500 are used.");
	});

	it("without the templates, for parity too", async () => {
		await world.says();
		world.landscape.cloudformation.on(GetTemplateCommand, { StackName: "hostmaster-prod" }).rejects(noStack);
		const { exit, unknown } = await world.doctor();
		expect(exit).toBe(3);
		expect(unknown).toContain("parity nonprod, prod: prod has no template.");
	});

	it("without a stack's outputs", async () => {
		await world.says();
		world.landscape.cloudformation.on(DescribeStacksCommand).resolves(aStack("UPDATE_COMPLETE"));
		const { exit, findings, unknown } = await world.doctor(" --env prod");
		expect({ exit, findings, unknown }).toEqual({
			...{ exit: 3, findings: [] },
			unknown: [
				"certificate prod: The stack of prod does not tell its WildcardCertificateArn.",
				"edge prod: The stack of prod does not tell its DistributionDomainName.",
				"edge prod: The stack of prod does not tell its RouteTenantVersionArn.",
			],
		});
	});

	it("without the zones, whose lack is a fault once each", async () => {
		await world.says();
		world.landscape.route53.on(ListHostedZonesByNameCommand).resolves({ HostedZones: [] });
		const { findings, unknown } = await world.doctor(" --env prod");
		expect(findings).toEqual([
			"delegation registrar: The registrar's account has no zone example.com.",
			"delegation prod: prod has no zone app.example.com.",
		]);
		expect(unknown).toEqual([
			"apex registrar: The registrar's account has no zone example.com.",
			"dnssec registrar: The registrar's account has no zone example.com.",
			"dnssec prod: prod has no zone app.example.com.",
			"quotas prod: prod has no zone app.example.com.",
		]);
	});

	it("without any DNS, which breaks nothing", async () => {
		await world.says({ dns: () => ({ rcode: "SERVFAIL" }) });
		const { exit, findings, unknown } = await world.doctor(" --env prod");
		expect({ exit, findings }).toEqual({ exit: 3, findings: [] });
		expect(unknown).toEqual([
			"delegation registrar: Nobody who was asked says where example.com leads.",
			"delegation prod: Nobody who was asked says where app.example.com leads.",
			"dnssec registrar: No resolver says whether the zone above vouches for example.com (DS).",
			"dnssec prod: No resolver says whether the zone above vouches for app.example.com (DS).",
			"caa prod: No resolver answers for CAA.",
			"edge prod: Nobody resolves d1.test (ESERVFAIL).",
		]);
	});

	it("of a service that does not answer, and of nothing else", async () => {
		await world.says();
		const { acm, dynamodb, route53 } = world.landscape;
		route53.on(GetAccountLimitCommand).rejects(throttled);
		acm.on(DescribeCertificateCommand).rejects(new Error("a defect"));
		acm.on(ListCertificatesCommand).rejects("a text");
		dynamodb.on(QueryCommand).rejects(throttled);
		dynamodb.on(DescribeTableCommand).rejects(throttled);
		const { exit, findings, unknown } = await world.doctor(" --env prod");
		expect({ exit, findings, unknown }).toEqual({
			...{ exit: 3, findings: [] },
			unknown: [
				"certificate prod: a defect",
				"map prod: DynamoDB is throttled.",
				"quarantine prod: DynamoDB is throttled.",
				"quotas prod: Route 53 is throttled.",
				"quotas prod: a text",
			],
		});
	});

	it("of distribution tenants that nobody counts", async () => {
		await world.says();
		const Properties = { DistributionConfig: { ConnectionMode: "tenant-only" } };
		world.template("prod", { Siloed: { Type: "AWS::CloudFront::Distribution", Properties } });
		const throttled = Object.assign(new Error("slow down"), { name: "Throttling" });
		world.landscape.cloudFront.on(ListDistributionTenantsCommand).rejects(throttled);
		const { unknown } = await world.doctor(" --env prod");
		expect(unknown).toEqual(["quotas prod: CloudFront is throttled."]);
	});

	it("of an edge that nobody resolves", async () => {
		await world.says({ dns: (asked) => (asked.name === "d1.test" ? { rcode: "SERVFAIL" } : asDesigned(asked)) });
		const { exit, unknown } = await world.doctor(" --env prod");
		expect({ exit, unknown }).toEqual({ exit: 3, unknown: ["edge prod: Nobody resolves d1.test (ESERVFAIL)."] });
	});
});
