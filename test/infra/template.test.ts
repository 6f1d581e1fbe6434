import { beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../domain/limits.ts";
import type { Route } from "../../functions/api/contracts/route.ts";
import { routes } from "../../functions/api/routes.ts";
import { readFunctions } from "../../scripts/service-file.ts";
import { type StageName, stageNames } from "../../scripts/stages.ts";
import { metricsNamespace } from "../../services/metrics.ts";
import { at, listAt, namesIn, ofType, packagedTemplates, type Template } from "./packaged.ts";

let templates: Record<StageName, Template>;
beforeAll(async () => {
	templates = await packagedTemplates();
}, 120_000);

describe.each(stageNames)("the packaged template of %s", (stage) => {
	it("names nothing that does not exist", () => {
		const template = templates[stage];
		const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters)]);
		const named = [...namesIn(template.Resources), ...namesIn(template.Outputs), ...namesIn(template.Conditions)];
		const dependedOn = Object.values(template.Resources).flatMap(({ DependsOn }) => DependsOn);
		expect([...named, ...dependedOn].filter((name) => !known.has(name))).toEqual([]);
		expect(named.length).toBeGreaterThan(200);
	});

	it("can be created: no resource waits for itself", () => {
		expect(cycleIn(templates[stage])).toEqual([]);
	});

	it("asks no function for a resource before its rules of being asked stand, nor after they are gone", () => {
		const template = templates[stage];
		const custom = Object.entries(template.Resources).filter(([, { Type }]) => Type.startsWith("Custom::"));
		expect(custom.map(([id]) => id)).toEqual(["Delegation"]);
		for (const [id, { Properties, DependsOn }] of custom) {
			const functionId = at(Properties, "ServiceToken", "Fn::GetAtt", 0);
			const rules = ofType(template, "AWS::Lambda::EventInvokeConfig").flatMap(([name, config]) =>
				at(config.Properties, "FunctionName", "Ref") === functionId ? [name] : [],
			);
			expect.soft(rules, id).toHaveLength(1);
			expect.soft(DependsOn, id).toEqual(expect.arrayContaining(rules));
		}
	});

	it("has these tables, and pays for what they are asked", () => {
		const tables = ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"].flatMap((type) =>
			ofType(templates[stage], type),
		);
		expect(tables.map(([id]) => id)).toEqual([
			...["RegistryTable", "WaitsTable", "ImportsTable", "WebhooksTable", "UsageTable", "ZoneChangesTable"],
			"TenantMapTable",
		]);
		for (const [id, { Properties }] of tables) expect.soft(Properties["BillingMode"], id).toBe("PAY_PER_REQUEST");
	});

	it("gives every function a role of its own, a log group that forgets, and an alarm; those of the API have one in common", () => {
		const template = templates[stage];
		const functions = ofType(template, "AWS::Lambda::Function");
		expect(functions).toHaveLength(readFunctions().length);
		const roles = functions.map(([, { Properties }]) => String(at(Properties, "Role", "Fn::GetAtt", 0)));
		expect(new Set(roles).size).toBe(functions.length);
		for (const [id, { Properties }] of functions) {
			const edge = id === "RouteTenantLambdaFunction" ? "us-east-1." : "";
			expect.soft(retentionOf(template, `/aws/lambda/${edge}${at(Properties, "FunctionName")}`), id).toBe(30);
			const answersRequests = Object.hasOwn(
				routes,
				`${id.slice(0, 1).toLowerCase()}${id.slice(1, -"LambdaFunction".length)}`,
			);
			expect.soft(alarmsOn(template, "Errors", id), id).toHaveLength(answersRequests ? 0 : 1);
		}
		expect(alarmsOn(template, "5xx", "HttpApi")).toHaveLength(1);
		expect(template.Resources).not.toHaveProperty("IamRoleLambdaExecution");
		for (const [id, { Properties }] of ofType(template, "AWS::Logs::LogGroup")) {
			expect.soft(Properties["RetentionInDays"], id).toBe(30);
		}
	});

	it("hides a message for six times its function's timeout, and keeps what nobody could handle", () => {
		const template = templates[stage];
		const mappings = ofType(template, "AWS::Lambda::EventSourceMapping");
		expect(mappings).toHaveLength(6);
		for (const [id, { Properties }] of mappings) {
			const queue = template.Resources[String(at(Properties, "EventSourceArn", "Fn::GetAtt", 0))];
			const consumer = template.Resources[String(at(Properties, "FunctionName", "Fn::GetAtt", 0))];
			const hiddenSeconds = Number(at(queue, "Properties", "VisibilityTimeout"));
			const windowSeconds = Number(at(Properties, "MaximumBatchingWindowInSeconds") ?? 0);
			const timeoutSeconds = Number(at(consumer, "Properties", "Timeout"));
			expect
				.soft(hiddenSeconds, id)
				.toBeGreaterThanOrEqual(limits.sqsVisibilityFactor.value * timeoutSeconds + windowSeconds);
			const deadLetters = String(at(queue, "Properties", "RedrivePolicy", "deadLetterTargetArn", "Fn::GetAtt", 0));
			expect.soft(alarmsOn(template, "ApproximateNumberOfMessagesVisible", deadLetters), id).toHaveLength(1);
			expect.soft(at(Properties, "FunctionResponseTypes"), id).toEqual(["ReportBatchItemFailures"]);
		}
	});

	it("sees messages that fail one by one, and messages that nobody takes", () => {
		const template = templates[stage];
		const { Resources } = template;
		for (const [id, { Properties }] of ofType(template, "AWS::Lambda::EventSourceMapping")) {
			const queueId = String(at(Properties, "EventSourceArn", "Fn::GetAtt", 0));
			const [failed, ...others] = alarmsOn(
				template,
				"FailedMessages",
				String(at(Properties, "FunctionName", "Fn::GetAtt", 0)),
			);
			expect.soft(others, id).toEqual([]);
			expect.soft(at(Resources[failed ?? ""], "Properties", "Namespace"), id).toBe(metricsNamespace);
			const [age] = alarmsOn(template, "ApproximateAgeOfOldestMessage", queueId);
			const ageSeconds = Number(at(Resources[age ?? ""], "Properties", "Threshold"));
			const hiddenSeconds = Number(at(Resources[queueId], "Properties", "VisibilityTimeout"));
			// After the second delivery, and before the third: SQS leaves a message that was received three times out.
			expect.soft(ageSeconds, id).toBeGreaterThan(hiddenSeconds);
			expect.soft(ageSeconds, id).toBeLessThan(2 * hiddenSeconds);
		}
		for (const [metric, id] of [
			["BrokenLooks", "CheckWaitsLambdaFunction"],
			["UnsafePlans", "ReconcileLambdaFunction"],
			["DisabledWebhooks", "DeliverWebhooksLambdaFunction"],
		] as const) {
			const [counted] = alarmsOn(template, metric, id);
			expect.soft(at(Resources[counted ?? ""], "Properties", "Namespace"), metric).toBe(metricsNamespace);
		}
	});

	it("lets doorbells meet before the zone's writer runs", () => {
		const windows = ofType(templates[stage], "AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => [
			at(Properties, "EventSourceArn", "Fn::GetAtt", 0),
			at(Properties, "MaximumBatchingWindowInSeconds"),
		]);
		expect(windows).toEqual([
			["EventsQueue", undefined],
			["OperationsQueue", undefined],
			["ZoneQueue", 2],
			["ChecksQueue", undefined],
			["WebhooksQueue", undefined],
			["ImportsQueue", undefined],
		]);
	});

	it("retries what a rule cannot deliver, then keeps it", () => {
		const rules = ofType(templates[stage], "AWS::Events::Rule").filter(
			([, { Properties }]) => Properties["EventPattern"],
		);
		expect(rules).toHaveLength(3);
		for (const [id, { Properties }] of rules) {
			const target = at(Properties, "Targets", 0);
			expect.soft(at(target, "RetryPolicy", "MaximumRetryAttempts"), id).toBe(185);
			expect.soft(namesIn(at(target, "DeadLetterConfig")), id).toEqual(["EventsDeadLetterQueue"]);
		}
	});

	it("asks for the scope of each route, and for none at the two public ones", () => {
		const template = templates[stage];
		const scopes = ofType(template, "AWS::ApiGatewayV2::Route").map(([, { Properties }]) => [
			Properties["RouteKey"],
			...listAt(Properties, "AuthorizationScopes"),
		]);
		const expected = Object.values<Route>(routes).map(({ method, path, scope }) => [
			`${method.toUpperCase()} ${path}`,
			...(scope === undefined ? [] : [scope]),
		]);
		expect(scopes.sort()).toEqual(expected.sort());
		expect(scopes.filter(([, scope]) => scope === undefined)).toEqual([["GET /v1/health"], ["GET /v1/openapi.json"]]);
		expect(at(template.Resources["HttpApiAuthorizerCallers"], "Properties", "JwtConfiguration")).toEqual({
			Audience: [{ Ref: "TokenAudience" }],
			Issuer: { Ref: "TokenIssuer" },
		});
	});

	it("watches executions, the edge and the certificate", () => {
		const template = templates[stage];
		expect(alarmsOn(template, "ExecutionsFailed", "OnboardTenantStateMachine")).toHaveLength(1);
		expect(alarmsOn(template, "ExecutionsTimedOut", "OnboardTenantStateMachine")).toHaveLength(1);
		expect(alarmsOn(template, "5xxErrorRate", "Distribution")).toHaveLength(1);
		expect(alarmsOn(template, "DaysToExpiry", "WildcardCertificate")).toHaveLength(1);
		expect(alarmsOn(template, "ApproximateNumberOfMessagesVisible", "EventsDeadLetterQueue")).toHaveLength(1);
		for (const [id, { Properties }] of ofType(template, "AWS::CloudWatch::Alarm")) {
			expect.soft(namesIn(Properties["AlarmActions"]), id).toEqual(["AlarmTopic"]);
		}
	});
});

function retentionOf(template: Template, logGroupName: string): unknown {
	const found = ofType(template, "AWS::Logs::LogGroup").find(
		([, { Properties }]) => Properties["LogGroupName"] === logGroupName,
	);
	return found?.[1].Properties["RetentionInDays"];
}

function alarmsOn(template: Template, metric: string, resource: string): string[] {
	return ofType(template, "AWS::CloudWatch::Alarm")
		.filter(([, { Properties }]) => Properties["MetricName"] === metric)
		.filter(([, { Properties }]) => namesIn(Properties["Dimensions"]).includes(resource))
		.map(([id]) => id);
}

/** Some resources that need each other, in order; none when there is an order of creation. */
function cycleIn(template: Template): string[] {
	const done = new Set<string>();
	const visit = (id: string, trail: string[]): string[] => {
		if (trail.includes(id)) return [...trail, id];
		const resource = template.Resources[id];
		if (!resource || done.has(id)) return [];
		for (const next of new Set([...namesIn(resource.Properties), ...resource.DependsOn])) {
			const cycle = visit(next, [...trail, id]);
			if (cycle.length > 0) return cycle;
		}
		done.add(id);
		return [];
	};
	return Object.keys(template.Resources).flatMap((id) => visit(id, []));
}
