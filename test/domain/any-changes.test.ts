import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Claim, claimability, newClaim, releasedClaim } from "../../domain/claim.ts";
import { conditionTypes } from "../../domain/conditions.ts";
import { nextGeneration } from "../../domain/generation.ts";
import { limits } from "../../domain/limits.ts";
import { isOpen, type Operation } from "../../domain/operation.ts";
import { kindTable } from "../../domain/operation-kinds.ts";
import { planChange } from "../../domain/plan-change.ts";
import type { Tenant } from "../../domain/tenant.ts";
import type { PlannedChange, TenantChange } from "../../domain/tenant-change.ts";
import { anOperation, aTenant, withTrue } from "../builders/entities.ts";

const tenantIds = ["ten_a", "ten_b"];
const slugs = ["a", "b", "c", "d", "e", "f", "g", "h"];
const nameOf = (slug: string) => `${slug}.app.example.com`;

/** What can happen to a platform: tenants come, change and leave, operations end well or not, days pass, a restore raises the epoch. */
type Event =
	| { what: "signup"; tenantId: string; slug: string }
	| { what: "change"; tenantId: string; slug: string; kind: TenantChange["kind"] }
	| { what: "end"; tenantId: string; well: boolean }
	| { what: "days"; count: number }
	| { what: "epoch" };

const tenantId = fc.constantFrom(...tenantIds);
const slug = fc.constantFrom(...slugs);
const kind = fc.constantFrom<TenantChange["kind"]>(
	"update-tenant",
	"suspend-tenant",
	"resume-tenant",
	"rename-tenant",
	"rename-tenant",
	"rename-tenant",
	"repair-hostname",
	"offboard-tenant",
	"release-hostname",
);
const end = fc.record({ what: fc.constant("end" as const), tenantId, well: fc.boolean() });
const event: fc.Arbitrary<Event> = fc.oneof(
	{ weight: 2, arbitrary: fc.record({ what: fc.constant("signup" as const), tenantId, slug }) },
	{ weight: 6, arbitrary: fc.record({ what: fc.constant("change" as const), tenantId, slug, kind }) },
	{ weight: 6, arbitrary: end },
	{ weight: 1, arbitrary: fc.record({ what: fc.constant("days" as const), count: fc.constantFrom(1, 31, 91) }) },
	{ weight: 1, arbitrary: fc.constant({ what: "epoch" as const }) },
);

