import { amazonAuthorities, type CaaLevel, type CaaRecord, climbOf, judgeCaa } from "../../domain/caa.ts";
import { canonicalName } from "../dns/zone-source.ts";
import { type Certificate, validationRecord } from "./certificate.ts";

/** The CNAME targets of a name as the public sees them. A rejection means 'could not ask', never 'not there'. */
export type ResolveCname = (name: string) => Promise<string[]>;

/** The CAA records at exactly a name; none when it has none. A rejection means 'could not ask'. */
export type CaaAt = (name: string) => Promise<CaaRecord[]>;

/** What an authority asks before it issues. */
export interface EvidenceSources {
	resolveCname: ResolveCname;
	/** Whether a name leads to the edge. */
	leadsHere: (name: string) => Promise<boolean>;
	caaAt: CaaAt;
}

/** Those of the names in `certificate` whose control is shown now: by their record, or by their traffic. */
export async function validatedNames(
	certificate: Certificate,
	{ resolveCname, leadsHere }: EvidenceSources,
): Promise<string[]> {
	const found = await Promise.all(
		certificate.names.map(async (name) => {
			if (certificate.validatedBy === "traffic") return (await leadsHere(name)) ? [name] : [];
			const record = validationRecord(certificate.accountId, name);
			const targets = await resolveCname(record.name).catch(() => []);
			return targets.some((target) => canonicalName(target) === record.value) ? [name] : [];
		}),
	);
	return found.flat();
}

/**
 * Whether CAA lets us issue, asked of DNS from each name up to its top-level domain. `unknown` when nobody answers: a reason to ask
 * again, never to issue (https://www.rfc-editor.org/rfc/rfc8659#section-3).
 */
export async function caaVerdict(
	{ names, validatedBy }: Certificate,
	caaAt: CaaAt,
): Promise<"permits" | "forbids" | "unknown"> {
	const method = validatedBy === "traffic" ? "http-01" : "dns-01";
	for (const name of names) {
		const climb = await climbFrom(name, caaAt).catch(() => undefined);
		if (!climb) return "unknown";
		if (!judgeCaa(name, climb, amazonAuthorities, method).permitted) return "forbids";
	}
	return "permits";
}

/** The first level that has records decides, so that nothing above it is asked for. */
async function climbFrom(name: string, caaAt: CaaAt): Promise<CaaLevel[]> {
	for (const at of climbOf(name)) {
		const records = await caaAt(at);
		if (records.length > 0) return [{ name: at, records }];
	}
	return [];
}
