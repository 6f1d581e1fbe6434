import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NewTenant } from "../../domain/new-tenant.ts";
import { afterDryRun, lineOf, type PlannedTenant, planTenants, type StandingTenant } from "../../domain/tenant-plan.ts";

const origin = { host: "origin.test", port: 443, protocol: "https" as const, pathPrefix: "" };

/** Acme as it stands in the environment that is planned for. */
function acme(more: Partial<StandingTenant> = {}): StandingTenant {
	return {
		...{ tenantId: "ten_1", slug: "acme", hostname: "acme.app.test", name: "Acme", externalRef: "cus_1" },
		...{ origin, routes: [], config: {}, revision: 3, status: "active", formerHostnames: [] },
		...more,
	};
}
/** The line that an export of Acme has, or another. */
const line = (more: Partial<NewTenant> = {}): NewTenant => ({ ...lineOf(acme()), ...more });
const without = (member: keyof NewTenant, from = line()): NewTenant => {
	const { [member]: _gone, ...rest } = from;
	return { ...line(), ...rest, [member]: undefined };
};
const route = (prefix: string, host = "ai.test") => ({ prefix, origin: { ...origin, host } });
const told = (planned: PlannedTenant | undefined) => {
	if (planned?.state === "conflict") return `conflict ${planned.problem.field} ${planned.problem.rule}`;
	return planned?.state === "changed"
		? `changed ${planned.changes.map(({ field }) => field).join(" ")}`
		: planned?.state;
};

describe("the plan for a line", () => {
	it.each<[what: string, line: NewTenant, standing: StandingTenant[], plan: string]>([
		["nothing of which stands", line(), [], "new"],
		["whose slug's tenant has left", line(), [acme({ status: "released" })], "new"],
		["that stands, member for member", line(), [acme()], "same"],
		["that leaves out what has a default", { ...line(), origin: { host: "ORIGIN.test." } }, [acme()], "same"],
		["with its slug in capitals", line({ slug: " Acme " }), [acme()], "same"],
		["whose tenant is suspended", line(), [acme({ status: "suspended" })], "same"],
		["whose routes stand in another order", line(twoRoutes("/a", "/b")), [acme(twoRoutes("/b", "/a"))], "same"],
		["that leaves out the externalRef", without("externalRef"), [acme()], "same"],
		["with an externalRef that its tenant lacks", line(), [acme({ externalRef: undefined })], "changed externalRef"],
		["whose tenant has another name", line({ name: "Acme Inc" }), [acme()], "changed name"],
		["without the plan that its tenant has", line(), [acme({ plan: "gold" })], "changed plan"],
		["whose origin has another port", line({ origin: { ...origin, port: 8443 } }), [acme()], "changed origin.port"],
		["whose origin is no host", line({ origin: { host: "a b" } }), [acme()], "changed origin.host"],
		["with one route more", line({ routes: [route("/ai")] }), [acme()], "changed routes./ai"],
		["with a route to elsewhere", line({ routes: [route("/ai", "b.test")] }), [withRoute()], "changed routes./ai.host"],
		["without its tenant's settings", without("config"), [acme({ config: { a: 1 } })], "changed config.a"],
		["with settings in another order", line({ config: { b: 1, a: 2 } }), [acme({ config: { a: 2, b: 1 } })], "same"],
		["with deeper settings", line({ config: { a: { b: 2, c: [1] } } }), [withConfig()], "changed config.a.b"],
		["with another list", line({ config: { a: { b: 1, c: [2] } } }), [withConfig()], "changed config.a.c"],
		["with null for an object", line({ config: { a: null } }), [withConfig()], "changed config.a"],
		["with an object for nothing", line({ config: { toString: {} } }), [acme()], "changed config.toString"],
		["whose tenant is leaving", line(), [acme({ status: "removing" })], "conflict slug leaving"],
		["whose slug redirects", line({ slug: "old", externalRef: "x" }), [renamed()], "conflict slug unique"],
		["of another customer", line({ externalRef: "cus_2" }), [acme()], "conflict externalRef another-customer"],
		["new, of a customer that is known", line({ slug: "new" }), [acme()], "conflict externalRef unique"],
		[
			"of a customer under another slug",
			line(),
			[acme({ externalRef: undefined }), other()],
			"conflict externalRef unique",
		],
	])("%s", (_, wanted, standing, plan) => {
		expect(told(planTenants([wanted], standing)[0])).toBe(plan);
	});

	it("lets nobody have a former name but the tenant whose present one it is", () => {
		expect(told(planTenants([line()], [acme({ formerHostnames: ["acme.app.test", "old.app.test"] })])[0])).toBe("same");
	});

	it("says what would become of a slug or an externalRef that comes twice once", () => {
		const lines = [line(), line({ slug: "ACME" }), line({ slug: "other" })];
		expect(planTenants(lines, [acme()]).map(told)).toEqual([
			...["same", "conflict slug repeated", "conflict externalRef repeated"],
		]);
		expect(planTenants([without("externalRef"), { ...without("externalRef"), slug: "b" }], []).map(told)).toEqual([
			...["new", "new"],
		]);
	});

	it("shows both sides of a difference, and patches whole members at the revision that was seen", () => {
		const wanted = line({ config: { theme: "dark", seats: 5 }, routes: [route("/ai")] });
		const [planned] = planTenants(
			[wanted],
			[acme({ plan: "gold", config: { theme: "light" }, externalRef: undefined })],
		);
		expect(planned).toEqual({
			...{ state: "changed", slug: "acme", tenantId: "ten_1", revision: 3, status: "active" },
			changes: [
				{ field: "externalRef", to: "cus_1" },
				{ field: "plan", from: "gold" },
				{ field: "routes./ai", to: { ...origin, host: "ai.test" } },
				{ field: "config.theme", from: "light", to: "dark" },
				{ field: "config.seats", to: 5 },
			],
			patch: { externalRef: "cus_1", plan: null, routes: [route("/ai")], config: { theme: "dark", seats: 5 } },
			request: wanted,
		});
	});

	it("asks for a new tenant as the line says", () => {
		const [planned] = planTenants([{ slug: "Acme", name: "Acme", origin: { host: "origin.test" } }], []);
		const request = { slug: "acme", name: "Acme", origin, routes: [], config: {} };
		expect(planned).toEqual({ state: "new", slug: "acme", request });
	});
});

