import { DescribeCertificateCommand, ListCertificatesCommand } from "@aws-sdk/client-acm";
import { DescribeStacksCommand, type StackStatus } from "@aws-sdk/client-cloudformation";
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { GetDNSSECCommand, ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { releaseDigest } from "../../../scripts/release.ts";
import { addressOf, caaOf, type Said } from "../../builders/a-name-server.ts";
import { aClaim } from "../../builders/entities.ts";
import { aStack } from "../environments/a-landscape.ts";
import { aHealthyWorld, asDesigned, aTemplate, outputs, planOf } from "./a-healthy-world.ts";

let world: Awaited<ReturnType<typeof aHealthyWorld>>;
beforeAll(async () => {
	world = await aHealthyWorld();
});
beforeEach(() => world.reset());
afterEach(() => world.quiet());
afterAll(() => world.close());

describe("doctor's findings", () => {
	it.each<[string, StackStatus, string | undefined, string[]]>([
		["ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "no", ["stack prod: Its stack is ROLLBACK_COMPLETE: no."]],
		["CREATE_FAILED", "CREATE_FAILED", undefined, ["stack prod: Its stack is CREATE_FAILED."]],
		["back where it was", "UPDATE_ROLLBACK_COMPLETE", undefined, []],
	])("of a stack that is %s", async (_, StackStatus, StackStatusReason, findings) => {
		await world.says();
		const [stack] = aStack(StackStatus, outputs).Stacks;
		world.landscape.cloudformation
			.on(DescribeStacksCommand)
			.resolves({ Stacks: [{ CreationTime: new Date(0), StackName: "a", ...stack, StackStatus, StackStatusReason }] });
		expect((await world.doctor(" --env prod")).findings).toEqual(findings);
	});

	it("name what is used up, unsigned, late, forbidden, unsound and untagged, in the order of the areas", async () => {
		await world.says({
			dns: (question) =>
				question.type === "CAA" && question.name === "app.example.com"
					? { answers: caaOf(question.name, "letsencrypt.org") }
					: asDesigned(question),
		});
		const { acm, route53 } = world.landscape;
		world.quotas(450);
		acm.on(ListCertificatesCommand).resolves({ CertificateSummaryList: Array.from({ length: 2_000 }, () => ({})) });
		route53.on(GetDNSSECCommand).resolves({ Status: { ServeSignature: "SIGNING" }, KeySigningKeys: [{ KeyTag: 7 }] });
		acm.on(DescribeCertificateCommand).resolves({ Certificate: { Status: "ISSUED", NotAfter: new Date() } });
		world.template("prod", { Queue: { Type: "AWS::SQS::Queue", Properties: {} } });
		const { exit, findings } = await world.doctor(" --env prod");
		expect({ exit, findings }).toEqual({
			exit: 1,
			findings: [
				"template prod: Queue: is not encrypted (encryption).",
				"template prod: Queue: answers without TLS (tls).",
				...["dnssec registrar", "dnssec prod"].map((at) => expect.stringMatching(`^${at}: .* no DS`)),
				expect.stringMatching(/^caa prod: app\.example\.com's CAA records forbid .*letsencrypt\.org/),
				expect.stringMatching(/^certificate prod: .* ends in -?\d days/),
				"quotas prod: hosted zones: 450 of 500 are used.",
				"quotas prod: certificates: 2000 of 2500 are used.",
				expect.stringMatching(/^tags prod: Queue/),
			],
		});
	});

	it("name an apex whose policies were taken away", async () => {
		await world.says();
		world.landscape.route53
			.on(ListResourceRecordSetsCommand)
			.resolves({ ResourceRecordSets: [], IsTruncated: false, MaxItems: 300 });
		const { findings } = await world.doctor(" --env prod");
		expect(findings).toContain("apex registrar: The apex zone example.com lacks CAA of example.com.");
		expect(findings).toHaveLength(4);
	});

	it("name an edge that runs another version than its stack's", async () => {
		await world.says();
		world.template("prod", { Version: { Type: "AWS::Lambda::Version", Properties: {} } });
		expect((await world.doctor(" --env prod")).findings).toEqual([
			"edge prod: Distribution runs a version of other code than its stack's function has.",
		]);
	});

	it("do not hold names in quarantine to be one", async () => {
		await world.says();
		const claim = { ...aClaim(), intent: "released", quarantinedUntil: "2999-08-30T00:00:00.000Z" };
		world.landscape.dynamodb.on(QueryCommand).resolves({ Items: [marshall(claim), { hostname: { S: "unreadable" } }] });
		const { exit, notes } = await world.doctor(" --env prod");
		expect(exit).toBe(0);
		expect(notes).toContain(`quarantine prod: ${claim.hostname} is kept until 2999-08-30.`);
	});

	it.each([
		["what somebody must do", { fix: "Delete it." }, "Delete it."],
		["what is repaired", { repair: "repair-hostname" }, /hourly reconciler repairs it/],
		["where to read on", {}, /docs\/reconciliation\.md/],
	])("of the reconciler say %s", async (_, more, fix) => {
		const finding = { hostname: "a.app.example.com", kind: "record-missing", message: "Gone.", actor: "hostmaster" };
		await world.says({ api: planOf({ ...finding, ...more }) });
		const { stdout } = await world.landscape.type("doctor --env prod --json");
		expect(JSON.parse(stdout).findings).toEqual([
			{
				...{ area: "hostnames", where: "prod", actor: "hostmaster" },
				message: "a.app.example.com (record-missing): Gone.",
				fix: typeof fix === "string" ? fix : expect.stringMatching(fix),
			},
		]);
	});

	it.each<[string, Said, string]>([
		["has no address", { rcode: "NXDOMAIN" }, "edge prod: The edge at d1.test: it has no address."],
		["is closed", { answers: addressOf("d1.test", "127.0.0.9") }, "ECONNREFUSED"],
	])("of an edge that %s", async (_, said, text) => {
		await world.says({ dns: (question) => (question.name === "d1.test" ? said : asDesigned(question)) });
		expect((await world.doctor(" --env prod")).findings).toEqual([expect.stringContaining(text)]);
	});
});

describe("parity", () => {
	const queue = (tag: number) => ({ Type: "AWS::Route53::RecordSet", Properties: { tag } });
	const runs = (stage: string, Release: string) =>
		world.landscape.cloudformation
			.on(DescribeStacksCommand, { StackName: `hostmaster-${stage}` })
			.resolves(aStack("UPDATE_COMPLETE", { ...outputs, Release }));
	const ofParity = (lines: readonly string[]) => lines.filter((line) => line.startsWith("parity"));

	it("names where the templates of one release differ, three places and how many more", async () => {
		await world.says();
		world.template("nonprod", { A: queue(1) });
		world.template("prod", { A: queue(2) });
		const text =
			"parity nonprod, prod: nonprod and prod were not deployed from one template: Resources.A.Properties.tag.";
		expect((await world.doctor()).findings).toEqual([text]);
		world.template("prod", Object.fromEntries(["B", "C", "D", "E"].map((id) => [id, queue(1)])));
		expect((await world.doctor()).findings).toEqual([expect.stringMatching(/Resources\.\w, .* and 2 more\.$/)]);
	});

	const released = (stage: "nonprod" | "prod", more: object) =>
		releaseDigest({ routeTenant: "0".repeat(64) }, aTemplate(stage, more), stage);

	it("is no fault between a deployment and its promotion, as long as each is what its release says", async () => {
		await world.says();
		world.template("nonprod", { A: queue(1) });
		const [later, earlier] = [released("nonprod", { A: queue(1) }), released("prod", {})];
		runs("nonprod", later);
		runs("prod", earlier);
		const { exit, findings, notes } = await world.doctor();
		expect({ exit, findings }).toEqual({ exit: 0, findings: [] });
		expect(ofParity(notes)).toEqual([
			`parity nonprod, prod: nonprod runs release ${later.slice(0, 12)} and prod ${earlier.slice(0, 12)}: hostmaster environments promote.`,
		]);
		world.template("prod", { A: queue(3) });
		expect(ofParity((await world.doctor()).findings)).toEqual([
			`parity nonprod, prod: The template of prod is not the one of release ${earlier.slice(0, 12)}, which it says it runs.`,
		]);
	});

	it("is unknown of a stack that does not tell its release", async () => {
		await world.says();
		runs("nonprod", released("nonprod", {}));
		runs("prod", "");
		const { exit, unknown } = await world.doctor();
		expect({ exit, unknown }).toEqual({
			exit: 3,
			unknown: ["parity nonprod, prod: The stack of prod does not tell its release."],
		});
	});
});
