import { describe, expect, it } from "vitest";
import { type RecordsQuestion, recordsToSet } from "../../domain/domain-records.ts";

const token = "a".repeat(26);
const target = `${token}.edge.app.platform.net`;
const value = `hostmaster-verification=${token}`;

const usual: RecordsQuestion = {
	hostname: "shop.acme.com",
	isApex: false,
	wildcard: false,
	validation: "http",
	proofs: ["cname", "txt"],
	token,
	platformDomain: "app.platform.net",
};
const acm = { name: "_x1.shop.acme.com.", value: "_y2.jkddzztszm.acm-validations.aws." };

const cases: readonly (readonly [string, RecordsQuestion, readonly string[]])[] = [
	["one CNAME does everything", usual, [`now CNAME shop.acme.com ${target} ownership+traffic`]],
	[
		"a contested name is proven by TXT",
		{ ...usual, proofs: ["txt"] },
		[`now TXT _hostmaster.shop.acme.com ${value} ownership`, `now CNAME shop.acme.com ${target} traffic`],
	],
	[
		"an apex has no CNAME",
		{ ...usual, hostname: "acme.com", isApex: true, proofs: ["txt"] },
		[`now TXT _hostmaster.acme.com ${value} ownership`, `now ALIAS acme.com ${target} traffic`],
	],
	[
		"a live site moves last",
		{ ...usual, validation: "dns", proofs: ["txt"], validationRecord: acm },
		[
			`now TXT _hostmaster.shop.acme.com ${value} ownership`,
			"now CNAME _x1.shop.acme.com _y2.jkddzztszm.acm-validations.aws certificate",
			`later CNAME shop.acme.com ${target} traffic`,
		],
	],
	[
		"what ACM has not told yet is open",
		{ ...usual, validation: "dns", proofs: ["txt"] },
		[
			`now TXT _hostmaster.shop.acme.com ${value} ownership`,
			"now CNAME null null certificate",
			`later CNAME shop.acme.com ${target} traffic`,
		],
	],
	[
		"a live apex moves last too",
		{ ...usual, hostname: "acme.com", isApex: true, validation: "dns", proofs: ["txt"] },
		[
			`now TXT _hostmaster.acme.com ${value} ownership`,
			"now CNAME null null certificate",
			`later ALIAS acme.com ${target} traffic`,
		],
	],
	[
		"a wildcard is proven beneath the name that it stands for",
		{ ...usual, hostname: "*.acme.com", wildcard: true, validation: "dns", proofs: ["txt"] },
		[
			`now TXT _hostmaster.acme.com ${value} ownership`,
			"now CNAME null null certificate",
			`later CNAME *.acme.com ${target} traffic`,
		],
	],
	[
		"CloudFront's own endpoint proves nothing",
		{ ...usual, routingEndpoint: "d111.cloudfront.net." },
		[`now TXT _hostmaster.shop.acme.com ${value} ownership`, "now CNAME shop.acme.com d111.cloudfront.net traffic"],
	],
];

describe("the records to set", () => {
	it.each(cases)("%s", (_, question, expected) => {
		const records = recordsToSet(question);
		const lines = records.map(
			({ when, type, name, value, purposes }) => `${when} ${type} ${name} ${value} ${purposes.join("+")}`,
		);
		expect(lines).toEqual(expected);
		for (const { note } of records) expect(note).toMatch(/^[A-Z][^\n]{30,400}\.$/);
	});

	it("offer a proof beside the CNAME that does everything, and nothing else", () => {
		const [record] = recordsToSet(usual);
		expect(record?.alternatives).toMatchObject([{ name: "_hostmaster.shop.acme.com", type: "TXT", value }]);
	});

	it("say what an apex asks of its provider", () => {
		const record = recordsToSet({ ...usual, hostname: "acme.com", isApex: true, proofs: ["txt"] }).at(-1);
		expect(record?.note).toContain("ALIAS, ANAME or CNAME flattening");
		expect(record?.alternatives).toMatchObject([{ name: "acme.com", type: "CNAME", value: target }]);
	});

	it("have the certificate's for ever", () => {
		const [, certificate] = recordsToSet({ ...usual, validation: "dns", proofs: ["txt"], validationRecord: acm });
		expect(certificate?.note).toContain("never delete it");
	});
});
