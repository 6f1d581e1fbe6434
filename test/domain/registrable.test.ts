import { describe, expect, it } from "vitest";
import { parseCustomHostname } from "../../domain/custom-hostname.ts";
import { isSpecialUse, parseHostname } from "../../domain/hostname.ts";
import { platformApex, publicSuffixOf, registrableDomain } from "../../domain/registrable.ts";
import { publicSuffixVectors } from "./public-suffix-vectors.ts";

const platformDomain = "app.platform.net";

describe("the public suffix list's own test vectors", () => {
	it.each(publicSuffixVectors)("%s is registered as %s", (name, registrable) => {
		expect(registrableDomain(name.toLowerCase()) ?? null).toBe(registrable);
	});

	const full = publicSuffixVectors.filter(([name]) => name.includes("."));

	it.each(full)("%s is read as a custom hostname that is registered as %s", (name, registrable) => {
		const hostname = parseHostname(name);
		const parsed = parseCustomHostname(name, { platformDomain });
		if (hostname.ok && isSpecialUse(hostname.value)) {
			expect(parsed).toMatchObject({ refusal: { rule: "special-use" } });
		} else if (registrable === null) {
			expect(parsed).toMatchObject({ refusal: { rule: "public-suffix" } });
		} else {
			const wanted = parseHostname(registrable);
			expect(parsed).toMatchObject({ value: { registrable: wanted.ok && wanted.value, wildcard: false } });
		}
	});
});

describe("a public suffix", () => {
	it.each([
		["co.uk", "co.uk", "icann"],
		["shop.acme.co.uk", "co.uk", "icann"],
		["github.io", "github.io", "private"],
		["foo.github.io", "github.io", "private"],
		["acme.nowhere", "nowhere", "icann"],
		["192.0.2.1", "192.0.2.1", "icann"],
	])("of %s is %s, in the section %s", (name, suffix, section) => {
		expect(publicSuffixOf(name)).toEqual({ suffix, section });
	});
});

describe("the platform's own domain", () => {
	it.each([
		["app.example.com", "example.com"],
		["app.nonprod.example.com", "example.com"],
		["app.example.co.uk", "example.co.uk"],
		["app.test", "app.test"],
		["app.hostmaster.test", "hostmaster.test"],
		["foo.github.io", "foo.github.io"],
		["github.io", "github.io"], // a platform that is on the list itself
		["test", "test"],
	])("of %s is %s", (domain, apex) => {
		expect(platformApex(domain)).toBe(apex);
	});
});
