import {
	type ChangeAction,
	ChangeResourceRecordSetsCommand,
	GetChangeCommand,
	GetHostedZoneCommand,
	ListHostedZonesCommand,
	ListResourceRecordSetsCommand,
	type RRType,
} from "@aws-sdk/client-route-53";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asFunction } from "../../../local/iam/calling-function.ts";
import { type Access, aFunction, aRole, aWorld, aZone, byLambda, type World } from "./a-world.ts";

const ids = { registrar: "111111111111", nonprod: "222222222222", prod: "333333333333" };
const names = { nonprod: "app.nonprod.shop.test", prod: "app.shop.test" };
type Environment = keyof typeof names;
const delegationArn = (of: Environment) =>
	`arn:aws:iam::${ids.registrar}:role/hostmaster-delegation-${names[of].replaceAll(".", "-")}`;

/** A role that lets one environment delegate its name, and no other. */
function aDelegationRole(of: Environment) {
	const principal = { AWS: `arn:aws:iam::${ids[of]}:root` };
	const trust = {
		...{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" },
		Condition: { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${ids[of]}:role/hostmaster-${of}-delegate-zone` } },
	};
	const key = (name: string) => `route53:ChangeResourceRecordSets${name}`;
	const zone = { "Fn::Join": ["", ["arn:aws:route53:::hostedzone/", { Ref: "Apex" }]] };
	return aRole(
		delegationArn(of).split("/")[1] ?? "",
		[trust],
		[
			{
				...{ Effect: "Allow", Action: "route53:ChangeResourceRecordSets", Resource: zone },
				Condition: {
					"ForAllValues:StringEquals": {
						[key("NormalizedRecordNames")]: [names[of]],
						[key("RecordTypes")]: ["NS", "DS"],
						[key("Actions")]: ["UPSERT", "DELETE"],
					},
					Null: {
						[key("NormalizedRecordNames")]: "false",
						[key("RecordTypes")]: "false",
						[key("Actions")]: "false",
					},
				},
			},
			{ Effect: "Allow", Action: "route53:ListResourceRecordSets", Resource: zone },
			{ Effect: "Allow", Action: "route53:GetChange", Resource: "arn:aws:route53:::change/*" },
		],
	);
}

let world: World;
let apexZoneId: string;
beforeAll(async () => {
	world = await aWorld();
	const apex = await world.deploy("registrar", {
		Apex: aZone("shop.test"),
		NonprodDelegation: aDelegationRole("nonprod"),
		ProdDelegation: aDelegationRole("prod"),
	});
	apexZoneId = apex.ref("Apex");
	for (const of of ["nonprod", "prod"] as const) {
		const mayAssume = { Effect: "Allow", Action: "sts:AssumeRole", Resource: delegationArn(of) };
		await world.deploy(of, {
			Zone: aZone(names[of]),
			Www: {
				Type: "AWS::Route53::RecordSet",
				Properties: {
					...{ HostedZoneId: { Ref: "Zone" }, Name: `www.${names[of]}`, Type: "A" },
					AliasTarget: { DNSName: "d111.cloudfront.net", HostedZoneId: "Z2FDTNDATAQYW2" },
				},
			},
			DelegateZoneRole: aRole(`hostmaster-${of}-delegate-zone`, [byLambda], [mayAssume]),
			DelegateZone: aFunction(`hostmaster-${of}-delegateZone`, { "Fn::GetAtt": ["DelegateZoneRole", "Arn"] }),
			OtherRole: aRole(`hostmaster-${of}-other`, [byLambda], [mayAssume]),
			Other: aFunction(`hostmaster-${of}-other`, { "Fn::GetAtt": ["OtherRole", "Arn"] }),
			PoorRole: aRole(`hostmaster-${of}-poor`, [byLambda], []),
			Poor: aFunction(`hostmaster-${of}-poor`, { "Fn::GetAtt": ["PoorRole", "Arn"] }),
		});
	}
}, 30_000);
afterAll(() => world.close());

/** What a function of an environment gets when it asks for a delegation role. */
async function assume(by: Environment, key: string, of: Environment = by): Promise<Access> {
	const command = new AssumeRoleCommand({ RoleArn: delegationArn(of), RoleSessionName: `delegate-${by}` });
	const { Credentials } = await asFunction(`hostmaster-${by}-${key}`, () => world.clients(by).sts.send(command));
	const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
	return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Changes the apex zone with what a role was given, by way of the environment's own endpoint, as its functions do. */
async function change(
	by: Environment,
	access: Access,
	...changes: [action: ChangeAction, name: string, type: RRType, ...values: string[]][]
) {
	const Changes = changes.map(([Action, Name, Type, ...values]) => ({
		Action,
		ResourceRecordSet: { Name, Type, TTL: 300, ResourceRecords: values.map((Value) => ({ Value })) },
	}));
	const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: apexZoneId, ChangeBatch: { Changes } });
	return await asFunction(`hostmaster-${by}-delegateZone`, () => world.clients(by, access).route53.send(command));
}

async function nameServersOf(of: Environment): Promise<string[]> {
	const [zone] = world.account(of).route53.hosted();
	const { DelegationSet } = await world.clients(of).route53.send(new GetHostedZoneCommand({ Id: zone?.id }));
	return DelegationSet?.NameServers ?? [];
}

describe("a delegation through the registrar's role", () => {
	it("is what makes an environment's names resolve, each to its own environment", async () => {
		for (const of of ["nonprod", "prod"] as const) {
			await expect(world.resolver.resolve4(`www.${names[of]}`)).rejects.toMatchObject({ code: "ENOTFOUND" });
			const servers = await nameServersOf(of);
			const changed = await change(of, await assume(of, "delegateZone"), ["UPSERT", names[of], "NS", ...servers]);
			expect(changed.ChangeInfo?.Status).toBe("PENDING");
			await world.flush();
			expect((await world.resolver.resolveNs(names[of])).sort()).toEqual(servers.map(withoutDot).sort());
		}
		expect(await world.resolver.resolve4(`www.${names.nonprod}`)).toEqual([world.account("nonprod").dns.host]);
		expect(await world.resolver.resolve4(`www.${names.prod}`)).toEqual([world.account("prod").dns.host]);
		expect(world.account("nonprod").dns.host).not.toBe(world.account("prod").dns.host);
	});

	it("lets its holder follow a change and list the zone, and nothing else in that account", async () => {
		const access = await assume("nonprod", "delegateZone");
		const { route53, sts } = world.clients("nonprod", access);
		const changed = await change("nonprod", access, [
			"UPSERT",
			names.nonprod,
			"NS",
			...(await nameServersOf("nonprod")),
		]);
		const Id = changed.ChangeInfo?.Id;
		expect((await route53.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status).toBe("INSYNC");
		const listed = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: apexZoneId }));
		expect(listed.ResourceRecordSets?.length).toBeGreaterThan(2);
		expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
			Account: ids.registrar,
			Arn: `arn:aws:sts::${ids.registrar}:assumed-role/${delegationArn("nonprod").split("/")[1]}/delegate-nonprod`,
		});
		await expect(route53.send(new ListHostedZonesCommand({}))).rejects.toMatchObject({ name: "AccessDenied" });
	});

	const apex = "shop.test";
	it.each<[string, Parameters<typeof change>[2][]]>([
		["an address at the apex", [["UPSERT", apex, "A", "192.0.2.1"]]],
		["an address at its own name", [["UPSERT", names.nonprod, "A", "192.0.2.1"]]],
		["the delegation of the other environment", [["UPSERT", names.prod, "NS", "ns.elsewhere.test."]]],
		["the other environment's delegation away", [["DELETE", names.prod, "NS", "ns.elsewhere.test."]]],
		["a name below its own", [["UPSERT", `x.${names.nonprod}`, "NS", "ns.elsewhere.test."]]],
		["a text anywhere", [["UPSERT", names.nonprod, "TXT", '"x"']]],
		["by CREATE", [["CREATE", names.nonprod, "NS", "ns.elsewhere.test."]]],
		[
			"a batch with one such among good ones",
			[
				["UPSERT", names.nonprod, "NS", "ns.elsewhere.test."],
				["UPSERT", apex, "TXT", '"x"'],
			],
		],
	])("does not write %s", async (_, changes) => {
		const before = world.account("registrar").route53.records(apexZoneId);
		await expect(change("nonprod", await assume("nonprod", "delegateZone"), ...changes)).rejects.toMatchObject({
			name: "AccessDenied",
			$metadata: { httpStatusCode: 403 },
		});
		expect(world.account("registrar").route53.records(apexZoneId)).toEqual(before);
	});
});

describe("the registrar's role", () => {
	it("is given to nobody but the role that it trusts", async () => {
		const refused = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };
		await expect(assume("nonprod", "other")).rejects.toMatchObject(refused);
		await expect(assume("prod", "delegateZone", "nonprod")).rejects.toMatchObject(refused);
		const command = new AssumeRoleCommand({ RoleArn: delegationArn("nonprod"), RoleSessionName: "by-hand" });
		await expect(world.clients("nonprod").sts.send(command)).rejects.toMatchObject({
			...refused,
			message: `User: arn:aws:iam::${ids.nonprod}:root is not authorized to perform: sts:AssumeRole on resource: ${delegationArn("nonprod")}`,
		});
	});

	it("needs the caller's own account to allow it too", async () => {
		await expect(assume("nonprod", "poor")).rejects.toMatchObject({
			name: "AccessDenied",
			message: expect.stringContaining("because no identity-based policy allows the sts:AssumeRole action"),
		});
	});

	it("is worth nothing with another token, or a key that nobody was given", async () => {
		const access = await assume("nonprod", "delegateZone");
		const asked = (by: Access) => world.clients("nonprod", by).sts.send(new GetCallerIdentityCommand({}));
		const refused = { name: "InvalidClientTokenId", $metadata: { httpStatusCode: 403 } };
		await expect(asked({ ...access, sessionToken: "another" })).rejects.toMatchObject(refused);
		const accessKeyId = access.accessKeyId.replace(/[0-9A-F]{16}(?=\d{12}$)/, "0".repeat(16));
		await expect(asked({ ...access, accessKeyId })).rejects.toMatchObject(refused);
	});
});

describe("an account that is down", () => {
	it("is a service that is unavailable to those who ask it through their own", async () => {
		const lonely = await aWorld();
		try {
			await lonely.end("prod");
			const access = { accessKeyId: `LOCAL${ids.prod}`, secretAccessKey: "local" };
			const asked = lonely.clients("nonprod", access).route53.send(new ListHostedZonesCommand({}));
			await expect(asked).rejects.toMatchObject({ name: "ServiceUnavailable", $metadata: { httpStatusCode: 503 } });
			const RoleArn = `arn:aws:iam::${ids.prod}:role/any`;
			const assumed = lonely.clients("nonprod").sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "any" }));
			await expect(assumed).rejects.toMatchObject({ name: "ServiceUnavailable" });
		} finally {
			await lonely.close();
		}
	});
});

const withoutDot = (name: string) => name.replace(/\.$/, "");
