import { limits } from "./limits.ts";
import { accepted, type Branded, type Result, refused } from "./result.ts";

/** An FQDN in canonical form: two or more lower-case labels of letters, digits and inner hyphens, no trailing dot. */
export type Hostname = Branded<string, "Hostname">;

/** A broken rule of spelling, and where: `at` counts characters from 0, `label` is the text between two dots. */
export type SpellingRefusal =
	| { rule: "characters"; at: number; found: string }
	| { rule: "empty-label"; position: number } // position: which label, counted from 1
	| { rule: "hyphens"; label: string }; // first, last, or third and fourth of what is no A-label (RFC 5891 §4.2.3.1)

/** Why ASCII text is no hostname. In the order of the checks. */
export type DnsNameRefusal =
	| SpellingRefusal
	| { rule: "label-length"; label: string; max: 63; got: number }
	| { rule: "name-length"; max: 253; got: number }
	| { rule: "ip-literal"; version: 4 | 6 }
	| { rule: "numeric-tld"; label: string } // would read as an address (RFC 3696 §2, https://url.spec.whatwg.org/#ends-in-a-number-checker)
	| { rule: "single-label" };

/**
 * Reads an ASCII name, such as one that came from DNS: lower case, one trailing dot off. Never throws.
 * A-labels pass as they are: only `parseHostname` decodes and checks them.
 */
export function readDnsName(text: string): Result<Hostname, DnsNameRefusal> {
	const stray = /[^A-Za-z0-9.-]/u.exec(text);
	if (stray) return refused({ rule: "characters", at: stray.index, found: stray[0] });
	const name = withoutTrailingDot(text).toLowerCase();
	const refusal = misspelling(name) ?? wrongLength(name) ?? wrongEnd(name);
	return refusal ? refused(refusal) : accepted(name as Hostname); // the only place that makes one
}

/** The first broken rule among those that hold for a name before and after its conversion to A-labels. */
export function misspelling(name: string): SpellingRefusal | undefined {
	const stray = /[^A-Za-z0-9.\u0080-\u{10ffff}-]/u.exec(name);
	if (stray) return { rule: "characters", at: stray.index, found: stray[0] };
	const labels = name.split(".");
	const empty = labels.indexOf("");
	if (empty >= 0) return { rule: "empty-label", position: empty + 1 };
	const label = labels.find(hasStrayHyphen);
	return label === undefined ? undefined : { rule: "hyphens", label };
}

/** One trailing dot is the root's and says only that the name is absolute. */
export function withoutTrailingDot(name: string): string {
	return name.endsWith(".") ? name.slice(0, -1) : name;
}

function hasStrayHyphen(label: string): boolean {
	if (label.startsWith("-") || label.endsWith("-")) return true;
	return label.slice(2, 4) === "--" && !/^xn--/i.test(label);
}

function wrongLength(name: string): DnsNameRefusal | undefined {
	const max = limits.dnsLabel.value;
	const label = name.split(".").find((label) => label.length > max);
	if (label !== undefined) return { rule: "label-length", label, max, got: label.length };
	if (name.length > limits.dnsName.value) return { rule: "name-length", max: limits.dnsName.value, got: name.length };
	return undefined;
}

/** `127.1`, `0x7f000001` and `2130706433` are addresses to a browser, whatever DNS thinks of them. */
function wrongEnd(name: string): DnsNameRefusal | undefined {
	const labels = name.split(".");
	const numbers = labels.filter((label) => /^(?:[0-9]+|0x[0-9a-f]*)$/.test(label));
	const last = labels.slice(-1).join();
	if (numbers.includes(last)) {
		const isAddress = numbers.length === labels.length && labels.length <= 4;
		return isAddress ? { rule: "ip-literal", version: 4 } : { rule: "numeric-tld", label: last };
	}
	return labels.length === 1 ? { rule: "single-label" } : undefined;
}
