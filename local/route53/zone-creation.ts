import { randomInt } from "node:crypto";
import { AwsError } from "../aws/service.ts";
import { nameServersFor } from "../dns/name-servers.ts";
import { nameProblem, normalizedName } from "./names.ts";
import type { Route53Quotas } from "./quotas.ts";
import type { RecordSet } from "./record-set.ts";
import type { Route53Tables } from "./tables.ts";
import type { Zone } from "./zone-table.ts";

/** A zone with its own four name servers, NS and SOA. Throws HostedZoneAlreadyExists for a caller reference used before. */
export function addZone(
	tables: Route53Tables,
	quotas: Route53Quotas,
	wanted: Omit<Zone, "id" | "nameServers">,
	slot?: number,
): Zone {
	const { callerReference, accountId } = wanted;
	const name = normalizedName(wanted.name);
	const problem = nameProblem(name);
	if (problem) throw new AwsError("InvalidDomainName", `${name} is not a valid domain name: ${problem}`);
	const existing = tables.zones.of(accountId);
	if (existing.some((zone) => zone.callerReference === callerReference)) {
		const told = `A hosted zone has already been created with the specified caller reference: ${callerReference}`;
		throw new AwsError("HostedZoneAlreadyExists", told, 409);
	}
	if (existing.length >= quotas.zonesPerAccount) {
		throw new AwsError("TooManyHostedZones", "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER");
	}
	const nameServers = nameServersFor(slot);
	const zone = { ...wanted, id: randomId("Z"), name, nameServers };
	tables.addZone(zone, apexSets(name, nameServers));
	return zone;
}

const idCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** An id as Route 53 makes them: `C…` of a change, `Z…` of a zone. */
export function randomId(letter: "C" | "Z"): string {
	return letter + Array.from({ length: 20 }, () => idCharacters[randomInt(idCharacters.length)]).join("");
}

/** TTLs and SOA fields as Route 53 sets them: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html */
function apexSets(name: string, nameServers: string[]): RecordSet[] {
	const soa = `${nameServers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
	return [
		{ name, type: "NS", ttlSeconds: 172_800, values: nameServers },
		{ name, type: "SOA", ttlSeconds: 900, values: [soa] },
	];
}
