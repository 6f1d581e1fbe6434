import { type DnsNameRefusal, type Hostname, readDnsName } from "./dns-name.ts";
import { type Result, refused } from "./result.ts";

export type RequestHostRefusal =
	| { rule: "missing" }
	| { rule: "repeated" } // who reads the first and who reads the last would serve two tenants
	| { rule: "port" }
	| DnsNameRefusal;

const highestPort = 65_535;

/**
 * Reads the Host values of one request as the tenant map keys hostnames: lower case, without port and without one trailing
 * dot. Never throws. Names are compared as A-labels, so that no mapping of characters can make two tenants' names one.
 */
export function canonicalHost(values: readonly string[]): Result<Hostname, RequestHostRefusal> {
	const [value, ...others] = values;
	if (value === undefined || value === "") return refused({ rule: "missing" });
	if (others.length > 0) return refused({ rule: "repeated" });
	const [name = "", port, ...rest] = value.split(":");
	if (value.startsWith("[") || rest.length > 0) return refused({ rule: "ip-literal", version: 6 });
	if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= highestPort)) return refused({ rule: "port" });
	return readDnsName(name);
}
