import { z } from "zod";
import { type Claim, statusOf } from "./claim.ts";
import { conditionSchema, conditionTypes, firstObstacle, type HostnameStatus, hostnameStatuses } from "./conditions.ts";
import { validations } from "./custom-domain.ts";
import { type DomainRecord, recordsToSet } from "./domain-records.ts";
import { actors } from "./errors.ts";
import { registrableDomain } from "./registrable.ts";
import type { Tenant } from "./tenant.ts";
import { type Check, checkSchema } from "./wait.ts";

const recordType = z.enum(["CNAME", "TXT", "ALIAS"]).meta({
	description: "ALIAS: what the provider calls a name that it resolves itself (ANAME, CNAME flattening).",
});

/** A record that the customer sets. */
const recordSchema = z
	.object({
		name: z.string().nullable().meta({ description: "Null, as is its value, until ACM has told them." }),
		type: recordType,
		value: z.string().nullable(),
		purposes: z.array(z.enum(["ownership", "traffic", "certificate"])).readonly(),
		when: z.enum(["now", "later"]),
		note: z.string(),
		alternatives: z
			.array(z.object({ name: z.string(), type: recordType, value: z.string(), note: z.string() }))
			.readonly()
			.meta({ description: "Other records that do the same." }),
	})
	.meta({ id: "DomainRecord" }) satisfies z.ZodType<DomainRecord>;

/** A custom domain as callers see it: what its customer sets, how it stands, who has to act, and when it is looked at next. */
export const domainViewSchema = z
	.object({
		hostname: z.string(),
		tenantId: z.string(),
		status: z.enum(hostnameStatuses),
		primary: z.boolean().meta({ description: "The tenant's other names redirect to it." }),
		validation: z.enum(validations),
		attempt: z.int().positive(),
		redirectTo: z.string().nullable(),
		records: z.array(recordSchema).meta({ description: "What the customer sets at its DNS provider." }),
		conditions: z.array(conditionSchema.extend({ type: z.enum(conditionTypes) })),
		nextActor: z.enum(actors).nullable().meta({ description: "Who acts next; null when nobody has to." }),
		fix: z.string().nullable().meta({ description: "What exactly the next actor has to do." }),
		waiting: z
			.object({
				kind: checkSchema.shape.kind,
				since: z.string(),
				lastSeen: z.string().nullable(),
				nextCheckAt: z.string(),
			})
			.nullable()
			.meta({ description: "What is looked for, and when the next look is." }),
		certificateEndsAt: z.string().nullable(),
		imitates: z.array(z.string()).meta({ description: "Domains of other tenants that it is easily taken for." }),
		operationId: z.string().nullable().meta({ description: "Its newest operation." }),
		generation: z.int(),
		createdAt: z.string(),
		updatedAt: z.string(),
	})
	.meta({ id: "Domain" });
export type DomainView = z.infer<typeof domainViewSchema>;

export interface DomainPlace {
	platformDomain: string;
	check: Check | undefined;
}

/** The domain of `claim`; throws when that is a platform subdomain. */
export function domainView(claim: Claim, tenant: Tenant, place: DomainPlace): DomainView {
	const { custom, hostname, generation, createdAt, updatedAt } = claim;
	if (!custom) throw new Error(`'${hostname}' is no custom domain.`);
	const status = statusWithin(tenant, claim);
	return {
		...{ hostname, tenantId: claim.tenantId, status, generation, createdAt, updatedAt },
		primary: tenant.primaryHostname === hostname,
		validation: custom.validation,
		attempt: custom.attempt,
		redirectTo: custom.redirectTo ?? null,
		records: recordsOf(claim, place),
		conditions: conditionTypes.map((type) => ({ type, ...claim.conditions[type] })),
		...nextStep(claim, status),
		waiting: place.check ? waitingFor(place.check) : null,
		certificateEndsAt: custom.certificateEndsAt ?? null,
		imitates: custom.imitates ?? [],
		operationId: claim.lastOperationId ?? null,
	};
}

/** The records that a domain's customer sets; none for what is going. */
export function recordsOf({ hostname, custom, intent }: Claim, { platformDomain }: DomainPlace): DomainRecord[] {
	if (!custom || intent !== "serve") return [];
	return recordsToSet({
		...{ hostname, platformDomain, token: custom.token, proofs: custom.proofs, validation: custom.validation },
		wildcard: hostname.startsWith("*."),
		isApex: registrableDomain(hostname) === hostname,
		...{ validationRecord: custom.validationRecord, routingEndpoint: custom.endpoint },
	});
}

/** A domain has no suspension of its own: it follows its tenant's. */
function statusWithin(tenant: Tenant, claim: Claim): HostnameStatus {
	const status = statusOf(claim);
	return status === "active" && tenant.suspension ? "suspended" : status;
}

function nextStep(claim: Claim, status: HostnameStatus): Pick<DomainView, "nextActor" | "fix"> {
	if (status === "active" || status === "released") return { nextActor: null, fix: null };
	if (status === "suspended") {
		return { nextActor: "operator", fix: `POST /v1/tenants/${claim.tenantId}/resume brings its tenant back.` };
	}
	const obstacle = claim.intent === "serve" ? firstObstacle(claim.conditions) : undefined;
	if (!obstacle) return { nextActor: "hostmaster", fix: "Nothing to do: it is being taken down." };
	return { nextActor: obstacle.actor, fix: obstacle.fix ?? obstacle.message };
}

function waitingFor({ kind, startedAt, lastSeen, nextCheckAt }: Check): DomainView["waiting"] {
	return { kind, since: startedAt, lastSeen: lastSeen ?? null, nextCheckAt };
}
