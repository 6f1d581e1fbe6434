import { beforeAll, describe, expect, it } from "vitest";
import { delegationRoleArn, delegationRoleName } from "../../domain/registrar.ts";
import { type RegistrarTemplate, registrarTemplate } from "../../scripts/package-registrar.ts";
import { readRegistrar } from "../../scripts/registrar-values.ts";
import { at, listAt, namesIn, packagedTemplates } from "./packaged.ts";

const { registrar } = readRegistrar();
const template = registrarTemplate(registrar);
const ofType = ({ Resources }: RegistrarTemplate, type: string) =>
	Object.entries(Resources).filter(([, { Type }]) => Type === type);
const roles = ofType(template, "AWS::IAM::Role").filter(([id]) => id.endsWith("DelegationRole"));
const arn = (rest: string) => ({ "Fn::Sub": `arn:${"$"}{AWS::Partition}:${rest}` });

describe("the registrar's template", () => {
	it("names nothing that does not exist", () => {
		const named = [...namesIn(template.Resources), ...namesIn(template.Outputs)];
		const dependedOn = Object.values(template.Resources).flatMap((resource) => listAt(resource, "DependsOn"));
		const known = [...Object.keys(template.Resources), ...Object.keys(template.Parameters)];
		expect([...named, ...dependedOn].filter((name) => !known.includes(String(name)))).toEqual([]);
		expect(named.length).toBeGreaterThan(10);
	});

	it("keeps the zones, whatever becomes of the stack", () => {
		const zones = ofType(template, "AWS::Route53::HostedZone");
		expect(zones).toHaveLength(registrar.apexes.length);
		for (const [id, zone] of zones) {
			expect.soft([at(zone, "DeletionPolicy"), at(zone, "UpdateReplacePolicy")], id).toEqual(["Retain", "Retain"]);
		}
	});

	it("logs the queries of each zone, forgets them, and lets Route 53 write for this account only", () => {
		for (const [id, { Properties }] of ofType(template, "AWS::Route53::HostedZone")) {
			const logGroup = String(at(Properties, "QueryLoggingConfig", "CloudWatchLogsLogGroupArn", "Fn::GetAtt", 0));
			const { LogGroupName, RetentionInDays } = template.Resources[logGroup]?.Properties ?? {};
			expect.soft([LogGroupName, RetentionInDays], id).toEqual([`/aws/route53/${Properties["Name"]}`, 30]);
			expect.soft(listAt(template.Resources[id], "DependsOn"), id).toEqual(["QueryLogPolicy"]);
		}
		const [[, policy] = []] = ofType(template, "AWS::Logs::ResourcePolicy");
		expect(JSON.parse(String(at(policy, "Properties", "PolicyDocument", "Fn::Sub")))).toMatchObject({
			Statement: [
				{
					Principal: { Service: "route53.amazonaws.com" },
					Resource: `arn:${"$"}{AWS::Partition}:logs:us-east-1:${"$"}{AWS::AccountId}:log-group:/aws/route53/*`,
					Condition: { StringEquals: { "aws:SourceAccount": `${"$"}{AWS::AccountId}` } },
				},
			],
		});
	});

	it("gives every record set its time to live as CloudFormation has it: as text", () => {
		const sets = ofType(template, "AWS::Route53::RecordSet");
		expect(sets.length).toBeGreaterThan(0);
		for (const [id, { Properties }] of sets) expect.soft(Properties["TTL"], id).toBe("3600");
	});

	it("tells its topic of every alarm", () => {
		const alarms = ofType(template, "AWS::CloudWatch::Alarm");
		expect(alarms.length).toBeGreaterThan(0);
		for (const [id, { Properties }] of alarms)
			expect.soft(namesIn(Properties["AlarmActions"]), id).toEqual(["AlarmTopic"]);
	});
});

