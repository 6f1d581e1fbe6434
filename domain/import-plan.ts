import { canonicalJson } from "./canonical-json.ts";
import { type Claim, claimability } from "./claim.ts";
import type { KeptLine } from "./import.ts";
import type { NewTenant } from "./new-tenant.ts";
import { describeRecord, type StandingRecord } from "./standing-records.ts";
import type { Tenant } from "./tenant.ts";
import { recordsOf } from "./zone-plan.ts";

/** A line that is a sound request, with its names in canonical form. */
export interface SoundLine {
	line: number;
	request: NewTenant;
	names: Pick<Tenant, "slug" | "hostname" | "origin" | "routes">;
}

/** What stands already, as far as the lines name it. */
export interface Standing {
	claims: ReadonlyMap<string, Claim>;
	/** Hostnames whose claim does not parse: nothing can be said of them, least of all that they are free. */
	unreadable: ReadonlySet<string>;
	/** By id: the owners of those claims, and of the lines' externalRefs. */
	tenants: ReadonlyMap<string, Tenant>;
	/** Tenant ids by externalRef. */
	references: ReadonlyMap<string, string>;
	/** By name: what the zone holds. */
	records: ReadonlyMap<string, readonly StandingRecord[]>;
	distributionDomain: string;
	/** ISO time. */
	now: string;
}

/**
 * What becomes of each line:
 *
 * | the line                                                        | state    | rule          |
 * | --------------------------------------------------------------- | -------- | ------------- |
 * | names a slug or an externalRef that an earlier line names        | conflict | `repeated`    |
 * | is a tenant that stands, member for member                      | same     |               |
 * | is a tenant that stands, by slug and externalRef, but differs   | conflict | `differs`     |
 * | names a slug of another tenant's, or one in quarantine          | conflict | `unique`, `quarantine` |
 * | names an externalRef of another tenant's                        | conflict | `unique`      |
 * | names a hostname whose row in the registry cannot be read       | conflict | `unreadable`  |
 * | names a hostname under which a record of somebody else's stands | conflict | `record-exists` |
 * | else                                                            | new      |               |
 *
 * A new one whose records stand right in the zone is adopted: they are not written again.
 */
export function planImport(lines: readonly SoundLine[], standing: Standing): KeptLine[] {
	const slugs = new Set<string>();
	const references = new Set<string>();
	return lines.map((sound) => {
		const { slug } = sound.names;
		const { externalRef } = sound.request;
		const repeated = slugs.has(slug)
			? "slug"
			: externalRef !== undefined && references.has(externalRef)
				? "externalRef"
				: undefined;
		slugs.add(slug);
		if (externalRef !== undefined) references.add(externalRef);
		if (repeated) return conflict(sound, repeated, "repeated", `An earlier line has this ${repeated}.`);
		return planLine(sound, standing);
	});
}

function planLine(sound: SoundLine, standing: Standing): KeptLine {
	const { line, request, names } = sound;
	const { slug, hostname } = names;
	if (standing.unreadable.has(hostname)) {
		return conflict(
			sound,
			"slug",
			"unreadable",
			`The registry's row of '${hostname}' cannot be read: an operator has to.`,
		);
	}
	const claim = standing.claims.get(hostname);
	const stays = claim && claim.intent !== "released" && claim.intent !== "remove";
	const owner = stays ? standing.tenants.get(claim.tenantId) : undefined;
	if (owner && owner.hostname === hostname && owner.externalRef === request.externalRef) {
		const differing = differences(owner, sound);
		const [first] = differing;
		if (first === undefined) return { line, state: "same", slug, tenantId: owner.tenantId };
		const detail = `'${owner.tenantId}' has this slug, and another ${differing.join(", ")}: PATCH it, or leave the line out.`;
		return { ...conflict(sound, first, "differs", detail), tenantId: owner.tenantId };
	}
	const found = claimability(claim, standing.now);
	if (found.state === "taken") {
		const whose = claim?.intent === "remove" ? "a tenant that is leaving" : "another tenant";
		return conflict(sound, "slug", "unique", `'${slug}' belongs to ${whose}.`);
	}
	if (found.state === "quarantined") {
		return conflict(sound, "slug", "quarantine", `'${slug}' was released recently and is kept until ${found.until}.`);
	}
	if (request.externalRef !== undefined && standing.references.has(request.externalRef)) {
		return conflict(sound, "externalRef", "unique", `'${request.externalRef}' already belongs to a tenant.`);
	}
	const records = standing.records.get(hostname) ?? [];
	const wanted = recordsOf(hostname, standing.distributionDomain);
	const foreign = records.find((record) => isForeign(record, standing.distributionDomain));
	if (foreign) {
		const detail = `${describeRecord(foreign)} stands in the zone: remove it first, so that nothing of somebody else's is overwritten.`;
		return conflict(sound, "slug", "record-exists", detail);
	}
	const adopted = wanted.every(({ type }) => records.some((record) => record.type === type));
	return { line, state: "new", slug, ...(adopted && { adopted }), request };
}

/** Whether an UPSERT of our aliases would be refused because of a record, or take it from somebody. One of several sets is as foreign. */
function isForeign({ type, aliasTarget, setIdentifier }: StandingRecord, distributionDomain: string): boolean {
	if (type === "CNAME") return true;
	return (type === "A" || type === "AAAA") && (aliasTarget !== distributionDomain || setIdentifier !== undefined);
}

function conflict({ line, names: { slug } }: SoundLine, field: string, rule: string, detail: string): KeptLine {
	return { line, state: "conflict", slug, problem: { field, rule, detail } };
}

/** The members in which a tenant is not what the line asks for. */
function differences(tenant: Tenant, { request, names }: SoundLine): string[] {
	const asked = {
		name: request.name,
		plan: request.plan,
		origin: names.origin,
		routes: names.routes,
		config: request.config ?? {},
	};
	return Object.entries(asked)
		.filter(([member, value]) => canonicalJson(Reflect.get(tenant, member)) !== canonicalJson(value))
		.map(([member]) => member);
}
