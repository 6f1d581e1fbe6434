import { describe, expect, it } from "vitest";
import { needsOf } from "../../../local/iam/needs.ts";

const caller = { accountId: "222222222222", region: "us-east-1" };
const machine = "arn:aws:states:us-east-1:222222222222:stateMachine:onboard";
const secret = "arn:aws:secretsmanager:us-east-1:222222222222:secret:a/key-AbC123";
const lookup = {
	machineOfTask: (token: string) => (token === "known" ? machine : undefined),
	secretArn: (id: string) => (id === "a/key" ? secret : undefined),
};

function needs(service: string, operation: string, input: unknown, path = "/") {
	const body = typeof input === "string" ? input : JSON.stringify(input);
	return needsOf({ service, operation, path, body, caller }, lookup);
}

const plain = (service: string, operation: string, input: unknown, path?: string) =>
	needs(service, operation, input, path).map(({ action, resource }) => `${action} ${resource}`);

const table = (name: string) => `arn:aws:dynamodb:us-east-1:222222222222:table/${name}`;
const zoneChange = (changes: [action: string, name: string, type: string][]) =>
	`<ChangeResourceRecordSetsRequest><ChangeBatch><Changes>${changes
		.map(
			([action, name, type]) =>
				`<Change><Action>${action}</Action><ResourceRecordSet><Name>${name}</Name><Type>${type}</Type></ResourceRecordSet></Change>`,
		)
		.join("")}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`;

