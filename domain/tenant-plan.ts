import { canonicalJson } from "./canonical-json.ts";
import { parseHostname } from "./hostname.ts";
import type { ImportLine } from "./import.ts";
import type { NewTenant, TenantPatch } from "./new-tenant.ts";
import type { Origin, OriginInput } from "./origin.ts";
import type { Tenant } from "./tenant.ts";
import type { TenantView } from "./tenant-view.ts";

/** What one environment gives to another: all that was asked for of a tenant, and nothing of how it stands. */
export type Configuration = Pick<Tenant, "slug" | "name" | "externalRef" | "plan" | "origin" | "routes" | "config">;

/** A tenant of the environment that the plan is for. */
export type StandingTenant = Configuration &
	Pick<TenantView, "tenantId" | "revision" | "status" | "hostname" | "formerHostnames">;

/** One member that becomes another: `origin.port`, `config.theme`, `routes./ai.host`. What is not there is left out. */
export interface FieldChange {
	field: string;
	from?: unknown;
	to?: unknown;
}

/** What would become of one line. */
export type PlannedTenant =
	| { state: "new"; slug: string; request: NewTenant }
	| {
			state: "changed";
			slug: string;
			tenantId: string;
			revision: number;
			status: TenantView["status"];
			changes: FieldChange[];
			patch: TenantPatch;
			/** The whole line, with which the environment itself is asked. */
			request: NewTenant;
	  }
	| { state: "same"; slug: string; tenantId: string; status: TenantView["status"] }
	| { state: "conflict"; slug: string; problem: { field: string; rule: string; detail: string } };

/** The line of a tenant: the request by which it would sign up as it is configured. Members stand in one order, so that files compare. */
export function lineOf({ slug, name, externalRef, plan, origin, routes, config }: Configuration): NewTenant {
	return {
		...{ slug, name },
		...(externalRef !== undefined && { externalRef }),
		...(plan !== undefined && { plan }),
		...{ origin, routes, config },
	};
}

/**
 * What becomes of each line, by its slug: hostnames differ from environment to environment, as their platform domains do.
 *
 * | the line                                                            | state    | rule               |
 * | ------------------------------------------------------------------- | -------- | ------------------ |
 * | has the slug or the externalRef of an earlier line                  | conflict | `repeated`         |
 * | has a slug whose tenant is leaving                                  | conflict | `leaving`          |
 * | has a slug that redirects to a tenant's present name                | conflict | `unique`           |
 * | has a slug whose tenant the billing system knows by another id      | conflict | `another-customer` |
 * | has an externalRef of another tenant's                              | conflict | `unique`           |
 * | has a slug that no tenant has                                       | new      |                    |
 * | has a slug whose tenant is configured so                            | same     |                    |
 * | else                                                                | changed  |                    |
 *
 * A line is the whole configuration: a plan, route or setting that it does not name goes away. Only an externalRef that it does not
 * name stays, since billing systems have their own ids in each environment.
 */
export function planTenants(lines: readonly NewTenant[], standing: readonly StandingTenant[]): PlannedTenant[] {
	const world = indexed(standing);
	const seen = { slugs: new Set<string>(), references: new Set<string>() };
	return lines.map((line) => {
		const wanted = completed(line);
		const { slug, externalRef } = wanted;
		const repeatsReference = externalRef !== undefined && seen.references.has(externalRef);
		const repeated = seen.slugs.has(slug) ? "slug" : repeatsReference ? "externalRef" : undefined;
		seen.slugs.add(slug);
		if (externalRef !== undefined) seen.references.add(externalRef);
		if (repeated) return conflict(slug, repeated, "repeated", `An earlier line has this ${repeated}.`);
		return planLine(wanted, world);
	});
}

/** What has to be done. */
export function isOpen(planned: PlannedTenant): planned is Extract<PlannedTenant, { state: "new" | "changed" }> {
	return planned.state === "new" || planned.state === "changed";
}

/**
 * The plan after the environment's own opinion of its open lines, in their order: the answer of an import's dry run. What it would
 * not take becomes a conflict. That a changed one stands already is what it is changed for, and no objection.
 */
export function afterDryRun(plan: readonly PlannedTenant[], answers: readonly ImportLine[]): PlannedTenant[] {
	const byLine = new Map(answers.map((answer) => [answer.line, answer]));
	let line = 0;
	return plan.map((planned) => {
		if (!isOpen(planned)) return planned;
		line++;
		const answer = byLine.get(line);
		const counts = answer?.state === "invalid" || planned.state === "new";
		return answer?.problem && counts ? { state: "conflict", slug: planned.slug, problem: answer.problem } : planned;
	});
}

interface World {
	/** Tenants that have not left. */
	bySlug: ReadonlyMap<string, StandingTenant>;
	byReference: ReadonlyMap<string, StandingTenant>;
	/** Who had a slug before. */
	byFormerSlug: ReadonlyMap<string, StandingTenant>;
}

