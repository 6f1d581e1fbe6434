import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MissingConfiguration, placeholdersOf, readStage, stageNames, stagesFile } from "../../scripts/stages.ts";

const real = {
	...readStage("prod"),
	PlatformDomain: "app.acme.com",
	ApexDomain: "acme.com",
	TokenIssuer: "https://id.acme.com/",
	TokenAudience: "https://hostmaster.acme.com",
	AllowedOrigins: "origin.acme.com,origin.acme.net:8443",
};

describe("the values of a stage", () => {
	it("are there for every stage", () => {
		for (const stage of stageNames) expect(readStage(stage).GenerationEpoch).toBe("1");
	});

	it("are asked for by name, with the place to set them, when one is missing", () => {
		const without = readFileSync(stagesFile, "utf8").replace(/^ {2}TokenIssuer: .*nonprod.*\n/m, "");
		expect(() => readStage("nonprod", without)).toThrow("nonprod.TokenIssuer is not set. Set it in infra/stages.yml.");
		expect(() => readStage("nonprod", without)).toThrow(MissingConfiguration);
		expect(() => readStage("prod", without)).not.toThrow();
	});

	it("name every value when a whole stage is missing", () => {
		expect(() => readStage("prod", "nonprod: {}")).toThrow(
			/prod\.PlatformDomain is not set; prod\.ApexDomain is not set/,
		);
	});

	it("are refused when one is nobody's parameter", () => {
		const misspelt = readFileSync(stagesFile, "utf8").replaceAll("EdgePort:", "EdgeProt:");
		expect(() => readStage("prod", misspelt)).toThrow(/EdgePort is not set.*EdgeProt/);
	});

	it.each([
		["PlatformDomain", "App.Example.com"],
		["PlatformDomain", "app.example.com."],
		["TokenIssuer", "http://id.example.com/"],
		["GenerationEpoch", '"0"'],
		["NameServerPort", '"dns"'],
	])("are refused when %s is %s", (name, value) => {
		const wrong = readFileSync(stagesFile, "utf8").replace(new RegExp(`${name}: .*`), `${name}: ${value}`);
		expect(() => readStage("nonprod", wrong)).toThrow(`nonprod.${name} is not a`);
	});
});

describe("the role by which a stage delegates", () => {
	const withRole = (role: string) =>
		readFileSync(stagesFile, "utf8").replaceAll(/DelegationRole: .*/g, `DelegationRole: "${role}"`);

	it.each(["", "arn:aws:iam::111122223333:role/hostmaster-delegation-app-example-com"])("may be '%s'", (role) => {
		expect(readStage("prod", withRole(role)).DelegationRole).toBe(role);
	});

	it.each(["hostmaster-delegation", "arn:aws:iam::1:role/x", "arn:aws:iam::111122223333:user/x"])(
		"may not be '%s'",
		(role) => {
			expect(() => readStage("prod", withRole(role))).toThrow("prod.DelegationRole is not the ARN of a role, nor ''");
		},
	);
});

describe("a placeholder", () => {
	it("is found in every value that nobody has set", () => {
		expect(placeholdersOf(readStage("prod"))).toEqual([
			...["PlatformDomain", "ApexDomain", "TokenIssuer", "TokenAudience", "AllowedOrigins"],
		]);
		expect(placeholdersOf(real)).toEqual([]);
	});

	it.each(["example.com", "https://id.example.org/x", "a.test", "origin.acme.com,demo.localhost:8443"])(
		"knows %s for a placeholder",
		(value) => {
			expect(placeholdersOf({ ...real, TokenAudience: value })).toEqual(["TokenAudience"]);
		},
	);

	it.each(["my-example.com", "example.com.au", "contest.com"])("does not take %s for one", (value) => {
		expect(placeholdersOf({ ...real, TokenAudience: value })).toEqual([]);
	});
});
