import { type PolicyRecord, policyRecords } from "./apex-records.ts";
import { type Diagnosis, fault } from "./diagnosis.ts";
import type { Apex } from "./registrar.ts";

/** A record set as it stands in a zone. */
export interface ZoneRecord {
	name: string;
	type: string;
	/** As Route 53 gives them; none of an alias. */
	values: readonly string[];
}

/**
 * Nothing is provisioned under an apex (R5): its zone holds its own NS and SOA, its policies as the parameters have them, the mail of one
 * that sends some, and delegations to the accounts that have them. `delegated`: the names of these.
 */
export function apexDiagnoses(
	records: readonly ZoneRecord[],
	apex: Apex,
	delegated: readonly string[],
): readonly Diagnosis[] {
	const policies = policyRecords(apex);
	const isPolicy = (record: ZoneRecord) => policies.some((policy) => isSameSet(policy, record));
	const isOwn = ({ name, type }: ZoneRecord) => name === apex.name && (type === "NS" || type === "SOA");
	const isDelegation = ({ name, type }: ZoneRecord) => delegated.includes(name) && (type === "NS" || type === "DS");
	const isMail = (record: ZoneRecord) => apex.sendsMail && isOfMail(record, apex.name);
	const foreign = records.filter(
		(record) => !isPolicy(record) && !isOwn(record) && !isDelegation(record) && !isMail(record),
	);
	return [
		...policies.flatMap((policy) => policyDiagnoses(policy, records, apex.name)),
		...foreign.map(({ name, type }) =>
			fault(
				`The apex zone ${apex.name} holds ${type} of ${name}.`,
				"Move it to the zone of an environment, or delete it: the apex only delegates.",
			),
		),
	];
}

/** CloudFormation compares templates: what hands have changed stays so until its record set differs there. */
function policyDiagnoses(policy: PolicyRecord, records: readonly ZoneRecord[], apex: string): Diagnosis[] {
	const { name, type, values } = policy;
	const wanted = values.join(", ");
	const fix = `Set ${type} of ${name} to ${wanted}, in the registrar's account: a deployment that changes nothing does not bring it back.`;
	const found = records.find((record) => isSameSet(policy, record));
	if (!found) return [fault(`The apex zone ${apex} lacks ${type} of ${name}.`, fix)];
	if (textOf(found.values) === textOf(values)) return [];
	return [
		fault(`The apex zone ${apex} has another ${type} of ${name} than its policy: ${found.values.join(", ")}.`, fix),
	];
}

/** DMARC (RFC 7489), DKIM (RFC 6376), MTA-STS (RFC 8461), TLS reports (RFC 8460). */
const mailLabels = ["_dmarc", "_domainkey", "_mta-sts", "_tls"];

/** What a domain with mail has of its own: where mail goes and who sends it (MX, SPF), and policies and keys, which may be a provider's. */
function isOfMail({ name, type }: ZoneRecord, apex: string): boolean {
	if (name === apex) return type === "MX" || type === "TXT";
	const isText = type === "TXT" || type === "CNAME";
	return isText && mailLabels.some((label) => `.${name}`.endsWith(`.${label}.${apex}`));
}

function isSameSet(left: { name: string; type: string }, right: { name: string; type: string }): boolean {
	return left.name === right.name && left.type === right.type;
}

const textOf = (values: readonly string[]) => values.toSorted().join("\n");
