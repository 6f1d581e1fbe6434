import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeCertificateCommand, ListCertificatesCommand } from "@aws-sdk/client-acm";
import { DescribeStacksCommand, GetTemplateCommand } from "@aws-sdk/client-cloudformation";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import {
	GetAccountLimitCommand,
	GetDNSSECCommand,
	GetHostedZoneCommand,
	GetHostedZoneLimitCommand,
	ListHostedZonesByNameCommand,
	ListResourceRecordSetsCommand,
} from "@aws-sdk/client-route-53";
import type { Question } from "dns-packet";
import { policyRecords } from "../../../domain/apex-records.ts";
import { openAuthority } from "../../../local/ca/authority.ts";
import { addressOf, aNameServer, nsOf, type Said, soaOf } from "../../builders/a-name-server.ts";
import { aFakeApi, ok, type Reply } from "../a-fake-api.ts";
import { aLandscape, aStack, domains } from "../environments/a-landscape.ts";

const server = "ns-1.awsdns-00.com";
const distribution = "d1.test";
const reconciliation = "GET /v1/reconciliation";
const stages = ["nonprod", "prod"] as const;
type Stage = (typeof stages)[number];

/** One server that is resolver and every name server at once, and knows of no addresses but its own and the edge's. */
export function asDesigned({ name, type }: Question): Said {
	if (type === "NS") return { authoritative: true, answers: nsOf(name, [server]) };
	if (type === "SOA") return { authoritative: true, answers: soaOf(name) };
	if (type === "A" && (name === server || name === distribution)) return { answers: addressOf(name, "127.0.0.1") };
	return { rcode: "NXDOMAIN", authorities: soaOf("com") };
}

/** What the API says that the reconciler would find. */
export const planOf = (...findings: object[]): Reply => {
	const plan = { at: "2026-06-01T00:00:00.000Z", lookedAt: 1, unsafe: false, byKind: {}, total: findings.length };
	return ok({ plan: { ...plan, findings }, lastRun: null });
};

export const outputs = {
	WildcardCertificateArn: "arn:aws:acm:us-east-1:1:certificate/1",
	DistributionDomainName: distribution,
	RouteTenantVersionArn: "arn:aws:lambda:us-east-1:1:function:routeTenant:7",
	Release: "a".repeat(64),
};

const edge = {
	Distribution: {
		Type: "AWS::CloudFront::Distribution",
		Properties: {
			DistributionConfig: {
				DefaultCacheBehavior: {
					LambdaFunctionAssociations: [{ EventType: "origin-request", LambdaFunctionARN: { Ref: "Version" } }],
				},
			},
		},
	},
	Version: {
		Type: "AWS::Lambda::Version",
		// The digest that the zip's key has, in base64.
		Properties: { FunctionName: { Ref: "RouteTenantLambdaFunction" }, CodeSha256: `${"A".repeat(43)}=` },
	},
	RouteTenantLambdaFunction: {
		Type: "AWS::Lambda::Function",
		Properties: { Code: { S3Key: `functions/${"0".repeat(64)}.zip` } },
	},
};

/** A template of a stage: the edge, and what a test adds. */
export function aTemplate(stage: Stage, more: object = {}): string {
	const Tags = [
		{ Key: "application", Value: "hostmaster" },
		{ Key: "environment", Value: stage },
	];
	const tagged = Object.entries(edge).map(([id, resource]) => [
		id,
		{ ...resource, Properties: { ...resource.Properties, ...(id !== "Version" && { Tags }) } },
	]);
	return JSON.stringify({ Parameters: {}, Resources: { ...Object.fromEntries(tagged), ...more } });
}

