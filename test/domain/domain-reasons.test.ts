import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue, type Reason } from "../../domain/domain-diagnosis/catalogue.ts";
import { isInNetwork } from "../../domain/domain-diagnosis/cidr.ts";
import { isCloudFront, providerOf } from "../../domain/domain-diagnosis/providers.ts";

// Object.keys forgets the key type that the catalogue has.
const reasons = Object.keys(catalogue) as Reason[];
const document = readFileSync("docs/domain-reasons.md", "utf8");
const shown = (text: string) => text.replace(/\{([a-zA-Z]+)\}/g, "‹$1›");

describe("the catalogue of reasons", () => {
	it("has thirty at least, each with a code of its own spelling", () => {
		expect(reasons.length).toBeGreaterThanOrEqual(30);
		expect(reasons.filter((reason) => !/^[a-z]+(?:-[a-z]+)*$/.test(reason))).toEqual([]);
	});

	it.each(reasons)("says of %s what is so, what to do and where it is written, in sentences", (reason) => {
		const { message, fix, docs } = catalogue[reason];
		expect(message).toMatch(/^[A-Z{].*\.$/);
		expect(fix).toMatch(/^[A-Z{].*[.}]$/);
		expect(docs).toMatch(/^https:\/\//);
	});

	it("is what docs/domain-reasons.md says, in its order", () => {
		const sections = reasons.map((reason) => {
			const { message, actor, fix, docs } = catalogue[reason];
			return `### ${reason}\n\n${shown(message)}\n\n**${actor}**: ${shown(fix)} ([source](${docs}))\n`;
		});
		expect(document.slice(document.indexOf("### "))).toBe(sections.join("\n"));
	});
});

describe("a network", () => {
	it.each<[string, string, boolean]>([
		["104.16.1.1", "104.16.0.0/13", true],
		["104.24.0.0", "104.16.0.0/13", false],
		["75.2.60.5", "75.2.60.5/32", true],
		["2606:4700::6810:1", "2606:4700::/32", true],
		["2606:4701::", "2606:4700::/32", false],
		["2001:db8:0:0:0:0:0:1", "2001:db8::/64", true],
		["2606:4700::1", "104.16.0.0/13", false],
		["104.16.1", "104.16.0.0/13", false],
		["104.16.1.999", "104.16.0.0/13", false],
		["104.16.1.x", "104.16.0.0/13", false],
		["2606:4700:1", "2606:4700::/32", false],
		["1:2:3:4:5:6:7:8::", "::/0", false],
		["2606:zzzz::", "2606:4700::/32", false],
		["104.16.1.1", "nonsense", false],
		["104.16.1.1", "", false],
	])("tells whether %s lies in %s", (address, network, isWithin) => {
		expect(isInNetwork(address, network)).toBe(isWithin);
	});

	it("tells whose it is", () => {
		expect(providerOf("104.16.1.1")).toBe("Cloudflare");
		expect(providerOf("x.b-cdn.net")).toBe("Bunny");
		expect(providerOf("192.0.2.1")).toBeUndefined();
		expect(isCloudFront("2600:9000:2000::1")).toBe(true);
		expect(isCloudFront("192.0.2.1")).toBe(false);
	});
});
