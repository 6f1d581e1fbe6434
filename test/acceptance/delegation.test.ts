import { readFileSync } from "node:fs";
import {
	ChangeResourceRecordSetsCommand,
	CreateKeySigningKeyCommand,
	EnableHostedZoneDNSSECCommand,
} from "@aws-sdk/client-route-53";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployInto } from "../../local/cloud.ts";
import { asFunction } from "../../local/iam/calling-function.ts";
import { accounts, apexDomain, delegationRole, laptopParameters, surroundingsOf } from "../../local/laptop.ts";
import { packageStages, templateFile } from "../../scripts/package.ts";
import { registrarTemplate } from "../../scripts/package-registrar.ts";
import { aWorld, type World } from "../local/world/a-world.ts";

const surroundings = surroundingsOf("nonprod");
const { platformDomain } = surroundings;
const stackName = "hostmaster-nonprod";

let world: World;
beforeAll(async () => {
	await packageStages(["nonprod"], () => {});
	world = await aWorld(["nonprod"]);
});
afterAll(() => world.close());

/** The registrar's stack, as it is packaged, for the domain of a laptop. */
function deployRegistrar({ delegated = [platformDomain], authorities = ["amazon.com"] } = {}) {
	const template = registrarTemplate({
		apexes: [
			{ name: apexDomain, certificateAuthorities: authorities, sendsMail: false, registeredAt: "route53-domains" },
		],
		delegations: delegated.map((name) => ({ name, account: accounts.nonprod, stack: stackName })),
	});
	return deployInto(world.account("registrar"), {
		stackName: "hostmaster-registrar",
		template: JSON.stringify(template),
		// Here both accounts' functions share a process, and one name means one value.
		parameters: {
			ArtifactBucket: "hostmaster-artifacts",
			Resolvers: laptopParameters(world.ports.nonprod, "", surroundings)["Resolvers"] ?? "",
		},
	});
}

/** The workload's stack, as it is packaged; what happens to its resources, and how it ends. */
async function deploy(more: Record<string, string> = {}) {
	const { authority } = world.account("nonprod");
	const steps: string[] = [];
	const failure = await deployInto(world.account("nonprod"), {
		stackName,
		template: readFileSync(templateFile("nonprod"), "utf8"),
		parameters: {
			...laptopParameters(world.ports.nonprod, authority.certificatePem, surroundings),
			...{ ApexDomain: apexDomain, DelegationRole: delegationRole(platformDomain), ...more },
		},
		report: ({ logicalId, status }) => steps.push(`${logicalId} ${status}`),
	}).then(
		() => undefined,
		(error: unknown) => (error instanceof Error ? error.message : String(error)),
	);
	return { steps, failure };
}

/** `TTL values` of the delegation in the apex zone, or of what vouches for its keys. */
function delegation(of: "NS" | "DS" = "NS"): string | undefined {
	const { route53 } = world.account("registrar");
	const [apex] = route53.hosted();
	const set = route53.records(apex?.id ?? "").find(({ name, type }) => name === `${platformDomain}.` && type === of);
	return set && "values" in set ? `${set.ttlSeconds} ${[...set.values].sort().join(",")}` : undefined;
}
const servers = () =>
	[...(world.account("nonprod").route53.hosted()[0]?.nameServers ?? [])].map((name) => name.replace(/\.$/, "")).sort();
const leads = () => delegation()?.replaceAll(/\.(?=,|$)/g, "");