/** A world of several accounts in which all is as it was designed, and a terminal in it; tests break what they are about. */
export async function aHealthyWorld() {
	const landscape = aLandscape();
	const directory = mkdtempSync(join(tmpdir(), "doctor-edge-"));
	const authority = await openAuthority(directory);
	const day = 86_400_000;
	const names = [`*.${domains.nonprod}`, `*.${domains.prod}`] as const;
	const tls = await authority.issue(names, new Date(Date.now() - day), new Date(Date.now() + day));
	const viewers = createServer({ cert: tls.chain, key: tls.key }, (_, response) => {
		response.writeHead(404, { connection: "close" }).end();
	}).listen(0, "127.0.0.1");
	await once(viewers, "listening");
	const { port: edgePort } = viewers.address() as AddressInfo; // a TCP server's address, since it listens on a port
	const { acm, cloudformation, dynamodb, route53 } = landscape;
	const running: { close(): Promise<unknown> }[] = [];

	const quotas = (Count: number) => {
		const account = { Type: "MAX_HOSTED_ZONES_BY_OWNER", Value: 500 } as const;
		route53.on(GetAccountLimitCommand).resolves({ Limit: account, Count });
		route53.on(GetHostedZoneLimitCommand).resolves({ Limit: { Type: "MAX_RRSETS_BY_ZONE", Value: 10_000 }, Count });
	};
	const template = (stage: Stage, more?: object) =>
		cloudformation
			.on(GetTemplateCommand, { StackName: `hostmaster-${stage}` })
			.resolves({ TemplateBody: aTemplate(stage, more) });

	return {
		...{ landscape, edgePort, authority: authority.certificatePem, quotas, template },
		/** Before each test. */
		reset() {
			landscape.reset();
			cloudformation.on(DescribeStacksCommand).resolves(aStack("UPDATE_COMPLETE", outputs));
			for (const stage of stages) template(stage);
			route53.on(ListHostedZonesByNameCommand).callsFake(({ DNSName }) => ({
				HostedZones: [{ Id: "/hostedzone/Z1", Name: `${DNSName}.`, CallerReference: "1" }],
			}));
			const HostedZone = { Id: "Z1", Name: "a.", CallerReference: "1" };
			route53.on(GetHostedZoneCommand).resolves({ HostedZone, DelegationSet: { NameServers: [server] } });
			route53.on(GetDNSSECCommand).resolves({ Status: { ServeSignature: "NOT_SIGNING" } });
			const apex = { name: "example.com", certificateAuthorities: ["amazon.com"], sendsMail: false };
			const ResourceRecordSets = policyRecords(apex).map(({ name, type, values }) => ({
				...{ Name: `${name}.`, Type: type, ResourceRecords: values.map((Value) => ({ Value })) },
			}));
			const whole = { IsTruncated: false, MaxItems: 300 };
			route53.on(ListResourceRecordSetsCommand).resolves({ ResourceRecordSets, ...whole });
			quotas(1);
			acm
				.on(DescribeCertificateCommand)
				.resolves({ Certificate: { Status: "ISSUED", NotAfter: new Date(Date.now() + 1e10) } });
			acm.on(ListCertificatesCommand).resolves({ CertificateSummaryList: [{}] });
			dynamodb.on(DescribeTableCommand).resolves({ Table: {} });
		},
		/** DNS and the API of a world that says so. */
		async says({ dns = asDesigned, api: reply = planOf(), without = "" } = {}) {
			const resolver = await aNameServer(dns);
			const api = await aFakeApi({ [reconciliation]: [reply] });
			running.push(resolver, api);
			const parameters = {
				...{ Resolvers: `127.0.0.1:${resolver.port}`, NameServerPort: String(resolver.port) },
				...{ ApexDomain: "example.com", EdgePort: String(edgePort), EdgeAuthority: authority.certificatePem },
			};
			landscape.write({ parameters, api: api.url, without });
		},
		/** `area where: what` of each kind. */
		async doctor(more = "") {
			const { exit, stdout, stderr } = await landscape.type(`doctor${more} --json`);
			const said = JSON.parse(stdout);
			const told = (kind: string): string[] =>
				(said[kind] ?? []).map(
					(each: Record<string, string>) => `${each["area"]} ${each["where"]}: ${each["message"] ?? each["because"]}`,
				);
			const all = { findings: told("findings"), unknown: told("unknown"), notes: told("notes") };
			return { exit, stderr, ...all, advice: said.advice, lookedAt: said.lookedAt };
		},
		/** After each test. */
		async quiet() {
			await Promise.all(running.splice(0).map((each) => each.close()));
		},
		close() {
			viewers.close();
			landscape.close();
			rmSync(directory, { recursive: true, force: true });
		},
	};
}
