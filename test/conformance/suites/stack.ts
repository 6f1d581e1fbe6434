import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { ListHostedZonesByNameCommand, ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { GetExecutionHistoryCommand, ListExecutionsCommand, ListStateMachinesCommand } from "@aws-sdk/client-sfn";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { type Check, eventually, type Stage, type Suite, there } from "../check.ts";

const mapTable = "hostmaster-nonprod-tenant-map";
const design = "docs/lifecycle.md";

/** The standing stack, and what a billing system, an operator and the edge do with it. */
function aStack({ clients, stack: standing }: Stage) {
	const { api, token, platformDomain, origin } = there(standing, "the stack");
	const slug = `conf-${randomBytes(5).toString("hex")}`;
	const hostname = `${slug}.${platformDomain}`;
	const call = async (method: string, path: string, body?: object, bearer: string | undefined = token) => {
		const headers = {
			...{ "content-type": "application/json", "idempotency-key": randomBytes(8).toString("hex") },
			...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
		};
		const answer = await fetch(api + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
		const text = await answer.text();
		return { status: answer.status, text, json: () => JSON.parse(text) };
	};
	const route = async () => {
		const { Item } = await clients.dynamodb.send(
			new GetItemCommand({ TableName: mapTable, Key: { hostname: { S: hostname } }, ConsistentRead: true }),
		);
		return Item && unmarshall(Item);
	};
	const records = async () => {
		const asked = new ListHostedZonesByNameCommand({ DNSName: platformDomain, MaxItems: 1 });
		const { HostedZones } = await clients.route53.send(asked);
		const HostedZoneId = there(HostedZones?.[0]?.Id, "the platform's zone");
		const at = { HostedZoneId, StartRecordName: hostname, MaxItems: 2 };
		const { ResourceRecordSets = [] } = await clients.route53.send(new ListResourceRecordSetsCommand(at));
		return ResourceRecordSets.filter(({ Name }) => Name === `${hostname}.`);
	};
	/** Until zone and map have it, which is what the edge needs. */
	const routed = () =>
		eventually(
			"the tenant's records are in the zone and its route in the map",
			async () => ((await records()).length > 0 ? await route() : undefined),
			120,
		);
	const wanted = { slug, name: slug, externalRef: `cus_${slug}`, origin };
	return { slug, hostname, call, route, records, routed, wanted };
}

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
			const { call, wanted, routed, route, records } = aStack(stage);
			const { tenantId } = (await call("POST", "/v1/tenants", wanted)).json().tenant;
			await routed();
			const { status, text } = await call("DELETE", `/v1/tenants/${tenantId}`);
			assert.equal(status, 202, text);
			await eventually(
				"records and route are gone",
				async () => {
					const [standing, left] = [await route(), await records()];
					return (standing === undefined || standing["status"] !== "active") && left.length === 0 ? true : undefined;
				},
				120,
			);
		},
	},
];

/** The packaged stack itself: from a signup to what the edge reads. */
export const stack: Suite = { service: "stack", checks };
