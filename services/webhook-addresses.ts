import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { optionalSetting } from "./settings.ts";

/**
 * Tells public unicast addresses, and those in WEBHOOK_NETWORKS (CIDRs, comma list; empty on AWS), from all others. Throws for a setting
 * that is no such list, before anything is called.
 */
export function reachability(): (address: string) => boolean {
	const networks = optionalSetting("WEBHOOK_NETWORKS").split(",");
	const allowed = networks.filter((text) => text.trim() !== "").map((text) => ipaddr.parseCIDR(text.trim()));
	return (address) => {
		const parsed = ipaddr.process(address);
		return isPublic(parsed) || allowed.some(([range, bits]) => isIn(parsed, range, bits));
	};
}

/** The address that a URL names instead of a host, as `https://[::1]/` and `https://0x7f.1/` do; undefined for a host's name. */
export function addressIn(url: string): string | undefined {
	const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
	return isIP(host) === 0 ? undefined : host;
}

type Address = ReturnType<typeof ipaddr.process>;

/** IANA has given out 2000::/3 only (https://www.iana.org/assignments/ipv6-address-space); what lies in it but is special is no unicast here. */
function isPublic(address: Address): boolean {
	if (address.range() !== "unicast") return false;
	return address.kind() === "ipv4" || isIn(address, ipaddr.parse("2000::"), 3);
}

function isIn(address: Address, range: Address, bits: number): boolean {
	return range.kind() === address.kind() && address.match(range, bits);
}
