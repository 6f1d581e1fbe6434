import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newClaim, releasedClaim } from "../../domain/claim.ts";
import { planImport, type SoundLine, type Standing } from "../../domain/import-plan.ts";
import type { NewTenant } from "../../domain/new-tenant.ts";
import type { StandingRecord } from "../../domain/standing-records.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { recordsOf } from "../../domain/zone-plan.ts";
import { aClaim, aNewTenant, aTenant, longAgo, platformDomain, tenantId } from "../builders/entities.ts";

const now = "2026-06-01T00:00:00.000Z";
const distributionDomain = "d1.cloudfront.net";
const acme = `acme.${platformDomain}`;

function sound(line: number, more: Partial<NewTenant> = {}): SoundLine {
	const request = aNewTenant(more);
	const { slug } = request;
	const { origin } = aTenant();
	return { line, request, names: { slug, hostname: `${slug}.${platformDomain}`, origin, routes: [] } };
}

function standing(more: Partial<Standing> = {}): Standing {
	return {
		...{ claims: new Map(), unreadable: new Set(), tenants: new Map(), references: new Map(), records: new Map() },
		...{ distributionDomain, now },
		...more,
	};
}

/** Acme stands, as its onboarding has left it or otherwise. */
function withAcme(tenant: Partial<Tenant> = {}, claim: Partial<ReturnType<typeof aClaim>> = {}): Standing {
	const owner = aTenant({ externalRef: "cus_1", ...tenant });
	return standing({
		claims: new Map([[acme, aClaim(claim)]]),
		tenants: new Map([[owner.tenantId, owner]]),
		references: new Map([["cus_1", owner.tenantId]]),
	});
}

const record = (more: Partial<StandingRecord>): StandingRecord => ({ name: acme, type: "A", values: [], ...more });
const ours = recordsOf(acme, distributionDomain).map((wanted) => record(wanted));
const withRecords = (...records: StandingRecord[]) => standing({ records: new Map([[acme, records]]) });
const planned = (world: Standing, ...lines: SoundLine[]) =>
	planImport(lines, world).map(({ state, problem }) =>
		[state, problem?.field, problem?.rule].filter(Boolean).join(" "),
	);

const same = { externalRef: "cus_1" };

describe("a line", () => {
	it.each<[what: string, line: Partial<NewTenant>, world: Standing, plan: string]>([
		["nothing of which stands", same, standing(), "new"],
		["that is a tenant, member for member", same, withAcme(), "same"],
		["whose tenant is suspended", same, withAcme({}, { intent: "suspend" }), "same"],
		["without an externalRef, as its tenant", {}, withAcme({ externalRef: undefined }), "same"],
		["whose tenant has another name", { ...same, name: "Acme Inc" }, withAcme(), "conflict name differs"],
		["whose tenant has another plan", { ...same, plan: "gold" }, withAcme(), "conflict plan differs"],
		["whose tenant has other settings", { ...same, config: { a: 1 } }, withAcme(), "conflict config differs"],
		["whose tenant has other routes", same, withAcme({ routes: [aRoute()] }), "conflict routes differs"],
		["whose slug has a tenant with another externalRef", { externalRef: "cus_2" }, withAcme(), "conflict slug unique"],
		["whose slug has a tenant that is leaving", same, withAcme({}, { intent: "remove" }), "conflict slug unique"],
		[
			"whose slug redirects to another",
			same,
			withAcme({ hostname: "x" }, { intent: "redirect" }),
			"conflict slug unique",
		],
		["whose slug's tenant is not to be found", same, standing({ claims: held() }), "conflict slug unique"],
		["whose slug's row cannot be read", same, standing({ unreadable: new Set([acme]) }), "conflict slug unreadable"],
		["whose slug has left its quarantine", {}, standing({ claims: held(released(longAgo)) }), "new"],
		["whose slug is kept still", {}, standing({ claims: held(released(now)) }), "conflict slug quarantine"],
		["whose externalRef has a tenant", { ...same, slug: "other" }, withAcme(), "conflict externalRef unique"],
		["at whose name our aliases stand", {}, withRecords(...ours), "new"],
		["at whose name a TXT stands", {}, withRecords(record({ type: "TXT", values: ['"x"'] })), "new"],
		["at whose name a CNAME stands", {}, withRecords(record({ type: "CNAME" })), "conflict slug record-exists"],
		["at whose name an address stands", {}, withRecords(record({})), "conflict slug record-exists"],
		[
			"at whose name one alias is to somewhere else",
			{},
			withRecords(
				record({ aliasTarget: distributionDomain }),
				record({ type: "AAAA", aliasTarget: "d2.cloudfront.net" }),
			),
			"conflict slug record-exists",
		],
		[
			"at whose name one of several sets stands",
			{},
			withRecords(record({ aliasTarget: distributionDomain, setIdentifier: "blue" })),
			"conflict slug record-exists",
		],
	])("%s", (_, line, world, plan) => {
		expect(planned(world, sound(1, line))).toEqual([plan]);
	});

	it("says in which members its tenant differs, and which tenant that is", () => {
		const [line] = planImport([sound(1, { ...same, name: "Acme Inc", plan: "gold" })], withAcme());
		expect(line).toMatchObject({ tenantId, problem: { detail: expect.stringContaining("name, plan") } });
	});

	it("says what stands at its name", () => {
		const [line] = planImport([sound(1)], withRecords(record({ type: "CNAME", values: ["elsewhere.example.org"] })));
		expect(line?.problem?.detail).toContain(`CNAME record of '${acme}' to elsewhere.example.org`);
	});

	it.each<[records: StandingRecord[], adopted: boolean | undefined]>([
		[[], undefined],
		[ours.slice(0, 1), undefined],
		[ours.slice(1), undefined],
		[ours, true],
	])("is adopted when both of its aliases stand: %#", (records, adopted) => {
		expect(planImport([sound(1)], withRecords(...records))[0]?.adopted).toBe(adopted);
	});
});

