import { describe, expect, it } from "vitest";
import { readFlags } from "./flags.ts";

const elsewhere = ["--endpoint", "http://127.0.0.1:4566"];

describe("the command line of a conformance run", () => {
	it.each([
		["no prefix", [...elsewhere, "--zone", "conf.example.com"], /--prefix/],
		["a prefix that others may have", [...elsewhere, "--prefix", "hm", "--zone", "conf.example.com"], /--prefix/],
		["no zone", [...elsewhere, "--prefix", "hm-conf-"], /--zone/],
		["a registered domain as its zone", [...elsewhere, "--prefix", "hm-conf-", "--zone", "example.com"], /--zone/],
		["a prefix for what is started here", ["--prefix", "hm-conf-"], /go with --endpoint/],
	])("refuses %s", (_, args, message) => {
		expect(() => readFlags(args)).toThrow(message);
	});

	it("takes another implementation with a prefix and a zone", () => {
		expect(readFlags([...elsewhere, "--prefix", "hm-conf-", "--zone", "conf.example.com"])).toMatchObject({
			elsewhere: { endpoint: "http://127.0.0.1:4566" },
			names: { prefix: "hm-conf-", zone: "conf.example.com" },
		});
	});

	it("picks implementations and services", () => {
		expect(readFlags(["--only", "moto,embedded", "--services", "sqs"])).toMatchObject({
			...{ only: ["moto", "embedded"], services: ["sqs"] },
		});
	});
});
