import { strict as assert } from "node:assert";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetExecutionHistoryCommand, ListExecutionsCommand, ListStateMachinesCommand } from "@aws-sdk/client-sfn";
import { type Check, type Suite, there } from "../check.ts";
import { aStack } from "./a-stack.ts";
import { stackDomainChecks } from "./stack-domains.ts";
import { stackLifeChecks } from "./stack-life.ts";

const design = "docs/lifecycle.md";

const checks: readonly Check[] = [
	{
		name: "the packaged template is taken as it is",
		operations: [],
		source:
			"https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html",
		run({ stack }) {
			assert.deepEqual(there(stack, "the stack").leftOut, []);
			return Promise.resolve();
		},
	},
	{
		name: "the API asks for a token, and answers with one",
		operations: [],
		source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html",
		async run(stage) {
			const { call } = aStack(stage);
			assert.equal((await call("GET", "/v1/tenants", undefined, "nonsense")).status, 401);
			const { status, text, json } = await call("GET", "/v1/tenants");
			assert.equal(status, 200, text);
			assert(Array.isArray(json().tenants));
		},
	},
	{
		name: "a tenant that the API is asked for has records in the zone, then a route in the map",
		operations: ["route53:ListResourceRecordSets", "dynamodb:GetItem", "states:GetExecutionHistory"],
		source: design,
		async run(stage) {
			const { call, wanted, routed, records, slug } = aStack(stage);
			const { status, text, json } = await call("POST", "/v1/tenants", wanted);
			assert.equal(status, 202, text);
			const { tenant, operation } = json();
			const route = await routed();
			assert.deepEqual([route["slug"], route["status"], route["tenantId"]], [slug, "active", tenant.tenantId]);
			assert.deepEqual((await records()).map(({ Type }) => Type).sort(), ["A", "AAAA"]);
			const { states } = stage.clients;
			const { stateMachines } = await states
				.send(new ListStateMachinesCommand({}))
				.catch(() => ({ stateMachines: [] }));
			const machineArn = stateMachines?.find(
				({ name }) => name === "hostmaster-nonprod-onboard-tenant",
			)?.stateMachineArn;
			const stateMachineArn =
				machineArn ?? `arn:aws:states:us-east-1:222222222222:stateMachine:hostmaster-nonprod-onboard-tenant`;
			const { executions } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
			const executionArn = executions?.find(({ name }) => name?.startsWith(operation.operationId))?.executionArn;
			const { events = [] } = await states.send(new GetExecutionHistoryCommand({ executionArn }));
			const entered = events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
			assert.deepEqual(entered.slice(0, 3), ["CheckCertificate", "SyncRecords", "PublishRoute"]);
		},
	},
	{
		name: "a tenant that signed up by an event has records in the zone, then a route in the map",
		operations: ["events:PutEvents", "dynamodb:GetItem"],
		source: design,
		async run(stage) {
			const { wanted, routed, slug } = aStack(stage);
			const entry = {
				...{ EventBusName: "hostmaster-nonprod", Source: stage.unique("billing"), DetailType: "TenantSignedUp" },
				Detail: JSON.stringify(wanted),
			};
			const { FailedEntryCount } = await stage.clients.events.send(new PutEventsCommand({ Entries: [entry] }));
			assert.equal(FailedEntryCount, 0);
			assert.equal((await routed())["slug"], slug);
		},
	},
	{
		name: "a tenant that is offboarded loses its route, then its records",
		operations: ["route53:ListResourceRecordSets", "dynamodb:GetItem"],
		source: design,
		async run(stage) {
			const { call, wanted, routed, route, records, succeeded } = aStack(stage);
			const { tenantId } = (await call("POST", "/v1/tenants", wanted)).json().tenant;
			await routed();
			const { status, text, json } = await call("DELETE", `/v1/tenants/${tenantId}`);
			assert.equal(status, 202, text);
			await succeeded(json().operation);
			// Its entry says for a time that the tenant is gone, so that the edge answers 410.
			assert.deepEqual([(await route())?.["status"], await records()], ["removing", []]);
		},
	},
];

/** The packaged stack itself: from a signup to what the edge reads. */
export const stack: Suite = { service: "stack", checks: [...checks, ...stackLifeChecks, ...stackDomainChecks] };