describe("what a call needs", () => {
	it.each([
		["GetItem", { TableName: "a" }, [`dynamodb:GetItem ${table("a")}`]],
		["GetItem", { TableName: table("a") }, [`dynamodb:GetItem ${table("a")}`]],
		["Query", { TableName: "a" }, [`dynamodb:Query ${table("a")}`]],
		["Query", { TableName: "a", IndexName: "due" }, [`dynamodb:Query ${table("a")}/index/due`]],
		[
			"BatchGetItem",
			{ RequestItems: { a: {}, b: {} } },
			[`dynamodb:BatchGetItem ${table("a")}`, `dynamodb:BatchGetItem ${table("b")}`],
		],
		[
			"TransactWriteItems",
			{
				TransactItems: [
					{ Put: { TableName: "a" } },
					{ Update: { TableName: "b" } },
					{ Delete: { TableName: "a" } },
					{ ConditionCheck: { TableName: "c" } },
				],
			},
			[
				`dynamodb:PutItem ${table("a")}`,
				`dynamodb:UpdateItem ${table("b")}`,
				`dynamodb:DeleteItem ${table("a")}`,
				`dynamodb:ConditionCheckItem ${table("c")}`,
			],
		],
		["TransactGetItems", { TransactItems: [{ Get: { TableName: "a" } }] }, [`dynamodb:GetItem ${table("a")}`]],
		["PutItem", { Table: "a" }, ["dynamodb:PutItem *"]],
		["PutItem", "no json", ["dynamodb:PutItem *"]],
	])("of DynamoDB %s %j", (operation, input, expected) => {
		expect(plain("dynamodb", operation, input)).toEqual(expected);
	});

	it.each([
		["SendMessage", { QueueUrl: "http://127.0.0.1:4566/222222222222/zone" }, "sqs:sendmessage"],
		["SendMessageBatch", { QueueUrl: "http://127.0.0.1:4566/222222222222/zone" }, "sqs:sendmessage"],
		["GetQueueUrl", { QueueName: "zone" }, "sqs:getqueueurl"],
	])("of SQS %s is the right on its queue", (operation, input, action) => {
		expect(plain("sqs", operation, input)).toEqual([`${action} arn:aws:sqs:us-east-1:222222222222:zone`]);
	});

	it("of Step Functions is the right on the machine, the execution, or the machine whose task it is", () => {
		const execution = `${machine.replace("stateMachine", "execution")}:op-1`;
		expect(plain("states", "StartExecution", { stateMachineArn: machine })).toEqual([
			`states:StartExecution ${machine}`,
		]);
		expect(plain("states", "RedriveExecution", { executionArn: execution })).toEqual([
			`states:RedriveExecution ${execution}`,
		]);
		expect(plain("states", "SendTaskFailure", { taskToken: "known" })).toEqual([`states:SendTaskFailure ${machine}`]);
		expect(plain("states", "SendTaskFailure", { taskToken: "unknown" })).toEqual([]);
		expect(plain("states", "SendTaskFailure", {})).toEqual(["states:SendTaskFailure *"]);
	});

	it("of EventBridge is the right on each bus that is put on", () => {
		const Entries = [{ EventBusName: "platform" }, { EventBusName: "platform" }, {}];
		expect(plain("events", "PutEvents", { Entries })).toEqual([
			"events:PutEvents arn:aws:events:us-east-1:222222222222:event-bus/platform",
			"events:PutEvents arn:aws:events:us-east-1:222222222222:event-bus/default",
		]);
	});

	it("of Secrets Manager is the right on the secret's whole ARN, also when it is asked for by name", () => {
		expect(plain("secretsmanager", "GetSecretValue", { SecretId: "a/key" })).toEqual([
			`secretsmanager:GetSecretValue ${secret}`,
		]);
		expect(plain("secretsmanager", "GetSecretValue", { SecretId: "other" })).toEqual([
			"secretsmanager:GetSecretValue arn:aws:secretsmanager:us-east-1:222222222222:secret:other",
		]);
	});

	it("of STS is the right on the role; who one is may be asked by all", () => {
		expect(plain("sts", "AssumeRole", "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr")).toEqual([
			"sts:AssumeRole arn:aws:iam::1:role/r",
		]);
		expect(plain("sts", "GetCallerIdentity", "Action=GetCallerIdentity")).toEqual([]);
	});

	it("of ACM is the right on the certificate", () => {
		expect(plain("acm", "DescribeCertificate", { CertificateArn: "arn:c" })).toEqual(["acm:DescribeCertificate arn:c"]);
		expect(plain("acm", "ListCertificates", {})).toEqual(["acm:ListCertificates *"]);
	});

	it("of CloudFront is the right on the tenant or the group, also where only the body names it", () => {
		const need = (operation: string, path: string, body = "") =>
			plain("cloudfront", operation, body, `/2020-05-31/${path}`);
		const arn = (rest: string) => `arn:aws:cloudfront::222222222222:${rest}`;
		const target = "<TargetResource><DistributionTenantId>dt_1</DistributionTenantId></TargetResource>";
		const by =
			"<DomainControlValidationResource><DistributionTenantId>dt_1</DistributionTenantId></DomainControlValidationResource>";
		expect([
			need("GetDistributionTenant", "distribution-tenant/dt_1"),
			need("CreateInvalidationForDistributionTenant", "distribution-tenant/dt_1/invalidation"),
			need("CreateDistributionTenant", "distribution-tenant", "<CreateDistributionTenantRequest/>"),
			need("GetConnectionGroup", "connection-group/cg_1"),
			need(
				"VerifyDnsConfiguration",
				"verify-dns-configuration",
				"<VerifyDnsConfigurationRequest><Identifier>dt_1</Identifier></VerifyDnsConfigurationRequest>",
			),
			need(
				"UpdateDomainAssociation",
				"domain-association",
				`<UpdateDomainAssociationRequest>${target}</UpdateDomainAssociationRequest>`,
			),
			need("ListDomainConflicts", "domain-conflicts", `<ListDomainConflictsRequest>${by}</ListDomainConflictsRequest>`),
		]).toEqual([
			[`cloudfront:GetDistributionTenant ${arn("distribution-tenant/dt_1")}`],
			[`cloudfront:CreateInvalidationForDistributionTenant ${arn("distribution-tenant/dt_1")}`],
			[`cloudfront:CreateDistributionTenant ${arn("distribution-tenant/*")}`],
			[`cloudfront:GetConnectionGroup ${arn("connection-group/cg_1")}`],
			[`cloudfront:VerifyDnsConfiguration ${arn("distribution-tenant/dt_1")}`],
			[`cloudfront:UpdateDomainAssociation ${arn("distribution-tenant/dt_1")}`],
			[`cloudfront:ListDomainConflicts ${arn("distribution-tenant/dt_1")}`],
		]);
	});

	it("of Route 53 is the right on the zone or the change", () => {
		expect(plain("route53", "GetChange", "", "/2013-04-01/change/C1")).toEqual([
			"route53:GetChange arn:aws:route53:::change/C1",
		]);
		expect(plain("route53", "ListResourceRecordSets", "", "/2013-04-01/hostedzone/Z1/rrset")).toEqual([
			"route53:ListResourceRecordSets arn:aws:route53:::hostedzone/Z1",
		]);
		expect(plain("route53", "ListHostedZones", "", "/2013-04-01/hostedzone")).toEqual(["route53:ListHostedZones *"]);
	});

	// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html#route53_rrset_conditionkeys_normalization
	it("of a change of records says names, types and actions as the condition keys have them", () => {
		const body = zoneChange([
			["UPSERT", "ACME.App.Example.com.", "A"],
			["CREATE", "*.example.com", "TXT"],
			["DELETE", "\\052._x.example.com.", "NS"],
		]);
		expect(needs("route53", "ChangeResourceRecordSets", body, "/2013-04-01/hostedzone/Z1/rrset")).toEqual([
			{
				action: "route53:ChangeResourceRecordSets",
				resource: "arn:aws:route53:::hostedzone/Z1",
				context: {
					"route53:changeresourcerecordsetsnormalizedrecordnames": [
						"acme.app.example.com",
						"\\052.example.com",
						"\\052._x.example.com",
					],
					"route53:changeresourcerecordsetsrecordtypes": ["A", "TXT", "NS"],
					"route53:changeresourcerecordsetsactions": ["UPSERT", "CREATE", "DELETE"],
				},
			},
		]);
		expect(plain("route53", "ChangeResourceRecordSets", "<a/>", "/2013-04-01/hostedzone/Z1/rrset")).toEqual([
			"route53:ChangeResourceRecordSets *",
		]);
	});

	it("of a service that is not emulated is nothing: the front says so itself", () => {
		expect(plain("unknown", "GET /", "")).toEqual([]);
	});
});