function indexed(standing: readonly StandingTenant[]): World {
	const present = standing.filter(({ status }) => status !== "released");
	return {
		bySlug: new Map(present.map((tenant) => [tenant.slug, tenant])),
		byReference: new Map(
			present.flatMap((tenant) => (tenant.externalRef === undefined ? [] : [[tenant.externalRef, tenant] as const])),
		),
		byFormerSlug: new Map(
			present.flatMap((tenant) => tenant.formerHostnames.map((hostname) => [labelOf(hostname), tenant] as const)),
		),
	};
}

function planLine(wanted: Configuration, world: World): PlannedTenant {
	const { slug, externalRef } = wanted;
	const tenant = world.bySlug.get(slug);
	if (tenant?.status === "removing") {
		return conflict(slug, "slug", "leaving", `'${tenant.tenantId}' has this slug, and is leaving.`);
	}
	const former = world.byFormerSlug.get(slug);
	if (!tenant && former) {
		return conflict(slug, "slug", "unique", `This slug redirects to '${former.slug}', which had it before.`);
	}
	if (externalRef !== undefined && tenant?.externalRef !== undefined && tenant.externalRef !== externalRef) {
		const detail = `'${tenant.tenantId}' is '${tenant.externalRef}' here, not '${externalRef}': leave externalRef out where each environment has its own.`;
		return conflict(slug, "externalRef", "another-customer", detail);
	}
	const holder = externalRef === undefined ? undefined : world.byReference.get(externalRef);
	if (holder && holder !== tenant) {
		return conflict(slug, "externalRef", "unique", `'${externalRef}' is the tenant '${holder.slug}' here.`);
	}
	const request = lineOf(wanted);
	if (!tenant) return { state: "new", slug, request };
	const { tenantId, revision, status } = tenant;
	const changes = changesTo(wanted, tenant);
	if (changes.length === 0) return { state: "same", slug, tenantId, status };
	return { state: "changed", slug, tenantId, revision, status, changes, patch: patchFor(wanted, changes), request };
}

function conflict(slug: string, field: string, rule: string, detail: string): PlannedTenant {
	return { state: "conflict", slug, problem: { field, rule, detail } };
}

/** The line as the environment would keep it: what is left out of an origin is https, 443 and no prefix. */
function completed({ slug, name, externalRef, plan, origin, routes = [], config = {} }: NewTenant): Configuration {
	return {
		slug: slug.trim().toLowerCase(),
		...{ name, externalRef, plan, config },
		origin: completedOrigin(origin),
		routes: routes.map(({ prefix, origin }) => ({ prefix, origin: completedOrigin(origin) })),
	};
}

/** A host that is none stays as it is: the environment says what is wrong with it. */
function completedOrigin({ host, port = 443, pathPrefix = "" }: OriginInput): Origin {
	const read = parseHostname(host);
	return { host: read.ok ? read.value : host, port, protocol: "https", pathPrefix };
}

/** Field by field, in the order of `lineOf`. The order of routes means nothing: the longest prefix wins. */
function changesTo(wanted: Configuration, tenant: StandingTenant): FieldChange[] {
	const shapeOf = ({ name, plan, origin, routes, config }: Configuration) => ({
		...{ name, plan, origin },
		routes: Object.fromEntries(routes.map(({ prefix, origin }) => [prefix, origin])),
		config,
	});
	const reference =
		wanted.externalRef === undefined ? [] : differences(tenant.externalRef, wanted.externalRef, "externalRef");
	return [...reference, ...differences(shapeOf(tenant), shapeOf(wanted), "")];
}

function differences(from: unknown, to: unknown, field: string): FieldChange[] {
	if (canonicalJson({ value: from }) === canonicalJson({ value: to })) return [];
	if (!isRecord(from) || !isRecord(to)) {
		return [{ field, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
	}
	const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
	return names.flatMap((name) => {
		const inner = field === "" ? name : `${field}.${name}`;
		return differences(ownMember(from, name), ownMember(to, name), inner);
	});
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A setting may be called like what every object inherits. */
function ownMember(record: Record<string, unknown>, name: string): unknown {
	return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Members change whole, so one field of them is enough. */
function patchFor(wanted: Configuration, changes: readonly FieldChange[]): TenantPatch {
	const members = new Set(changes.map(({ field }) => field.replace(/\..*$/, "")));
	const { name, externalRef, plan = null, origin, routes, config } = wanted;
	const all = { name, externalRef, plan, origin, routes, config };
	return Object.fromEntries(Object.entries(all).filter(([member]) => members.has(member)));
}

function labelOf(hostname: string): string {
	return hostname.replace(/\..*$/, "");
}
