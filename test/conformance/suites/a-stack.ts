import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { ListHostedZonesByNameCommand, ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { createClient } from "../../../local/demo/client.ts";
import { createViewer } from "../../../local/demo/viewer.ts";
import { eventually, type Stage, there } from "../check.ts";

const mapTable = "hostmaster-nonprod-tenant-map";
/** Longest wait for one operation. */
export const deadlineMs = 120_000;

/** The standing stack, and what a billing system, an operator and the edge do with it. */
export function aStack({ clients, stack: standing }: Stage) {
	const { endpoints, customerDns } = there(standing, "the stack");
	const { api, token, platformDomain, demoOrigin: origin } = endpoints;
	const [client, viewer] = [createClient(endpoints), createViewer(endpoints)];
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
	/** A tenant whose onboarding has succeeded. */
	const active = async () => {
		const { tenant, operation } = await client.createTenant(client.newTenant(slug));
		await succeeded(operation);
		return tenant;
	};
	/** The end of an operation, which has to be a good one. */
	const succeeded = async ({ operationId }: { operationId: string }) => {
		const { status, failure } = await client.follow(operationId, deadlineMs, () => {});
		assert.equal(status, "succeeded", JSON.stringify(failure));
	};
	return {
		...{ slug, hostname, call, route, records, routed, wanted },
		...{ client, viewer, customerDns, active, succeeded },
	};
}
