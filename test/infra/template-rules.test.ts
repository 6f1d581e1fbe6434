import { beforeAll, describe, expect, it } from "vitest";
import { at, ofTypes, type Template } from "../../domain/template.ts";
import { ruleNames, type TemplateRule, templateFlaws, templateRules } from "../../domain/template-rules.ts";
import { allTemplates, templateNames } from "./all-templates.ts";

let templates: Awaited<ReturnType<typeof allTemplates>>;
beforeAll(async () => {
	templates = await allTemplates();
}, 120_000);

describe.each(templateNames)("the template %s", (name) => {
	it.each(ruleNames)("keeps to the rule of %s", (rule) => {
		expect(templateRules[rule](templates[name])).toEqual([]);
	});
});

describe("the rules look at the packaged template as it is: a breach is found where it was planted", () => {
	/** Properties of a resource of the template, and how they are made worse. */
	const breaches: [TemplateRule, string, (properties: Record<string, unknown>, template: Template) => void][] = [
		["tags", "RegistryTable", (properties) => delete properties["Tags"]],
		[
			"tags",
			"TenantMapTable",
			(properties) => Object.assign(Object(at(properties, "Replicas", "1", "Fn::If", "1")), { Tags: [] }),
		],
		["rights", "SweepWaitsRole", (properties) => widen(properties, { Action: "dynamodb:*" })],
		["rights", "SweepWaitsRole", (properties) => widen(properties, { Resource: "*" })],
		[
			"sharing",
			"AccessLogBucketPolicy",
			(properties) => Object.assign(Object(at(properties, "PolicyDocument", "Statement", "0")), { Condition: {} }),
		],
		["encryption", "OperationsQueue", (properties) => delete properties["SqsManagedSseEnabled"]],
		["encryption", "RegistryTable", (properties) => delete properties["SSESpecification"]],
		["encryption", "AccessLogBucket", (properties) => delete properties["BucketEncryption"]],
		["retention", "HttpApiLogGroup", (properties) => delete properties["RetentionInDays"]],
		["retention", "AccessLogBucket", (properties) => delete properties["LifecycleConfiguration"]],
		["recovery", "WaitsTable", (properties) => delete properties["PointInTimeRecoverySpecification"]],
		[
			"recovery",
			"TenantMapTable",
			(properties) => delete Object(at(properties, "Replicas", "1", "Fn::If", "1"))["DeletionProtectionEnabled"],
		],
		["retained", "PlatformZone", (_, { Resources }) => delete Resources["PlatformZone"]?.DeletionPolicy],
		["private", "AccessLogBucket", (properties) => delete properties["PublicAccessBlockConfiguration"]],
		["tls", "AccessLogBucket", (_, { Resources }) => delete Resources["AccessLogBucketPolicy"]],
		[
			"tls",
			"ZoneQueue",
			(_, { Resources }) => Object.assign(Object(Resources["QueuesPolicy"]?.Properties), { Queues: [] }),
		],
	];

	it.each(breaches)("%s: %s", (rule, resource, plant) => {
		const template = structuredClone(templates.nonprod);
		plant(Object(template.Resources[resource]?.Properties), template);
		const found = templateFlaws(template);
		expect(found.map((flaw) => flaw.rule)).toContain(rule);
		expect(new Set(found.map((flaw) => flaw.rule))).toEqual(new Set([rule]));
		expect(found.some(({ message }) => message.startsWith(resource))).toBe(true);
	});

	it("size: one resource too many", () => {
		const template = structuredClone(templates.prod);
		const [queue] = ofTypes(template, "AWS::S3::BucketPolicy");
		for (let more = 0; more <= 500; more++) Object.assign(template.Resources, { [`More${more}`]: queue?.[1] });
		expect(templateRules.size(template)).toHaveLength(1);
	});
});

function widen(properties: Record<string, unknown>, change: object): void {
	Object.assign(Object(at(properties, "Policies", "0", "PolicyDocument", "Statement", "2")), change);
}
