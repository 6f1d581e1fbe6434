import { randomInt } from "node:crypto";

/**
 * The accounts of a world share the names of name servers between them: the number in `awsdns-NN` tells whose they are, so that
 * every zone has four of its own and all of an account's lead to the address at which its server listens.
 */
const slots = 8;
const numbersPerSlot = 64 / slots;
const domains = ["com", "net", "org", "co.uk"];
const zoneName = new RegExp(`^awsdns-(\\d\\d)\\.(?:${domains.join("|").replaceAll(".", "\\.")})\\.$`);

/** The address of an account's name server and edge; Linux answers all of 127.0.0.0/8 without being told to. */
export function addressOfSlot(slot: number): string {
	return `127.0.53.${slot + 2}`;
}

/** Four name servers for a new zone, one under each of the four top-level domains, as in every delegation set of Route 53. */
export function nameServersFor(slot: number | undefined): string[] {
	const first = (slot ?? 0) * numbersPerSlot;
	const count = slot === undefined ? slots * numbersPerSlot : numbersPerSlot;
	return domains.map((domain, at) => {
		const number = at * 512 + randomInt(512);
		return `ns-${number}.awsdns-${String(first + randomInt(count)).padStart(2, "0")}.${domain}.`;
	});
}

/** Whose name servers have their names in this zone, e.g. `awsdns-09.co.uk.`; undefined when it is not such a zone. */
export function slotOfZone(apex: string): number | undefined {
	const [, number] = zoneName.exec(apex) ?? [];
	return number === undefined ? undefined : Math.floor(Number(number) / numbersPerSlot);
}