describe("a stack whose name the registrar delegates", () => {
	it("stops before its certificate while CAA forbids it, and says who must do what", async () => {
		await deployRegistrar({ authorities: ["letsencrypt.org"] });
		const { steps, failure } = await deploy();
		expect(failure).toMatch(
			/Delegation stopped at 'caa': The CAA records of hostmaster\.test forbid .* Who acts: operator\./,
		);
		expect(steps).toContain("Delegation CREATE_FAILED");
		expect(steps.filter((step) => step.startsWith("WildcardCertificate"))).toEqual([]);
		expect(leads()).toBe(`60 ${servers().join(",")}`);
	});

	it("goes on there when it is deployed again, and its delegation stays when what failed is cleaned up", async () => {
		await deployRegistrar();
		// A resolver remembers the old records for their hour.
		await world.flush();
		const { steps, failure } = await deploy();
		expect(failure).toBeUndefined();
		expect(steps.indexOf("Delegation CREATE_COMPLETE")).toBeLessThan(
			steps.indexOf("WildcardCertificate CREATE_IN_PROGRESS"),
		);
		expect(steps).toContain("WildcardCertificate CREATE_COMPLETE");
		expect(leads()).toBe(`300 ${servers().join(",")}`);
		const soa = await world.resolver.resolveSoa(platformDomain);
		expect(soa.minttl).toBe(60);
		await expect(world.resolver.resolveNs(platformDomain)).resolves.toHaveLength(4);
	});

	it("changes nothing when it is deployed once more", async () => {
		const { steps, failure } = await deploy();
		expect(failure).toBeUndefined();
		expect(steps.filter((step) => step.startsWith("Delegation"))).toEqual([]);
	});

	it("stands again when it is asked to with another nonce, and vouches for the zone, which is signed now", async () => {
		const [apex] = world.account("registrar").route53.hosted();
		const ResourceRecords = [...servers()].map((server) => ({ Value: `${server}.` }));
		const set = { Name: platformDomain, Type: "NS", TTL: 300, ResourceRecords } as const;
		const ChangeBatch = { Changes: [{ Action: "DELETE" as const, ResourceRecordSet: set }] };
		await world
			.clients("registrar")
			.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: apex?.id, ChangeBatch }));
		expect(delegation()).toBeUndefined();
		const HostedZoneId = world.account("nonprod").route53.hosted()[0]?.id;
		const { route53 } = world.clients("nonprod");
		const key = { Name: "key", CallerReference: "key", Status: "ACTIVE", HostedZoneId } as const;
		const arn = { KeyManagementServiceArn: `arn:aws:kms:us-east-1:${accounts.nonprod}:key/1` };
		const { KeySigningKey } = await route53.send(new CreateKeySigningKeyCommand({ ...key, ...arn }));
		await route53.send(new EnableHostedZoneDNSSECCommand({ HostedZoneId }));
		const { steps, failure } = await deploy({ DelegationNonce: "1" });
		expect(failure).toBeUndefined();
		expect(steps.filter((step) => step.startsWith("Delegation"))).toContain("Delegation UPDATE_COMPLETE");
		expect(leads()).toBe(`300 ${servers().join(",")}`);
		expect(delegation("DS")).toBe(`300 ${KeySigningKey?.DSRecord}`);
	});

	it.each<[string, "UPSERT" | "CREATE", string, "A" | "NS" | "TXT", string]>([
		["an address at the apex", "UPSERT", apexDomain, "A", "192.0.2.1"],
		["the name servers of another environment", "UPSERT", `app.${apexDomain}`, "NS", "ns-1.awsdns-00.com"],
		["a text at its own name", "UPSERT", platformDomain, "TXT", '"x"'],
		["a text below the apex", "UPSERT", `_acme-challenge.${apexDomain}`, "TXT", '"x"'],
		["its own name servers by another action", "CREATE", platformDomain, "NS", "ns-1.awsdns-00.com"],
	])("may not write %s with the role that it has", async (_, Action, Name, Type, Value) => {
		const RoleArn = delegationRole(platformDomain);
		const asDelegator = <T>(call: () => Promise<T>) => asFunction(`${stackName}-delegateZone`, call);
		const { Credentials } = await asDelegator(() =>
			world.clients("nonprod").sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "test" })),
		);
		const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
		const access = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
		const [apex] = world.account("registrar").route53.hosted();
		const Changes = [{ Action, ResourceRecordSet: { Name, Type, TTL: 60, ResourceRecords: [{ Value }] } }];
		const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: apex?.id, ChangeBatch: { Changes } });
		await expect(asDelegator(() => world.clients("nonprod", access).route53.send(command))).rejects.toMatchObject({
			name: expect.stringMatching(/^AccessDenied/),
		});
	});

	it("takes its delegation away when it is taken down, before its zone", async () => {
		await world.account("nonprod").stacks.remove(stackName);
		expect([delegation(), delegation("DS")]).toEqual([undefined, undefined]);
		expect(world.account("nonprod").route53.hosted()).toHaveLength(1);
	});
});
