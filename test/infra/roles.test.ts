import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readFunctions } from "../../scripts/service-file.ts";
import { at, listAt, ofType, packagedTemplates, type Template } from "./packaged.ts";

const statementSchema = z.object({
	Sid: z.string(),
	Effect: z.string(),
	Action: z.union([z.string().transform((action) => [action]), z.array(z.string())]),
	Resource: z.unknown(),
	Condition: z.unknown().optional(),
});
type Statement = z.output<typeof statementSchema>;

let template: Template;
beforeAll(async () => {
	template = (await packagedTemplates()).nonprod;
}, 120_000);

describe("the roles", () => {
	it("let the zone writer upsert and delete addresses below the platform domain, and do nothing else to records", () => {
		const records = ofType(template, "AWS::IAM::Role").flatMap(([id]) =>
			statementsOf(id).flatMap((statement) =>
				statement.Action.includes("route53:ChangeResourceRecordSets") ? [{ id, statement }] : [],
			),
		);
		expect(records.map(({ id }) => id)).toEqual(["WriteZoneChangesRole", "DelegateZoneRole"]);
		const key = (name: string) => `route53:ChangeResourceRecordSets${name}`;
		expect(records[0]?.statement.Condition).toEqual({
			"ForAllValues:StringLike": { [key("NormalizedRecordNames")]: [{ "Fn::Sub": `*.${"$"}{PlatformDomain}` }] },
			"ForAllValues:StringEquals": {
				[key("RecordTypes")]: ["A", "AAAA"],
				[key("Actions")]: ["UPSERT", "DELETE"],
			},
			Null: { [key("NormalizedRecordNames")]: "false", [key("RecordTypes")]: "false", [key("Actions")]: "false" },
		});
		// And let delegateZone bound negative answers, at the zone's own name.
		expect(records[1]?.statement.Condition).toEqual({
			"ForAllValues:StringEquals": {
				[key("NormalizedRecordNames")]: [{ Ref: "PlatformDomain" }],
				[key("RecordTypes")]: ["SOA"],
				[key("Actions")]: ["UPSERT"],
			},
			Null: { [key("NormalizedRecordNames")]: "false", [key("RecordTypes")]: "false", [key("Actions")]: "false" },
		});
	});

	it("let delegateZone alone assume another role: the registrar's, where there is one", () => {
		// Not told by a bundle: the SDK assumes roles by itself where a profile says so.
		const assuming = ofType(template, "AWS::IAM::Role").flatMap(([id]) =>
			statementsOf(id).flatMap(({ Action, Resource }) => (Action.includes("sts:AssumeRole") ? [{ id, Resource }] : [])),
		);
		expect(assuming).toEqual([{ id: "DelegateZoneRole", Resource: { Ref: "DelegationRole" } }]);
		const statements = listAt(
			template.Resources["DelegateZoneRole"],
			"Properties",
			"Policies",
			0,
			"PolicyDocument",
			"Statement",
		);
		expect(statements.flatMap((statement) => listAt(statement, "Fn::If", 0))).toEqual(["HasDelegationRole"]);
	});

	it("are assumed by Lambda, and the edge function's by its replicas too", () => {
		for (const [id, { Properties }] of ofType(template, "AWS::Lambda::Function")) {
			const role = template.Resources[String(at(Properties, "Role", "Fn::GetAtt", 0))];
			const trusted = listAt(role, "Properties", "AssumeRolePolicyDocument", "Statement", 0, "Principal", "Service");
			const replicas = id === "RouteTenantLambdaFunction" ? ["edgelambda.amazonaws.com"] : [];
			expect.soft(trusted, id).toEqual(["lambda.amazonaws.com", ...replicas]);
		}
	});
});

