import type { Apex } from "./registrar.ts";

/** A record set that says what may be done in a domain's name, and leads nowhere. */
export interface PolicyRecord {
	/** Of the policy, for the resource's name. */
	policy: "Caa" | "NullMx" | "Spf" | "Dmarc";
	name: string;
	type: "CAA" | "MX" | "TXT";
	/** As Route 53 takes them. */
	values: readonly string[];
}

/**
 * All that stands in an apex zone beside delegations: who may issue certificates, wildcards included, and, where there is no mail, that
 * there is none: RFC 7505 (null MX), RFC 7208 (SPF), RFC 7489 (DMARC).
 */
export function policyRecords({ name, certificateAuthorities, sendsMail }: Apex): PolicyRecord[] {
	const values = ["issue", "issuewild"].flatMap((tag) =>
		certificateAuthorities.map((authority) => `0 ${tag} "${authority}"`),
	);
	const caa: PolicyRecord = { policy: "Caa", name, type: "CAA", values };
	if (sendsMail) return [caa];
	return [
		caa,
		{ policy: "NullMx", name, type: "MX", values: ["0 ."] },
		{ policy: "Spf", name, type: "TXT", values: ['"v=spf1 -all"'] },
		{
			policy: "Dmarc",
			name: `_dmarc.${name}`,
			type: "TXT",
			values: ['"v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"'],
		},
	];
}

/** A resource of a template, as far as it is looked at here. */
export interface TemplateResource {
	Type: string;
	Properties?: Record<string, unknown> | undefined;
}

/**
 * Why resources may not be in the registrar's template, one sentence each that names the resource: zones other than the apexes', and
 * record sets other than their policies (R5). Delegations are each written by the account that they lead to (R14).
 */
export function apexViolations(
	resources: Readonly<Record<string, TemplateResource>>,
	apexes: readonly Apex[],
): string[] {
	const allowed = new Set(
		apexes.flatMap(policyRecords).map((record) => keyOf(record.name, record.type, record.values)),
	);
	return Object.entries(resources).flatMap(([id, { Type, Properties = {} }]) => {
		const { Name, Type: recordType, ResourceRecords } = Properties;
		if (Type === "AWS::Route53::HostedZone") {
			return apexes.some((apex) => apex.name === Name) ? [] : [`${id}: a zone of ${textOf(Name)}, which is no apex`];
		}
		if (Type === "AWS::Route53::RecordSetGroup") return [`${id}: a group of record sets; only single ones are checked`];
		if (Type !== "AWS::Route53::RecordSet" || allowed.has(keyOf(Name, recordType, ResourceRecords))) return [];
		return [`${id}: ${textOf(recordType)} of ${textOf(Name)}, which is no policy of an apex`];
	});
}

// What is not plain text equals nothing that is allowed.
function keyOf(name: unknown, type: unknown, values: unknown): string {
	return JSON.stringify([name, type, values]);
}

function textOf(value: unknown): string {
	return typeof value === "string" ? value : JSON.stringify(value);
}
