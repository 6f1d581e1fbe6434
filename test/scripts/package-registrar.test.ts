import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RegistrarRefused, registrarTemplate, withZips } from "../../scripts/package-registrar.ts";
import { parseTemplateYaml } from "../../scripts/template-yaml.ts";

const apex = (name: string, sendsMail = false) => ({
	...{ name, certificateAuthorities: ["amazon.com"], sendsMail, registeredAt: "route53-domains" as const },
});
const registrar = {
	apexes: [apex("example.com"), apex("my-example.net", true)],
	delegations: [
		{ name: "app.example.com", account: "222222222222", stack: "hostmaster-prod" },
		{ name: "app.my-example.net", account: "333333333333", stack: "hostmaster-nonprod" },
	],
};
const source = readFileSync("infra/registrar.yml", "utf8");
/** What infra/registrar-check.yml has once. */
const checkResources = [
	...["CheckRegistrationsLambdaFunction", "CheckRegistrationsLogGroup", "CheckRegistrationsRole"],
	...["CheckRegistrationsSchedule", "CheckRegistrationsPermission", "RegistrationNoticesTable"],
	...["RegistrationFindingsAlarm", "UnaskedRegistrationsAlarm", "CheckRegistrationsErrorsAlarm"],
	"RegistrationsUnwatchedAlarm",
];
/** The file with something more in one of its sections. */
const withMore = (section: string, more: string) => source.replace(`\n${section}:\n  Resources:\n`, `$&${more}`);

describe("the registrar's template", () => {
	it("repeats each section for what it is about", () => {
		const { Resources, Outputs } = registrarTemplate(registrar);
		expect(Object.keys(Resources)).toEqual([
			...["AlarmTopic", "QueryLogPolicy", ...checkResources],
			...["ExampleComQueryLog", "ExampleComZone", "ExampleComUnaskedAlarm", "ExampleComExpiryAlarm"],
			...["MyExampleNetQueryLog", "MyExampleNetZone", "MyExampleNetUnaskedAlarm", "MyExampleNetExpiryAlarm"],
			...["ExampleComCaa", "ExampleComNullMx", "ExampleComSpf", "ExampleComDmarc", "MyExampleNetCaa"],
			...["AppExampleComDelegationRole", "AppMyExampleNetDelegationRole"],
		]);
		expect(Object.keys(Outputs)).toEqual([
			...["AlarmTopicArn", "CheckRegistrationsFunction", "ExampleComNameServers", "MyExampleNetNameServers"],
			...["AppExampleComDelegationRoleArn", "AppMyExampleNetDelegationRoleArn"],
		]);
		expect(JSON.stringify({ Resources, Outputs })).not.toMatch(/\{\{\w/);
	});

	it("tells the check of registrations all domains, where each is registered, and their zones", () => {
		const { Resources } = registrarTemplate({
			...registrar,
			apexes: [apex("example.com"), { ...apex("my-example.net"), registeredAt: "elsewhere" }],
		});
		expect(Resources["CheckRegistrationsLambdaFunction"]?.Properties["Environment"]).toMatchObject({
			Variables: { APEXES: "example.com,my-example.net", REGISTERED_ELSEWHERE: "my-example.net" },
		});
		const zone = (id: string) => ({ "Fn::Sub": `arn:${"$"}{AWS::Partition}:route53:::hostedzone/${"$"}{${id}}` });
		expect(JSON.stringify(Resources["CheckRegistrationsRole"])).toContain(
			JSON.stringify([zone("ExampleComZone"), zone("MyExampleNetZone")]),
		);
	});

	it("takes its function by content, and is refused without it", () => {
		const template = registrarTemplate(registrar);
		const zips = { checkRegistrations: "ab".repeat(32) };
		const { Resources } = withZips(template, zips);
		expect(Resources["CheckRegistrationsLambdaFunction"]?.Properties["Code"]).toEqual({
			S3Bucket: { Ref: "ArtifactBucket" },
			S3Key: `functions/${"ab".repeat(32)}.zip`,
		});
		expect(Resources["AlarmTopic"]).toEqual(template.Resources["AlarmTopic"]);
		expect(() => withZips(template, {})).toThrow("CheckRegistrationsLambdaFunction has no zip of its own");
	});

	it("gives lists where a list is asked for", () => {
		const { Resources } = registrarTemplate({
			...registrar,
			apexes: [{ ...apex("example.com"), certificateAuthorities: ["amazon.com", "pki.goog"] }],
			delegations: [],
		});
		expect(Resources["ExampleComCaa"]?.Properties["ResourceRecords"]).toEqual([
			...['0 issue "amazon.com"', '0 issue "pki.goog"', '0 issuewild "amazon.com"', '0 issuewild "pki.goog"'],
		]);
	});

	it.each([
		[
			"EachApex",
			'    "{{Apex}}Www": { Type: AWS::Route53::RecordSet, Properties: { Name: "www.{{ApexName}}", Type: CNAME, TTL: 60, ResourceRecords: [a.example.net] } }\n',
			"ExampleComWww: CNAME of www.example.com, which is no policy of an apex",
		],
		[
			"EachDelegation",
			'    "{{Delegation}}Ns": { Type: AWS::Route53::RecordSet, Properties: { Name: "{{DelegatedName}}", Type: NS, TTL: 60, ResourceRecords: [a.example.net] } }\n',
			"AppExampleComNs: NS of app.example.com, which is no policy of an apex",
		],
		[
			"EachDelegation",
			'    "{{Delegation}}Zone": { Type: AWS::Route53::HostedZone, Properties: { Name: "{{DelegatedName}}" } }\n',
			"AppExampleComZone: a zone of app.example.com, which is no apex",
		],
	])("is refused with more in %s than delegates or says a policy", (section, more, message) => {
		expect(() => registrarTemplate(registrar, withMore(section, more))).toThrow(RegistrarRefused);
		expect(() => registrarTemplate(registrar, withMore(section, more))).toThrow(message);
	});

	it("is refused when two resources would have one name, or a value is nobody's", () => {
		const twice = withMore("EachApex", "    AlarmTopic: { Type: AWS::SNS::Topic }\n");
		expect(() => registrarTemplate(registrar, twice)).toThrow("two would be called AlarmTopic");
		const unknown = withMore("EachApex", '    "{{Apex}}{{Stage}}": { Type: AWS::SNS::Topic }\n');
		expect(() => registrarTemplate(registrar, unknown)).toThrow("there is no {{Stage}} here");
	});
});

describe("a template in YAML", () => {
	it("means functions by its short forms, and values by its anchors", () => {
		const text = [
			"A: &a { B: !Ref Zone }",
			'C: { <<: *a, D: !GetAtt Zone.NameServers, E: !Sub "x-${' + 'Zone}" }',
			"F: !Join [',', [!Ref A, b]]",
		].join("\n");
		expect(parseTemplateYaml(text)).toEqual({
			A: { B: { Ref: "Zone" } },
			C: { B: { Ref: "Zone" }, D: { "Fn::GetAtt": ["Zone", "NameServers"] }, E: { "Fn::Sub": `x-${"$"}{Zone}` } },
			F: { "Fn::Join": [",", [{ Ref: "A" }, "b"]] },
		});
	});
});
