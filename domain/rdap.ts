import { z } from "zod";
import { type DsRecord, type Registration, type Told, told, untold } from "./registration.ts";

/** Which servers answer for which names, as IANA lists it (RFC 9224): `services` holds pairs of suffixes and base URLs. */
export const bootstrapSchema = z.object({
	services: z.array(z.tuple([z.array(z.string().toLowerCase()), z.array(z.url())])),
});
export type Bootstrap = z.infer<typeof bootstrapSchema>;

/** URL at which a domain is looked up (RFC 9082, section 3.1.3): of the longest suffix that is listed, HTTPS first. Undefined when nobody answers for it. */
export function rdapUrlOf(name: string, { services }: Bootstrap): string | undefined {
	const labels = name.split(".");
	for (let from = 1; from < labels.length; from++) {
		const suffix = labels.slice(from).join(".");
		const urls = services.find(([suffixes]) => suffixes.includes(suffix))?.[1] ?? [];
		const base = urls.find((url) => url.startsWith("https:")) ?? urls[0];
		if (base !== undefined) return `${base.replace(/\/$/, "")}/domain/${name}`;
	}
	return undefined;
}

const statuses = z.array(z.string().toLowerCase()).optional();
const entitySchema = z.object({
	roles: z.array(z.string().toLowerCase()).default([]),
	handle: z.string().optional(),
	status: statuses,
	/** jCard (RFC 7095): a list of `[property, parameters, type, value …]`. What is none is nobody's name. */
	vcardArray: z
		.tuple([z.literal("vcard"), z.array(z.array(z.unknown()))])
		.optional()
		.catch(undefined),
});
const dsSchema = z
	.object({
		keyTag: z.coerce.number().int(),
		algorithm: z.coerce.number().int(),
		digestType: z.coerce.number().int(),
		digest: z.string().toUpperCase(),
	})
	.transform(({ keyTag, algorithm, digestType, digest }): DsRecord => ({ keyTag, algorithm, digestType, digest }));

/** A registry's answer about a domain, as far as we read it (RFC 9083, section 5.3); every member but the class may be missing. */
export const rdapDomainSchema = z.object({
	objectClassName: z.literal("domain"),
	ldhName: z.string().toLowerCase().optional(),
	status: statuses,
	events: z.array(z.object({ eventAction: z.string().toLowerCase(), eventDate: z.string().optional() })).default([]),
	entities: z.array(entitySchema).default([]),
	nameservers: z.array(z.object({ ldhName: z.string().toLowerCase().optional() })).optional(),
	secureDNS: z.object({ delegationSigned: z.boolean().optional(), dsData: z.array(dsSchema).optional() }).optional(),
});
export type RdapDomain = z.infer<typeof rdapDomainSchema>;

const notTold = untold("its registry does not tell");

/**
 * What a registry tells of a domain. It never tells whether its registrar renews it, and seldom whether anybody is reachable: that is
 * `untold`, as is each member that it leaves out.
 */
export function registrationIn(document: RdapDomain, name: string): Registration {
	const { status, entities, nameservers } = document;
	const registrar = entities.find(({ roles }) => roles.includes("registrar"));
	const registrant = entities.find(({ roles }) => roles.includes("registrant"));
	const registrarName = registrar && (nameIn(registrar) ?? registrar.handle);
	return {
		name,
		registrar: orUntold(registrarName),
		expiresAt: expiryIn(document),
		autoRenew: notTold,
		// RFC 8056 has the names that EPP's statuses have here.
		transferLock: orUntold(
			status?.some((one) => one === "client transfer prohibited" || one === "server transfer prohibited"),
		),
		contactsVerified: registrant?.status?.includes("validated") ? told(true) : notTold,
		nameServers: orUntold(nameservers?.flatMap(({ ldhName }) => ldhName?.replace(/\.$/, "") ?? []).sort()),
		dsRecords: dsIn(document),
	};
}

function orUntold<T>(value: T | undefined): Told<T> {
	return value === undefined ? notTold : told(value);
}

function nameIn({ vcardArray }: z.infer<typeof entitySchema>): string | undefined {
	const [, , , name] = vcardArray?.[1].find(([property]) => property === "fn") ?? [];
	return typeof name === "string" && name !== "" ? name : undefined;
}

function expiryIn({ events }: RdapDomain): Told<string> {
	const written = events.find(({ eventAction }) => eventAction === "expiration")?.eventDate;
	const ms = Date.parse(written ?? "");
	return Number.isNaN(ms) ? notTold : told(new Date(ms).toISOString());
}

/** Keys in place of their digests would have to be hashed to be compared; resolvers are asked in any case. */
function dsIn({ secureDNS }: RdapDomain): Told<DsRecord[]> {
	if (secureDNS?.dsData) return told(secureDNS.dsData);
	return secureDNS?.delegationSigned === false ? told([]) : notTold;
}
