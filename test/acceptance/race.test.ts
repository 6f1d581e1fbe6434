import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { operationViewSchema } from "../../domain/operation-view.ts";
import { tenantViewSchema } from "../../domain/tenant-view.ts";
import { problemSchema } from "../../functions/api/problems.ts";
import { type Answer, aWorld, hostnameOf, stack, type World } from "./world.ts";

const acceptedSchema = z.object({ tenant: tenantViewSchema, operation: operationViewSchema });
const rounds = 3;
const races = ["patches", "suspend-rename", "deletes", "patch-delete"] as const;
const roundsOf = (race: (typeof races)[number]) => Array.from({ length: rounds }, (_, at) => `${race}-${at}`);

let world: World;
/** The tenants' ids by slug. */
const ids: Record<string, string> = {};

// New work is stopped once the tenants are there: who wins a race is decided before anything begins, and nothing ends meanwhile.
beforeAll(async () => {
	world = await aWorld();
	const slugs = races.flatMap(roundsOf);
	await Promise.all(slugs.map((slug) => world.client.createTenant(world.client.newTenant(slug))));
	const operations = await world.ended(slugs.length, 50_000);
	expect(operations.map(({ status }) => status)).toEqual(slugs.map(() => "succeeded"));
	for (const { slug, tenantId } of await world.tenants()) ids[slug] = tenantId;
	const paused = await world.call("POST", "/v1/operations:pause", { body: { reason: "races" } });
	expect(paused.status).toBe(200);
});
afterAll(() => world?.close());

const accepted = ({ json }: Answer) => acceptedSchema.parse(json);
const typeOf = ({ json }: Answer) => problemSchema.parse(json).type;
const at = (slug: string, more = "") => `/v1/tenants/${ids[slug]}${more}`;
/** Two answers, the better one first. */
async function race(...rivals: [Promise<Answer>, Promise<Answer>]): Promise<[Answer, Answer]> {
	const [left, right] = await Promise.all(rivals);
	return left.status <= right.status ? [left, right] : [right, left];
}
/** The tenant's operations but for its onboarding, in order of acceptance. */
async function changesOf(slug: string) {
	const { json } = await world.call("GET", `/v1/operations?tenantId=${ids[slug]}`);
	const { operations } = z.object({ operations: z.array(operationViewSchema) }).parse(json);
	return operations.filter(({ kind }) => kind !== "onboard-tenant").map(({ kind, status }) => ({ kind, status }));
}
const shown = async (slug: string) => tenantViewSchema.parse((await world.call("GET", at(slug))).json);
const patch = (slug: string, plan: string) => world.call("PATCH", at(slug), { body: { plan }, match: '"1"' });
const remove = (slug: string) => world.call("DELETE", at(slug));

describe("a hundred pairs of POSTs for one slug each", () => {
	it("have one winner and one 409 each, and leave one claim, one tenant and one operation", async () => {
		const slugs = Array.from({ length: 100 }, (_, pair) => `pair-${pair}`);
		const operations = new Map<string, string>();
		const post = (slug: string, rival: string) => {
			const body = { ...world.client.newTenant(slug), name: rival, externalRef: `${rival}-${slug}` };
			return world.call("POST", "/v1/tenants", { body, key: `${rival}-${slug}` });
		};
		// Ten pairs at a time: the gateway throttles beyond that.
		for (let from = 0; from < slugs.length; from += 10) {
			const pairs = slugs.slice(from, from + 10).map(async (slug) => {
				const [won, lost] = await race(post(slug, "left"), post(slug, "right"));
				expect([won.status, lost.status], `${slug}: ${won.text} ${lost.text}`).toEqual([202, 409]);
				expect(lost.json).toMatchObject({ type: "/errors/slug-taken", field: "slug", rule: "unique" });
				operations.set(slug, accepted(won).operation.operationId);
			});
			await Promise.all(pairs);
		}
		const rows = await world.rows(stack.registryTable);
		for (const slug of slugs) {
			const hostname = hostnameOf(slug);
			const [claim, ...claims] = rows.filter(({ pk }) => pk === `HOSTNAME#${hostname}`);
			const [tenant, ...tenants] = rows.filter((row) => row["sk"] === "TENANT" && row["slug"] === slug);
			const found = rows.filter((row) => row["sk"] === "OPERATION" && row["hostname"] === hostname);
			expect([claims, tenants]).toEqual([[], []]);
			expect(found).toMatchObject([{ operationId: operations.get(slug), tenantId: tenant?.["tenantId"] }]);
			expect(claim).toMatchObject({ tenantId: tenant?.["tenantId"], generation: found[0]?.["generation"] });
			// The loser's externalRef is free: nothing of it stayed.
			const references = rows.filter(
				({ pk }) => /^EXTERNAL-REF#(left|right)-/.test(String(pk)) && String(pk).endsWith(`-${slug}`),
			);
			expect(references).toMatchObject([{ tenantId: tenant?.["tenantId"] }]);
		}
	});
});

