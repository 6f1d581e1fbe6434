import { shown } from "./names.ts";
import type { RecordRow } from "./tables.ts";

const howToForce = "or force it (--force), to have the mistake";

/** What a provider would say against a record beside those that stand at its name; undefined when nothing. */
export function conflictOf(record: RecordRow, zone: string, standing: readonly RecordRow[]): string | undefined {
	const { type, name, values } = record;
	const others = standing.filter((other) => other.type !== type).map((other) => other.type);
	const has = others.join(" and ");
	if (type === "CNAME") {
		if (name === zone) {
			return `${shown(name)} is the apex of its zone and has SOA and NS: a CNAME cannot stand beside them (RFC 1034 §3.6.2). Set an ALIAS, ${howToForce}.`;
		}
		if (values.includes(name))
			return `A CNAME of ${shown(name)} to itself leads nowhere. Give another target, ${howToForce}.`;
		if (others.length > 0) {
			return `${shown(name)} has ${has}: a CNAME stands alone at its name (RFC 1034 §3.6.2). Remove ${has} first, ${howToForce}.`;
		}
	}
	if (others.includes("CNAME")) {
		return `${shown(name)} has a CNAME, which stands alone at its name (RFC 1034 §3.6.2). Remove it first, ${howToForce}.`;
	}
	const isAddress = (one: string) => one === "A" || one === "AAAA";
	if ((type === "ALIAS" && others.some(isAddress)) || (isAddress(type) && others.includes("ALIAS"))) {
		return `${shown(name)} has ${has}: an ALIAS takes the place of A and AAAA. Remove ${has} first, ${howToForce}.`;
	}
	return undefined;
}