/** A registry as the conditional writes keep it, with what must be true of every write. */
function aRegistry() {
	const tenants = new Map<string, Tenant>();
	const claims = new Map<string, Claim>();
	const operations = new Map<string, Operation>();
	let [nowMs, epoch, accepted] = [Date.UTC(2027, 0, 1), 1, 0];
	const moment = () => ({ now: new Date(nowMs).toISOString(), epoch });

	const write = (before: Claim | undefined, after: Claim) => {
		expect(claims.get(after.hostname)).toEqual(before);
		expect(after.generation).toBeGreaterThan(before?.generation ?? 0);
		expect(after.revision).toBeGreaterThan(before?.revision ?? 0);
		claims.set(after.hostname, after);
	};

	const signUp = (id: string, slug: string) => {
		const hostname = nameOf(slug);
		const { now } = moment();
		const predecessor = claims.get(hostname);
		const known = tenants.get(id);
		if (claimability(predecessor, now).state !== "available" || (known && known.releasedAt === undefined)) return;
		const generation = nextGeneration(predecessor?.generation, epoch);
		// A tenant's id is never recycled; who comes again is another.
		const tenantId = known ? `${id}-${accepted}` : id;
		tenants.set(id, aTenant({ tenantId, slug, hostname }));
		operations.set(id, anOperation({ tenantId, hostname, generation }));
		write(predecessor, newClaim({ hostname, tenantId, generation, predecessor }, now));
		accepted += 1;
	};

	const changeOf = (tenant: Tenant, kind: TenantChange["kind"], slug: string): TenantChange => {
		const hostname = nameOf(slug);
		switch (kind) {
			case "update-tenant":
				return { kind, set: { name: slug } };
			case "suspend-tenant":
				return { kind, reason: slug, requestedBy: "billing" };
			case "resume-tenant":
			case "offboard-tenant":
				return { kind };
			case "rename-tenant":
				return { kind, slug, hostname, standing: claims.get(hostname) };
			case "change-primary":
				return { kind, hostname: tenant.hostname };
			case "repair-hostname":
				return { kind, hostname: tenant.formerHostnames[0] ?? tenant.hostname, reason: slug };
			case "release-hostname":
				return { kind, hostname: tenant.formerHostnames.at(-1) ?? hostname };
		}
	};

	const change = (id: string, kind: TenantChange["kind"], slug: string) => {
		const tenant = tenants.get(id);
		if (!tenant) return;
		const own = [tenant.hostname, ...tenant.formerHostnames].flatMap((name) => claims.get(name) ?? []);
		const standing = { tenant, claims: new Map(own.map((claim) => [claim.hostname, claim])) };
		const lastOperation = operations.get(id);
		const planned = planChange({ ...standing, lastOperation }, changeOf(tenant, kind, slug), moment());
		if (!planned.ok) return;
		accepted += 1;
		commit(id, kind, planned.value);
	};

	const commit = (id: string, kind: TenantChange["kind"], planned: PlannedChange) => {
		const { claim, hostnames, steps } = planned;
		expect(planned.claims.map(({ after }) => after)).toContain(claim);
		for (const { before, after } of planned.claims) write(before, after);
		tenants.set(id, planned.tenant);
		const { hostname, generation } = claim;
		operations.set(id, anOperation({ kind, tenantId: claim.tenantId, hostname, generation, steps, hostnames }));
	};

	/** The operation ends; what a machine does to the registry, it does where it ended well. */
	const finish = (id: string, well: boolean) => {
		const [tenant, operation] = [tenants.get(id), operations.get(id)];
		if (!tenant || !operation || !isOpen(operation)) return;
		operations.set(id, { ...operation, status: well ? "succeeded" : "failed" });
		if (!well) return;
		const { machine } = kindTable[operation.kind];
		if (machine === "offboard-tenant") return release(id, tenant, operation);
		const claim = claims.get(operation.hostname);
		if (claim) claims.set(claim.hostname, { ...withTrue(claim, ...conditionTypes), revision: claim.revision + 1 });
	};

	const release = (id: string, tenant: Tenant, { hostnames }: Operation) => {
		const names = hostnames.map(({ hostname }) => hostname);
		for (const { hostname, generation } of hostnames) {
			const claim = claims.get(hostname);
			expect(claim).toMatchObject({ generation, intent: "remove" });
			if (claim) claims.set(hostname, releasedClaim(claim, moment().now));
		}
		const formerHostnames = tenant.formerHostnames.filter((name) => !names.includes(name));
		const left = names.includes(tenant.hostname) && { releasedAt: moment().now };
		tenants.set(id, { ...tenant, formerHostnames, ...left });
	};

	const holds = () => {
		const living = [...tenants.values()].filter(({ releasedAt }) => releasedAt === undefined);
		const names = living.flatMap(({ hostname, formerHostnames }) => [hostname, ...formerHostnames]);
		// No name is anybody's twice: neither two tenants', nor present and former at once.
		expect(new Set(names).size).toBe(names.length);
		for (const { hostname, formerHostnames, tenantId } of living) {
			expect(formerHostnames.length).toBeLessThanOrEqual(limits.formerHostnames.value);
			expect(claims.get(hostname)?.tenantId).toBe(tenantId);
			for (const name of formerHostnames) expect(claims.get(name)).toMatchObject({ tenantId });
			for (const name of formerHostnames) expect(claims.get(name)?.intent).toMatch(/^(redirect|remove)$/);
		}
	};

	return {
		happen: (event: Event) => {
			if (event.what === "signup") signUp(event.tenantId, event.slug);
			if (event.what === "change") change(event.tenantId, event.kind, event.slug);
			if (event.what === "end") finish(event.tenantId, event.well);
			if (event.what === "days") nowMs += event.count * 86_400_000;
			if (event.what === "epoch") epoch += 1;
			holds();
		},
		accepted: () => accepted,
		mostFormers: () => Math.max(0, ...[...tenants.values()].map(({ formerHostnames }) => formerHostnames.length)),
	};
}

describe("whatever is accepted, in whatever order", () => {
	const invariantsHold = (parameters: fc.Parameters<[Event[]]>) => {
		let [accepted, mostFormers] = [0, 0];
		fc.assert(
			fc.property(fc.array(event, { minLength: 10, maxLength: 80, size: "max" }), (events) => {
				const registry = aRegistry();
				for (const each of events) registry.happen(each);
				accepted += registry.accepted();
				mostFormers = Math.max(mostFormers, registry.mostFormers());
			}),
			parameters,
		);
		return { accepted, mostFormers };
	};

	it("no two tenants have one name, no generation comes twice, and former names stay few and former", () => {
		invariantsHold({ numRuns: 300 });
	});

	it("which proves something, since much is accepted: the histories of one seed, for how deep others go is chance", () => {
		const { accepted, mostFormers } = invariantsHold({ seed: 2027, numRuns: 300 });
		expect(accepted).toBeGreaterThan(1_000);
		expect(mostFormers).toBeGreaterThan(2);
	});

	it("one tenant may be renamed without end, with five former names at most", () => {
		const registry = aRegistry();
		registry.happen({ what: "signup", tenantId: "ten_a", slug: "a" });
		for (let at = 0; at < 40; at++) {
			registry.happen({ what: "end", tenantId: "ten_a", well: true });
			const slug = slugs[at % slugs.length] ?? "a";
			registry.happen({ what: "change", tenantId: "ten_a", slug, kind: "rename-tenant" });
			if (at > 20) registry.happen({ what: "change", tenantId: "ten_a", slug, kind: "release-hostname" });
		}
		expect(registry.mostFormers()).toBe(limits.formerHostnames.value);
	});
});
