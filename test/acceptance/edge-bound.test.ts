import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { limits } from "../../domain/limits.ts";
import { measureBound } from "./edge-bound.ts";
import { aWorld, hostnameOf, stack, type World } from "./world.ts";

const { edgePromise, edgeEntryAge, edgeCacheMaxTtl } = limits;

let world: World;
beforeAll(async () => {
	// Before anything keeps a reference to the real one.
	vi.useFakeTimers({ toFake: ["Date"], shouldAdvanceTime: true });
	world = await aWorld();
	await Promise.all(["plain", "stale"].map((slug) => world.client.createTenant(world.client.newTenant(slug))));
	await world.ended(2, 30_000);
});
afterAll(async () => {
	vi.useRealTimers();
	await world?.close();
});

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

const suspendInMap = (slug: string) =>
	world.documents.send(
		new UpdateCommand({
			TableName: stack.mapTable,
			Key: { hostname: hostnameOf(slug) },
			UpdateExpression: "SET #status = :suspended",
			ExpressionAttributeNames: { "#status": "status" },
			ExpressionAttributeValues: { ":suspended": "suspended" },
		}),
	);

describe("a cached page of a suspended tenant disappears within the promised bound", () => {
	it.each([
		["an hour", "plain", "/page?max-age=3600", edgeCacheMaxTtl.value],
		[
			"an hour and then stale for a day",
			"stale",
			"/page?max-age=3600&stale-while-revalidate=86400",
			2 * edgeCacheMaxTtl.value,
		],
	])(
		"when its origin lets it be kept for %s",
		async (_, slug, path, keptFor) => {
			const measured = await measureBound({ world, slug, path, change: () => suspendInMap(slug), pass });
			console.info(`seconds after the change: ${JSON.stringify(measured)}`);
			expect(measured.status).toBe(403);
			expect(measured.firstSeen).toBeLessThanOrEqual(edgePromise.value);
			// The worst case was there to be measured: an old row, and a page kept to its end.
			expect(measured.lastServed).toBeGreaterThan(edgeEntryAge.value + keptFor - 2);
			expect(measured.firstSeen).toBeLessThan(edgeEntryAge.value + keptFor + 2);
		},
		60_000,
	);
});