describe("two changes of one tenant at once", () => {
	it.each(roundsOf("patches"))("with one ETag have one winner, whose change stands: %s", async (slug) => {
		const [won, lost] = await race(patch(slug, "gold"), patch(slug, "tin"));
		expect(won.status, won.text).toBe(202);
		expect(["412 /errors/precondition-failed", "409 /errors/operation-in-progress"]).toContain(
			`${lost.status} ${typeOf(lost)}`,
		);
		expect(await shown(slug)).toMatchObject({ plan: accepted(won).tenant.plan, revision: 2 });
		expect(await changesOf(slug)).toEqual([{ kind: "update-tenant", status: "queued" }]);
	});

	it.each(roundsOf("suspend-rename"))("that are a suspension and a rename have one winner: %s", async (slug) => {
		const [won, lost] = await race(
			world.call("POST", at(slug, "/suspend"), { body: { reason: "unpaid" }, key: `suspend-${slug}` }),
			world.call("POST", at(slug, "/rename"), { body: { slug: `new-${slug}` }, key: `rename-${slug}` }),
		);
		expect([won.status, lost.status], `${won.text} ${lost.text}`).toEqual([202, 409]);
		expect(typeOf(lost)).toBe("/errors/operation-in-progress");
		const { kind } = accepted(won).operation;
		expect(await changesOf(slug)).toEqual([{ kind, status: "queued" }]);
		const renamed = kind === "rename-tenant";
		const { slug: name, suspension, revision } = await shown(slug);
		expect({ name, suspended: suspension !== undefined, revision }).toEqual({
			name: renamed ? `new-${slug}` : slug,
			...{ suspended: !renamed, revision: 2 },
		});
		const free = await world.call("GET", `/v1/slugs/new-${slug}`);
		expect(free.json).toMatchObject({ state: renamed ? "taken" : "available" });
	});

	it.each(roundsOf("deletes"))("that are both DELETEs are one operation: %s", async (slug) => {
		const answers = await race(remove(slug), remove(slug));
		expect(answers.map(({ status }) => status)).toEqual([202, 202]);
		const [first, second] = answers.map((answer) => accepted(answer).operation.operationId);
		expect(first).toBe(second);
		expect(new Set(answers.map(({ headers }) => headers.get("location")))).toEqual(
			new Set([`/v1/operations/${first}`]),
		);
		expect(await changesOf(slug)).toEqual([{ kind: "offboard-tenant", status: "queued" }]);
	});

	it.each(roundsOf("patch-delete"))("that are a PATCH and a DELETE end with the DELETE: %s", async (slug) => {
		const [patched, removed] = await Promise.all([patch(slug, "gold"), remove(slug)]);
		expect(removed.status, removed.text).toBe(202);
		const leaving = { kind: "offboard-tenant", status: "queued" };
		const { plan, status } = await shown(slug);
		expect(status).toBe("removing");
		if (patched.status === 202) {
			// It came first, whole: its change stands, and its operation has been taken over.
			expect(plan).toBe("gold");
			expect(await changesOf(slug)).toEqual([{ kind: "update-tenant", status: "superseded" }, leaving]);
		} else {
			expect(["412 /errors/precondition-failed", "409 /errors/tenant-leaving"]).toContain(
				`${patched.status} ${typeOf(patched)}`,
			);
			expect(plan).toBeUndefined();
			expect(await changesOf(slug)).toEqual([leaving]);
		}
	});
});
