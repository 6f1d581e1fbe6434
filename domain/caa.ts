/** A CAA record as it stands (https://www.rfc-editor.org/rfc/rfc8659#section-4.1). */
export interface CaaRecord {
	/** 128: whoever does not know the tag must not issue. */
	flags: number;
	/** In any case, e.g. `issue`. */
	tag: string;
	value: string;
}

/** What stands at a name; names without CAA have none. */
export interface CaaLevel {
	name: string;
	records: readonly CaaRecord[];
}

export type CaaJudgement =
	| { permitted: true }
	/** `name`: where the records stand that forbid it; `remedy`: what to do with them, without a full stop. */
	| { permitted: false; name: string; because: string; remedy: string };

/** As ACM documents them: any one permits it. https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html */
export const amazonAuthorities: readonly string[] = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"];

/** https://www.iana.org/assignments/pkix-parameters: of the other tags none is about certificates for servers. */
const knownTags = new Set(["issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"]);
const criticalFlag = 128;

/** How control of a name is shown to an authority, as RFC 8657 names it: by a DNS record, or over HTTP. */
export type ValidationMethod = "dns-01" | "http-01";

/**
 * Whether one of `authorities` may issue for a hostname, or for a wildcard (`*.app.example.com`), once it has validated it by `method`.
 * `climb`: what stands at the names of `climbOf`, in its order. The first that has CAA records decides alone; for a wildcard
 * `issuewild` counts, and `issue` where there is none (https://www.rfc-editor.org/rfc/rfc8659#section-4).
 */
export function judgeCaa(
	hostname: string,
	climb: readonly CaaLevel[],
	authorities: readonly string[],
	method: ValidationMethod = "dns-01",
): CaaJudgement {
	const level = climb.find(({ records }) => records.length > 0);
	if (!level) return { permitted: true };
	const { name, records } = level;
	const critical = records.find(({ flags, tag }) => (flags & criticalFlag) !== 0 && !knownTags.has(tag.toLowerCase()));
	if (critical) {
		const because = `nobody may issue who does not know '${critical.tag}'`;
		const remedy = `Take the record ${critical.flags} ${critical.tag} out of the CAA records of ${name}`;
		return { permitted: false, name, because, remedy };
	}
	const valuesOf = (tag: string) => records.filter((one) => one.tag.toLowerCase() === tag).map(({ value }) => value);
	const wild = hostname.startsWith("*.") ? valuesOf("issuewild") : [];
	const tag = wild.length > 0 ? "issuewild" : "issue";
	const counting = wild.length > 0 ? wild : valuesOf("issue");
	// Records of other tags alone forbid nothing.
	if (counting.length === 0 || counting.some((value) => permits(value, authorities, method)))
		return { permitted: true };
	const because = `all that it says of '${tag}' is ${counting.map(quoted).join(", ")}`;
	// Of the tag that decides: an issuewild beside issue alone would shut out who may issue wildcards now.
	const [permitting] = authorities.map((authority) => `0 ${tag} "${authority}"`);
	const remedy = `Add ${permitting} to the CAA records of ${name}`;
	return { permitted: false, name, because, remedy };
}

/**
 * The names at which CAA is looked for, from the name itself up to the top-level domain; a wildcard's star is no name
 * (https://www.rfc-editor.org/rfc/rfc8659#section-3).
 */
export function climbOf(hostname: string): string[] {
	const labels = hostname.replace(/^\*\./, "").split(".");
	return labels.map((_, at) => labels.slice(at).join("."));
}

/** Letters, digits and inner hyphens; a value is of what can be printed, without spaces and semicolons. */
const tagOrLabel = "[a-z0-9]+(?:-+[a-z0-9]+)*";
const issueValue = new RegExp(`^[ \\t]*(${tagOrLabel}(?:\\.${tagOrLabel})*)?[ \\t]*(?:;[ \\t]*(.*?)[ \\t]*)?$`, "is");
const parameter = new RegExp(`^(${tagOrLabel})[ \\t]*=[ \\t]*([!-:<-~]*)$`, "i");

/**
 * `<authority>; <name>=<value>; …`. What is written otherwise permits nobody, as does `;` alone: also a final dot, a parameter without a value,
 * a semicolon behind the last parameter (https://www.rfc-editor.org/rfc/rfc8659#section-4.2).
 */
function permits(value: string, authorities: readonly string[], method: ValidationMethod): boolean {
	const [, issuer = "", list = ""] = issueValue.exec(value) ?? [];
	if (!authorities.includes(issuer.toLowerCase())) return false;
	return list === "" || list.split(";").every((one) => isMet(one.replace(/^[ \t]+|[ \t]+$/g, ""), method));
}

/** https://www.rfc-editor.org/rfc/rfc8657; others are between the authority and whoever has agreed them with it. */
function isMet(text: string, method: ValidationMethod): boolean {
	const [, name, value = ""] = parameter.exec(text) ?? [];
	switch (name?.toLowerCase()) {
		case undefined:
			return false;
		case "validationmethods":
			return value.split(",").includes(method);
		// Bound to one account with the authority, and ACM's is nobody's.
		case "accounturi":
			return false;
		default:
			return true;
	}
}

function quoted(value: string): string {
	return `'${value}'`;
}
