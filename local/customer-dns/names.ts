import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { parse } from "tldts";
import { registrableDomain } from "../../domain/registrable.ts";
import { slotOfZone } from "../dns/name-servers.ts";
import { canonicalName, isWithin } from "../dns/zone-source.ts";
import { Refused } from "./refused.ts";

/** A name within a zone, both canonical. */
export interface Owner {
	name: string;
	/** The registered domain: customers here have their zones there, and none below. */
	zone: string;
}

/** Of these the embedded cloud itself has the zones, or nobody may have one. */
const others = ["test.", "cloudfront.net.", "amazonaws.com.", "aws."];

/** Reads a name under which a record is to stand, or a fault. Throws Refused. */
export function readOwner(text: string): Owner {
	const name = readName(text, { wildcard: true });
	const bare = name.slice(0, -1).replace(/^\*\./, "");
	const domain = registrableDomain(bare);
	if (domain === undefined) {
		throw new Refused(
			`'${bare}' is a public suffix: nobody has a zone of it. Take a name below it, such as acme.${bare}.`,
		);
	}
	const zone = canonicalName(domain);
	if (others.some((other) => isWithin(zone, other)) || slotOfZone(zone) !== undefined) {
		throw new Refused(
			`'${domain}' is no customer's domain: the embedded cloud has it, or nobody. Take another, such as acme.com.`,
		);
	}
	return { name, zone };
}

/** Reads a name that a record points to: absolute, whether it ends in a dot or not. Throws Refused. */
export function readTarget(text: string): string {
	if (isIP(text.trim()) !== 0) {
		throw new Refused(`'${text.trim()}' is an address, and this type points to a name: take A or AAAA for addresses.`);
	}
	return readName(text, { wildcard: false });
}

/** Without the final dot, as people write it. */
export function shown(name: string): string {
	return name === "." ? name : name.replace(/\.$/, "");
}

const longestName = 253; // RFC 1035 §3.1, without the root's dot and the first length.

function readName(text: string, { wildcard }: { wildcard: boolean }): string {
	const typed = text.trim().replace(/\.$/, "");
	const name = /[^\x20-\x7e]/.test(typed) ? domainToASCII(typed) : typed.toLowerCase();
	const labels = name.split(".");
	const hosts = wildcard && labels[0] === "*" ? labels.slice(1) : labels;
	const wrong = hosts.find((label) => !/^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
	if (wrong !== undefined) {
		throw new Refused(
			`'${typed}' is no name: '${wrong}' is not 1 to 63 letters, digits, hyphens and underscores${wildcard ? ", and * stands only at the front" : ""}.`,
		);
	}
	if (hosts.length < 2)
		throw new Refused(`'${typed}' is no full name: write it down to the top, such as shop.acme.com.`);
	if (name.length > longestName) throw new Refused(`The name has ${name.length} characters; DNS takes ${longestName}.`);
	if (/^[0-9]+$/.test(hosts.at(-1) ?? "")) throw new Refused(`'${typed}' is an address, not a name.`);
	return canonicalName(name);
}

/** Whether a canonical name is one under which registries of the world outside register, such as `com.` and `co.uk.`. */
export function isRegistry(name: string): boolean {
	if (name === ".") return false;
	const { publicSuffix, isIcann } = parse(`a.${shown(name)}`, { extractHostname: false, validateHostname: false });
	return isIcann === true && publicSuffix === shown(name);
}
