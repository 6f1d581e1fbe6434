import { describe, expect, it } from "vitest";
import { at, type Template, type TemplateResource, templateSchema } from "../../domain/template.ts";
import { type TemplateRule, templateFlaws } from "../../domain/template-rules.ts";
import { changedTemplate as changed, setIn as set, soundTemplate } from "./a-template.ts";

const statement = (properties: unknown, place = "0") => at(properties, "PolicyDocument", "Statement", place);
const right = (properties: unknown) => at(properties, "Policies", "0", "PolicyDocument", "Statement", "0");
const trust = (properties: unknown) => at(properties, "AssumeRolePolicyDocument", "Statement", "0");
const withResource = (resource: Partial<TemplateResource> & { Type: string }): Template => {
	const template = soundTemplate();
	return templateSchema.parse({ Resources: { ...template.Resources, Added: resource } });
};

describe("a template that keeps to all rules", () => {
	it("has no flaw", () => {
		expect(templateFlaws(soundTemplate())).toEqual([]);
	});

	it("may encrypt with a key of its own", () => {
		const key = { KmsMasterKeyId: "alias/own" };
		const Tags = [{ Key: "application" }, { Key: "environment" }];
		expect(templateFlaws(withResource({ Type: "AWS::SNS::Topic", Properties: { ...key, Tags } }))).toEqual([]);
		const queue = changed("Queue", (properties) => {
			delete properties["SqsManagedSseEnabled"];
			set(properties, key);
		});
		expect(templateFlaws(queue)).toEqual([]);
	});

	it("may let an account assume a role on a condition, and keep no log in a bucket for ever that gets none", () => {
		const account = { AWS: "arn:aws:iam::111122223333:root" };
		const Condition = { ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/x" } };
		expect(templateFlaws(changed("Role", (role) => set(trust(role), { Principal: account, Condition })))).toEqual([]);
		const quiet = changed("Bucket", (bucket, { Resources }) => {
			delete bucket["LifecycleConfiguration"];
			delete Resources["Destination"];
		});
		expect(templateFlaws(quiet)).toEqual([]);
	});

	it("may deny whatever it likes, and name a function's source by its account", () => {
		expect(
			templateFlaws(changed("Role", (role) => set(right(role), { Effect: "Deny", Action: "*", Resource: "*" }))),
		).toEqual([]);
		expect(templateFlaws(changed("Role", (role) => set(trust(role), { Effect: "Deny", Principal: "*" })))).toEqual([]);
		const invocation = changed("Invocation", (properties) => {
			delete properties["SourceArn"];
			set(properties, { SourceAccount: "111122223333" });
		});
		expect(templateFlaws(invocation)).toEqual([]);
	});
});

describe("a breach", () => {
	const cases: [TemplateRule, string, Template, string][] = [
		[
			"tags",
			"no tags",
			changed("Logs", (logs) => delete logs["Tags"]),
			"Logs (AWS::Logs::LogGroup) has no tag application, environment",
		],
		[
			"encryption",
			"a plain table",
			changed("Table", (table) => delete table["SSESpecification"]),
			"Table: is not encrypted",
		],
		[
			"encryption",
			"a plain queue",
			changed("Queue", (queue) => set(queue, { SqsManagedSseEnabled: false })),
			"Queue: is not encrypted",
		],
		[
			"encryption",
			"a plain bucket",
			changed("Bucket", (bucket) => set(at(bucket, "BucketEncryption"), { ServerSideEncryptionConfiguration: [{}] })),
			"Bucket: is not encrypted",
		],
		[
			"encryption",
			"a plain topic",
			withResource({ Type: "AWS::SNS::Topic", Properties: { Tags: [{ Key: "application" }, { Key: "environment" }] } }),
			"Added: is not encrypted",
		],
		[
			"retention",
			"logs for ever",
			changed("Logs", (logs) => delete logs["RetentionInDays"]),
			"Logs: keeps its logs for ever",
		],
		[
			"retention",
			"deliveries for ever",
			changed("Bucket", (bucket) => set(at(bucket, "LifecycleConfiguration", "Rules", "0"), { Status: "Disabled" })),
			"Bucket: keeps its logs for ever",
		],
		[
			"recovery",
			"a table that can be deleted",
			changed("Table", (table) => set(table, { DeletionProtectionEnabled: false })),
			"Table: can be deleted, or not be restored",
		],
		[
			"recovery",
			"a replica without recovery",
			changed("GlobalTable", (table) =>
				set(at(table, "Replicas", "1", "Fn::If", "1"), { PointInTimeRecoverySpecification: {} }),
			),
			"GlobalTable: can be deleted, or not be restored",
		],
		[
			"retained",
			"a zone that goes with the stack",
			changed("Zone", (_, { Resources }) => delete Resources["Zone"]?.DeletionPolicy),
			"Zone: is lost with the stack",
		],
		[
			"retained",
			"a table that goes when it is replaced",
			changed("Table", (_, { Resources }) => set(Resources["Table"], { UpdateReplacePolicy: "Delete" })),
			"Table: is lost with the stack",
		],
		[
			"private",
			"a policy that may make it public",
			changed("Bucket", (bucket) => set(at(bucket, "PublicAccessBlockConfiguration"), { BlockPublicPolicy: false })),
			"Bucket: may become public",
		],
		[
			"private",
			"lists of rights on objects",
			changed("Bucket", (bucket) => delete bucket["OwnershipControls"]),
			"Bucket: may become public",
		],
		[
			"tls",
			"a bucket without a policy",
			changed("Bucket", (_, { Resources }) => delete Resources["BucketPolicy"]),
			"Bucket: answers without TLS",
		],
		[
			"tls",
			"a policy for the objects only",
			changed("BucketPolicy", (policy) => set(statement(policy), { Resource: "arn:aws:s3:::b/*" })),
			"Bucket: answers without TLS",
		],
		[
			"tls",
			"a policy for some actions only",
			changed("BucketPolicy", (policy) => set(statement(policy), { Action: "s3:GetObject" })),
			"Bucket: answers without TLS",
		],
		[
			"tls",
			"a policy the wrong way round",
			changed("BucketPolicy", (policy) =>
				set(statement(policy), { Condition: { Bool: { "aws:SecureTransport": "true" } } }),
			),
			"Bucket: answers without TLS",
		],
		[
			"tls",
			"a policy for one account only",
			changed("BucketPolicy", (policy) => set(statement(policy), { Principal: { AWS: "111122223333" } })),
			"Bucket: answers without TLS",
		],
		[
			"tls",
			"a queue that no policy names",
			changed("QueuePolicy", (policy) => set(policy, { Queues: [] })),
			"Queue: answers without TLS",
		],
	];

	it.each(cases)("of %s: %s", (rule, _, template, message) => {
		expect(templateFlaws(template)).toEqual([{ rule, message }]);
	});

	it("of size: more than CloudFormation takes", () => {
		const one = soundTemplate().Resources["Invocation"];
		const Resources = Object.fromEntries(Array.from({ length: 501 }, (_, place) => [`Invocation${place}`, one]));
		expect(templateFlaws(templateSchema.parse({ Resources }))).toEqual([
			{ rule: "size", message: "It has 501 resources; CloudFormation takes 500." },
		]);
	});
});