describe("two lines", () => {
	it.each<[what: string, second: Partial<NewTenant>, plan: string]>([
		["one slug", { slug: "acme", externalRef: "cus_2" }, "conflict slug repeated"],
		["one externalRef", { slug: "other", externalRef: "cus_1" }, "conflict externalRef repeated"],
		["nothing in common", { slug: "other", externalRef: "cus_2" }, "new"],
	])("with %s: the first stands", (_, second, plan) => {
		expect(planned(standing(), sound(1, same), sound(2, second))).toEqual(["new", plan]);
	});
});

describe("a plan", () => {
	const lines = fc
		.array(
			fc.record({
				slug: fc.integer({ min: 0, max: 20 }).map((at) => `t-${at}`),
				externalRef: fc.option(
					fc.integer({ min: 0, max: 20 }).map((at) => `cus_${at}`),
					{ nil: undefined },
				),
				plan: fc.option(fc.constantFrom("free", "gold"), { nil: undefined }),
				config: fc.option(fc.dictionary(fc.string(), fc.integer()), { nil: undefined }),
			}),
		)
		.map((requests) =>
			requests.map(({ externalRef, plan, config, slug }, at) =>
				sound(at + 1, {
					...{ slug, ...(externalRef !== undefined && { externalRef }) },
					...(plan !== undefined && { plan }),
					...(config !== undefined && { config }),
				}),
			),
		);

	it("that is applied plans the same lines as all the same", () => {
		fc.assert(
			fc.property(lines, (given) => {
				const first = planImport(given, standing());
				const fresh = given.filter((_, at) => first[at]?.state === "new");
				expect(planImport(fresh, applied(fresh)).map(({ state }) => state)).toEqual(fresh.map(() => "same"));
				// What was a conflict once is none that may be applied the second time.
				expect(planImport(given, applied(fresh)).filter(({ state }) => state === "new")).toEqual([]);
			}),
		);
	});

	it("has one line for each that it was given, in their order", () => {
		fc.assert(
			fc.property(lines, (given) => {
				expect(planImport(given, withAcme()).map(({ line }) => line)).toEqual(given.map(({ line }) => line));
			}),
		);
	});
});

/** The world in which these lines have been accepted. */
function applied(lines: readonly SoundLine[]): Standing {
	const claims: Standing["claims"] = new Map(
		lines.map(({ line, names: { hostname } }) => [
			hostname,
			newClaim({ hostname, tenantId: `ten_${line}`, generation: 1, predecessor: undefined }, longAgo),
		]),
	);
	const tenants = new Map(
		lines.map(({ line, request: { name, externalRef, plan, config = {} }, names }) => [
			`ten_${line}`,
			aTenant({ tenantId: `ten_${line}`, ...names, name, externalRef, plan, config }),
		]),
	);
	const references = new Map(
		lines.flatMap(({ line, request: { externalRef } }) =>
			externalRef === undefined ? [] : [[externalRef, `ten_${line}`] as const],
		),
	);
	return standing({ claims, tenants, references });
}

function aRoute(): Tenant["routes"][number] {
	return { prefix: "/api", origin: aTenant().origin };
}

function held(claim = aClaim()): Standing["claims"] {
	return new Map([[acme, claim]]);
}

function released(at: string) {
	return releasedClaim(aClaim(), at);
}