describe("what the environment itself says", () => {
	const problem = { field: "origin.host", rule: "not-allowed", detail: "…" };
	const plan = planTenants(
		[line({ slug: "same", externalRef: "s" }), line({ slug: "new", externalRef: "n" }), line({ name: "Acme Inc" })],
		[acme({ slug: "same", externalRef: "s" }), acme()],
	);

	it.each([
		["takes what it has nothing against", [], ["same", "new", "changed name"]],
		[
			"refuses a new one",
			[{ line: 1, state: "invalid" as const, problem }],
			["same", "conflict origin.host not-allowed", "changed name"],
		],
		[
			"refuses a slug in quarantine",
			[{ line: 1, state: "conflict" as const, problem }],
			["same", "conflict origin.host not-allowed", "changed name"],
		],
		[
			"refuses a changed one",
			[{ line: 2, state: "invalid" as const, problem }],
			["same", "new", "conflict origin.host not-allowed"],
		],
		[
			"may say that a changed one stands",
			[{ line: 2, state: "conflict" as const, problem }],
			["same", "new", "changed name"],
		],
		["may say that a new one stands by now", [{ line: 1, state: "same" as const }], ["same", "new", "changed name"]],
	])("%s", (_, answers, expected) => {
		expect(afterDryRun(plan, answers).map(told)).toEqual(expected);
	});
});

describe("a plan that was carried out", () => {
	const member: fc.Arbitrary<Partial<NewTenant>> = fc.record({
		name: fc.constantFrom("Acme", "Acme Inc"),
		plan: fc.constantFrom("gold", "tin", undefined),
		config: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
		routes: fc.subarray([route("/a"), route("/b"), route("/a/b", "b.test")]),
		origin: fc.constantFrom({ host: "origin.test" }, { host: "Other.test", port: 8443, pathPrefix: "/x" }),
	});

	it("is followed by an empty one, whether a tenant was new or changed", () => {
		fc.assert(
			fc.property(member, member, (from, to) => {
				const created = carriedOut(acme(), planTenants([line(from)], [])[0]);
				expect(planTenants([line(from)], [created])[0]?.state).toBe("same");
				const changed = carriedOut(created, planTenants([line(to)], [created])[0]);
				expect(planTenants([line(to)], [changed])[0]?.state).toBe("same");
			}),
		);
	});
});

/** What POST and PATCH keep: of a PATCH what it names, whole; null takes away. */
function carriedOut(before: StandingTenant, planned: PlannedTenant | undefined): StandingTenant {
	if (planned?.state !== "new" && planned?.state !== "changed") return before;
	const start = planned.state === "new" ? { ...before, plan: undefined } : before;
	const {
		name = start.name,
		config = start.config,
		...asked
	} = planned.state === "new" ? planned.request : planned.patch;
	return {
		...{ ...start, name, config },
		plan: asked.plan === null ? undefined : (asked.plan ?? start.plan),
		origin: whole(asked.origin ?? start.origin),
		routes: (asked.routes ?? start.routes).map(({ prefix, origin }) => ({ prefix, origin: whole(origin) })),
	};
}

function whole({ host, port = 443, pathPrefix = "" }: NewTenant["origin"]): StandingTenant["origin"] {
	return { host, port, protocol: "https", pathPrefix };
}

function twoRoutes(...prefixes: string[]): Pick<StandingTenant, "routes"> {
	return { routes: prefixes.map((prefix) => route(prefix)) };
}
function withRoute(): StandingTenant {
	return acme({ routes: [route("/ai")] });
}
function withConfig(): StandingTenant {
	return acme({ config: { a: { b: 1, c: [1] } } });
}
function renamed(): StandingTenant {
	return acme({ formerHostnames: ["old.app.test"] });
}
function other(): StandingTenant {
	return acme({ tenantId: "ten_2", slug: "other", externalRef: "cus_1" });
}
