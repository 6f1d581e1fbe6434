import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
	GetDNSSECCommand,
	GetHostedZoneCommand,
	ListHostedZonesByNameCommand,
	Route53Client,
} from "@aws-sdk/client-route-53";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { vi } from "vitest";
import { z } from "zod";
import { AwsError } from "../../../local/aws/service.ts";
import { virtualClock } from "../../../local/clock.ts";
import { createDynamodb } from "../../../local/dynamodb/dynamodb.ts";
import { registrarTemplate } from "../../../scripts/package-registrar.ts";
import { readRegistrar } from "../../../scripts/registrar-values.ts";
import { setEnvironment } from "../../builders/a-cloud.ts";
import { aNameServer } from "../../builders/a-name-server.ts";
import type { RegisteredDomain } from "../../contracts/registrations.ts";
import { serveJson } from "../../local/dynamodb/json-endpoint.ts";
import { aRegistrarAccount } from "../../services/a-registrar-account.ts";
import { aRegistry } from "../../services/a-registry.ts";

const caller = { accountId: "222222222222", region: "us-east-1" };
export const servers = ["ns-1.awsdns-00.com", "ns-2.awsdns-00.net"];
const itemsSchema = z.object({ Items: z.array(z.record(z.string(), z.any())).default([]) });

/** A domain in order, unless told. */
export const aDomain = (name: string, more: Partial<RegisteredDomain> = {}): RegisteredDomain => ({
	...{ name, expiresAt: "2027-08-13T04:00:00.000Z", isLocked: true, nameServers: servers, ds: [] },
	...more,
});

/** The registrar's account and a registry, with everything of theirs that the check of registrations asks. */
export async function aWatch() {
	const [account, registry] = [await aRegistrarAccount(), await aRegistry()];
	const resolver = await aNameServer(() => ({ rcode: "NXDOMAIN" }));
	const dynamodb = await createDynamodb({ path: undefined, clock: virtualClock(Date.now()), caller });
	const table = registrarTemplate(readRegistrar().registrar).Resources["RegistrationNoticesTable"]?.Properties;
	await dynamodb.createTable(table, "notices");
	const failing = new Set<string>();
	const { operations } = dynamodb.service;
	const served = await serveJson({
		...dynamodb.service,
		operations: Object.fromEntries(
			Object.entries(operations).map(([operation, run]): [string, typeof run] => [
				operation,
				(input, by) => {
					if (failing.has(operation)) throw new AwsError("InternalServerError", operation, 500);
					return run(input, by);
				},
			]),
		),
	});
	const [route53, eventBridge] = [mockClient(Route53Client), mockClient(EventBridgeClient)];
	const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
	return {
		...{ account, registry, route53, eventBridge, failing },
		/** These domains are apexes, here or elsewhere; nothing is registered yet, and no notice kept. */
		async reset({ apexes = ["example.com"], elsewhere = [] as string[] } = {}) {
			account.reset();
			registry.reset();
			failing.clear();
			written.mockClear();
			for (const { domain, kind } of await this.notices()) {
				await operations["DeleteItem"]?.(
					{ TableName: "notices", Key: { domain: { S: domain }, kind: { S: kind } } },
					caller,
				);
			}
			for (const mock of [route53, eventBridge]) mock.reset();
			eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: "1" }] });
			route53.on(ListHostedZonesByNameCommand).callsFake(({ DNSName }) => ({
				HostedZones: [{ Id: "/hostedzone/Z1", Name: `${DNSName}.`, CallerReference: "1" }],
			}));
			const HostedZone = { Id: "Z1", Name: "a.", CallerReference: "1" };
			route53.on(GetHostedZoneCommand).resolves({ HostedZone, DelegationSet: { NameServers: servers } });
			route53.on(GetDNSSECCommand).resolves({ Status: { ServeSignature: "NOT_SIGNING" } });
			setEnvironment({
				...{ AWS_ENDPOINT_URL_DYNAMODB: served.url, AWS_ENDPOINT_URL_ROUTE_53_DOMAINS: account.endpoint },
				...{ APEXES: apexes.join(","), REGISTERED_ELSEWHERE: elsewhere.join(",") },
				...{ REGISTRATION_NOTICES_TABLE: "notices", RDAP_BOOTSTRAP: registry.bootstrapUrl, EVENT_BUS_NAME: "default" },
				...{ RESOLVERS: `127.0.0.1:${resolver.port}`, AWS_LAMBDA_FUNCTION_NAME: "check" },
			});
		},
		/** Bus, detail type and detail of what was told. */
		told: () =>
			eventBridge
				.commandCalls(PutEventsCommand)
				.flatMap(({ args: [{ input }] }) => input.Entries ?? [])
				.map(({ EventBusName, Source, DetailType, Detail = "" }) => ({
					...{ bus: EventBusName, source: Source, detailType: DetailType },
					detail: JSON.parse(Detail),
				})),
		/** Whatever stands in a row. */
		keep: (row: Record<string, string>) =>
			operations["PutItem"]?.({ TableName: "notices", Item: marshall(row) }, caller),
		notices: async () => {
			const { Items } = itemsSchema.parse(await operations["Scan"]?.({ TableName: "notices" }, caller));
			return Items.map((item) => unmarshall(item));
		},
		/** What stands in the lines of metrics, without their envelopes. */
		metrics: () =>
			written.mock.calls.flatMap(([line]) => {
				const { _aws: envelope, ...values } = JSON.parse(String(line));
				return envelope ? [values] : [];
			}),
		async close() {
			written.mockRestore();
			for (const mock of [route53, eventBridge]) mock.restore();
			for (const server of [account, registry, served]) server.close();
			await Promise.all([resolver.close(), dynamodb.close()]);
		},
	};
}
export type Watch = Awaited<ReturnType<typeof aWatch>>;
