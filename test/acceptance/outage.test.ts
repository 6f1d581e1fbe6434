import { readFileSync } from "node:fs";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { get } from "../local/edge/world.ts";
import { aWorld, hostnameOf, stack, type World } from "./world.ts";

const served = ["first", "second", "third"];

let world: World;
/** Puts the wall clock forward, by which edge, origin and embedded cloud go; sockets and timers do not. */
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

beforeAll(async () => {
	// Before anything keeps a reference to the real one.
	vi.useFakeTimers({ toFake: ["Date"], shouldAdvanceTime: true });
	world = await aWorld();
	await Promise.all(served.map((slug) => world.client.createTenant(world.client.newTenant(slug))));
	await world.ended(served.length, 30_000);
	vi.spyOn(console, "error").mockImplementation(() => {}); // the edge's log of what it could not read
});
afterAll(async () => {
	vi.useRealTimers();
	vi.restoreAllMocks();
	await world?.close();
});

const open = (slug: string) => {
	const { ca, edge } = world.endpoints;
	return get(Number(new URL(edge.https).port), readFileSync(ca, "utf8"), hostnameOf(slug), "/", {
		Accept: "application/json",
	});
};

/** A route that the edge has never been asked for: nothing of it is in its memory. */
async function publishUnseen(slug: string): Promise<void> {
	const [row] = (await world.rows(stack.mapTable)).filter((found) => found["slug"] === "first");
	const Item = { ...row, hostname: hostnameOf(slug), slug };
	await world.documents.send(new PutCommand({ TableName: stack.mapTable, Item }));
}

describe("while the tenant map cannot be read for a minute", () => {
	beforeAll(async () => {
		await publishUnseen("unseen");
		expect((await open("stranger")).status).toBe(404);
		pass(6); // that answer is good for 5 s
		world.cloud.services.dynamodb.setUnreachable(stack.mapTable, true);
	});

	// Known for 10 s; then looked up again, which fails, and again after 2 s.
	it.each([0, 9, 2, 19, 29, 2, 14])("serves the hosts that it knows, another %i s into it", async (seconds) => {
		pass(seconds);
		const idOf = new Map((await world.tenants()).map(({ slug, tenantId }) => [slug, tenantId]));
		for (const slug of served) {
			const answer = await open(slug);
			expect(answer.status).toBe(200);
			expect(JSON.parse(answer.body)).toMatchObject({ tenantId: idOf.get(slug), contextVerified: true });
		}
	});

	it.each(["unseen", "stranger", "never-asked"])(
		"asks for patience for %s, and never says that it is not there",
		async (slug) => {
			const answer = await open(slug);
			expect(answer.status).toBe(503);
			expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
			expect(answer.headers["cache-control"]).toBe("no-store");
		},
	);

	it("serves and asks for patience likewise when the map's table does not answer at all", async () => {
		const takeBack = world.cloud.faults.order({
			kind: "timeout",
			service: "dynamodb",
			operation: "GetItem",
			bodyIncludes: stack.mapTable,
			forMs: 3_000,
			times: Number.POSITIVE_INFINITY,
		});
		pass(30);
		const answers = await Promise.all([...served, "never-asked-either"].map(open));
		takeBack();
		expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 503]);
	});
});

describe("afterwards", () => {
	beforeAll(() => {
		world.cloud.services.dynamodb.setUnreachable(stack.mapTable, false);
		pass(5);
	});

	it("every route is served, and what is not there is said not to be there", async () => {
		const answers = await Promise.all([...served, "unseen", "stranger"].map(open));
		expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404]);
	});

	it("a new tenant is onboarded", async () => {
		const { operation } = await world.client.createTenant(world.client.newTenant("later"));
		expect(await world.client.follow(operation.operationId, 20_000, () => {})).toMatchObject({ status: "succeeded" });
		expect((await open("later")).status).toBe(200);
	});
});
