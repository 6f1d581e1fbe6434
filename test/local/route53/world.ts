import { Route53Client } from "@aws-sdk/client-route-53";
import { createFront } from "../../../local/aws/front.ts";
import { type VirtualClock, virtualClock } from "../../../local/clock.ts";
import type { Change, RecordSet } from "../../../local/route53/record-set.ts";
import { createRoute53, type Route53, type Route53Options } from "../../../local/route53/route53.ts";
import { openStore, type Store } from "../../../local/store.ts";

/** The account whose zones the tests change. */
export const nonprod = { accountId: "222222222222", region: "us-east-1" };

/** A Route 53 of one zone, `app.example.com`, with the real SDK client in front. */
export interface World {
	route53: Route53;
	zoneId: string;
	nameServers: string[];
	clock: VirtualClock;
	store: Store;
	client: Route53Client;
	clientOf(accountId: string): Route53Client;
	/** Another process's Route 53 on the same store. */
	restarted(): Route53;
	close(): Promise<void>;
}

export async function aWorld(options: Partial<Route53Options> = {}): Promise<World> {
	const store = openStore(":memory:");
	const clock = virtualClock(Date.parse("2026-11-01T00:00:00Z"));
	const create = () => createRoute53({ store, clock, caller: nonprod, ...options });
	const route53 = create();
	const { id: zoneId, nameServers } = route53.createZone("App.Example.com");
	const front = await createFront({ json: [], rest: [route53.service], query: [] }).listen("127.0.0.1", 0);
	const clientOf = (accountId: string) =>
		new Route53Client({
			endpoint: front.url,
			region: "us-east-1",
			credentials: { accessKeyId: `LOCAL${accountId}`, secretAccessKey: "local" },
			maxAttempts: 1,
		});
	const client = clientOf(nonprod.accountId);
	return {
		route53,
		zoneId,
		nameServers,
		clock,
		store,
		client,
		clientOf,
		restarted: create,
		async close() {
			client.destroy();
			await front.close();
			store.close();
		},
	};
}

/** A record set of one-line values, as the service keeps it. */
export function aSet(name: string, type: RecordSet["type"], values: string[], ttlSeconds = 60): RecordSet {
	return { name, type, ttlSeconds, values };
}

/** An UPSERT of such a set. */
export function upsert(name: string, type: RecordSet["type"], ...values: string[]): Change {
	return { action: "UPSERT", set: aSet(name, type, values) };
}