describe("a delegation's role", () => {
	it("is one for each delegation, with the name that the workload account goes by", () => {
		expect(roles.map(([, { Properties }]) => Properties["RoleName"])).toEqual(
			registrar.delegations.map(({ name }) => delegationRoleName(name)),
		);
		expect(delegationRoleArn("111122223333", "app.example.com")).toContain(":role/hostmaster-delegation-");
	});

	it("trusts one role of one account", () => {
		const trusted = roles.map(([, { Properties }]) => listAt(Properties, "AssumeRolePolicyDocument", "Statement"));
		expect(trusted).toEqual(
			registrar.delegations.map(({ account, stack }) => [
				{
					Sid: "Delegator",
					Effect: "Allow",
					Principal: { AWS: arn(`iam::${account}:root`) },
					Action: "sts:AssumeRole",
					Condition: { ArnEquals: { "aws:PrincipalArn": arn(`iam::${account}:role/${stack}-delegate-zone`) } },
				},
			]),
		);
	});

	it.each(registrar.delegations)("of $name may change NS and DS of this very name, and look", ({ name }) => {
		const [, role] = roles.find(([, { Properties }]) => Properties["RoleName"] === delegationRoleName(name)) ?? [];
		const key = (of: string) => `route53:ChangeResourceRecordSets${of}`;
		const zone = arn(`route53:::hostedzone/${"$"}{ExampleComZone}`);
		expect(listAt(role, "Properties", "Policies").flatMap((one) => listAt(one, "PolicyDocument", "Statement"))).toEqual(
			[
				{
					Sid: "Delegate",
					Effect: "Allow",
					Action: "route53:ChangeResourceRecordSets",
					Resource: zone,
					Condition: {
						"ForAllValues:StringEquals": {
							[key("NormalizedRecordNames")]: [name],
							[key("RecordTypes")]: ["NS", "DS"],
							[key("Actions")]: ["UPSERT", "DELETE"],
						},
						Null: { [key("NormalizedRecordNames")]: "false", [key("RecordTypes")]: "false", [key("Actions")]: "false" },
					},
				},
				{ Sid: "Look", Effect: "Allow", Action: "route53:ListResourceRecordSets", Resource: zone },
				{ Sid: "Follow", Effect: "Allow", Action: "route53:GetChange", Resource: arn("route53:::change/*") },
				// The one statement for all resources: the list of zones has none to name.
				{ Sid: "FindZone", Effect: "Allow", Action: "route53:ListHostedZonesByName", Resource: "*" },
			],
		);
	});
});

describe("the workload's side of a delegation", () => {
	let templates: Awaited<ReturnType<typeof packagedTemplates>>;
	beforeAll(async () => {
		templates = await packagedTemplates();
	}, 120_000);

	it.each(["nonprod", "prod"] as const)("has, in %s, the role that the registrar trusts", (stage) => {
		const { DelegateZoneRole } = templates[stage].Resources;
		const { stack } = registrar.delegations.find(({ stack }) => stack === `hostmaster-${stage}`) ?? {};
		expect(DelegateZoneRole?.Properties["RoleName"]).toBe(`${stack}-delegate-zone`);
	});

	it("comes before the certificate, and only where there is a role", () => {
		const { Delegation, WildcardCertificate } = templates.prod.Resources;
		expect(at(WildcardCertificate, "Metadata", "After")).toEqual({
			"Fn::If": ["HasDelegationRole", { Ref: "Delegation" }, ""],
		});
		expect(Delegation).toMatchObject({
			Type: "Custom::Delegation",
			Condition: "HasDelegationRole",
			Properties: {
				ServiceToken: { "Fn::GetAtt": ["DelegateZoneLambdaFunction", "Arn"] },
				Name: { Ref: "PlatformDomain" },
				Apex: { Ref: "ApexDomain" },
				ZoneId: { Ref: "PlatformZone" },
				NameServers: { "Fn::GetAtt": ["PlatformZone", "NameServers"] },
				Role: { Ref: "DelegationRole" },
			},
		});
	});

	it("is asked once: an old Create that ran after its Delete would bring back what was taken away", () => {
		const [settings] = Object.values(templates.prod.Resources).filter(
			({ Type, Properties }) =>
				Type === "AWS::Lambda::EventInvokeConfig" && namesIn(Properties).includes("DelegateZoneLambdaFunction"),
		);
		expect(settings?.Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
	});
});