describe("the partition keys of a call", () => {
	const keysOf = (operation: string, input: object) =>
		needs("dynamodb", operation, { TableName: "a", ...input }).map(({ context }) => context?.["dynamodb:leadingkeys"]);
	const asked = { ":key": { S: "RATE#x" }, ":since": { S: "pk = :since" } };

	it.each<[string, object, string[] | undefined]>([
		["GetItem", { Key: { pk: { S: "RATE#x" } } }, ["RATE#x"]],
		["GetItem", { Key: { name: { S: "RATE#x" } } }, []],
		["Query", { KeyConditionExpression: "pk = :key AND sk > :since", ExpressionAttributeValues: asked }, ["RATE#x"]],
		["Query", { KeyConditionExpression: "sk > :since AND pk=:key", ExpressionAttributeValues: asked }, ["RATE#x"]],
		["Query", { KeyConditionExpression: "otherpk = :key", ExpressionAttributeValues: asked }, []],
		["Query", { KeyConditionExpression: "pk = :none", ExpressionAttributeValues: asked }, []],
		["Query", { IndexName: "due", KeyConditionExpression: "pk = :key", ExpressionAttributeValues: asked }, undefined],
	])("are told of %s %j", (operation, input, keys) => {
		expect(keysOf(operation, input)).toEqual([keys]);
	});
});