describe("each function", () => {
	const functions = readFunctions().map((entry) => [entry.key, entry] as const);

	it.each(functions)("%s is given exactly the settings that its code reads", (key) => {
		const read = settingNames.filter((name) => mentions(codeOf(key), name));
		const given = Object.keys(Object(at(functionOf(key), "Environment", "Variables"))).filter(
			(name) => !name.startsWith("POWERTOOLS_"),
		);
		expect(given.sort()).toEqual(read.sort());
	});

	it.each(functions)("%s may call exactly the operations that its code holds", (key) => {
		const code = codeOf(key);
		const held = Object.keys(actionOf).filter((command) => code.includes(`${command}Command`));
		const granted = statementsOf(`${capital(key)}Role`).flatMap(({ Action, Sid }) =>
			Sid === "DeadLetter" || Sid === "Poll" ? [] : Action.filter((action) => Object.values(actionOf).includes(action)),
		);
		const own = held
			.map((command) => actionOf[command])
			.filter((action) => !assumedRights[key]?.includes(action ?? ""));
		expect([...new Set(granted)].sort()).toEqual(own.sort());
	});

	it.each(functions.filter(([key]) => key !== "routeTenant"))(
		"%s may touch rows only in the ways that its code does",
		(key) => {
			const holds = (operation: string) => codeOf(key).includes(`${operation}Command`);
			const granted = statementsOf(`${capital(key)}Role`).flatMap(({ Action }) => Action);
			for (const operation of ["GetItem", "BatchGetItem"]) {
				expect.soft(granted.includes(`dynamodb:${operation}`), operation).toBe(holds(operation));
			}
			for (const operation of ["PutItem", "UpdateItem", "DeleteItem"]) {
				const may = granted.includes(`dynamodb:${operation}`);
				// A transaction needs the rights of its items, which a bundle does not show.
				expect.soft(holds(operation) ? may : !may || holds("TransactWrite"), operation).toBe(true);
			}
		},
	);

	it("reaches the dead-letter queue only where the service writes to it in the function's name", () => {
		const holders = ofType(template, "AWS::IAM::Role").filter(([id]) =>
			statementsOf(id).some(({ Sid }) => Sid === "DeadLetter"),
		);
		const failing = ofType(template, "AWS::Lambda::Function").filter(
			([, { Properties }]) => Properties["DeadLetterConfig"],
		);
		expect(holders.map(([id]) => id)).toEqual(["RecordExecutionRole", "FanOutWebhooksRole"]);
		expect(failing.map(([id]) => id)).toEqual(["RecordExecutionLambdaFunction", "FanOutWebhooksLambdaFunction"]);
	});
});

/** The SDK's commands whose presence in a bundle says what is called; DynamoDB's are shared by too many helpers to say it. */
const actionOf: Record<string, string> = {
	SendMessage: "sqs:SendMessage",
	PutEvents: "events:PutEvents",
	StartExecution: "states:StartExecution",
	DescribeExecution: "states:DescribeExecution",
	GetExecutionHistory: "states:GetExecutionHistory",
	RedriveExecution: "states:RedriveExecution",
	SendTaskSuccess: "states:SendTaskSuccess",
	SendTaskFailure: "states:SendTaskFailure",
	ChangeResourceRecordSets: "route53:ChangeResourceRecordSets",
	GetChange: "route53:GetChange",
	ListResourceRecordSets: "route53:ListResourceRecordSets",
	ListHostedZonesByName: "route53:ListHostedZonesByName",
	DescribeCertificate: "acm:DescribeCertificate",
	ListObjectsV2: "s3:ListBucket",
	GetObject: "s3:GetObject",
};

/** What functions call only under a role of another account, which test/infra/registrar.test.ts looks at. */
const assumedRights: Record<string, readonly string[]> = {
	delegateZone: ["route53:GetChange", "route53:ListHostedZonesByName"],
};

const settingNames = [...readFileSync("services/settings.ts", "utf8").matchAll(/\| "([A-Z_]+)"|= "([A-Z_]+)"/g)].map(
	([, first, second]) => first ?? second ?? "",
);

function mentions(code: string, name: string): boolean {
	return ['"', "'", "`"].some((quote) => code.includes(`${quote}${name}${quote}`));
}

const codes = new Map<string, string>();

function codeOf(key: string): string {
	const known = codes.get(key);
	if (known !== undefined) return known;
	const [bytes] = Object.values(unzipSync(readFileSync(`.build/functions/${key}.zip`)));
	const code = new TextDecoder().decode(bytes);
	codes.set(key, code);
	return code;
}

function functionOf(key: string): unknown {
	return template.Resources[`${capital(key)}LambdaFunction`]?.Properties;
}

function statementsOf(role: string): Statement[] {
	return (
		listAt(template.Resources[role], "Properties", "Policies")
			.flatMap((policy) => listAt(policy, "PolicyDocument", "Statement"))
			// One that hangs on a condition counts as if it held.
			.map((statement) => statementSchema.parse(at(statement, "Fn::If", 1) ?? statement))
	);
}

function capital(key: string): string {
	return key.charAt(0).toUpperCase() + key.slice(1);
}
