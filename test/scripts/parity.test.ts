import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { packageStages, templateFile } from "../../scripts/package.ts";
import { compareStages, type PackagedTemplate, parseTemplate, renderDifferences } from "../../scripts/parity.ts";
import { artifactParameter, releaseParameter } from "../../scripts/release-template.ts";
import { type StageName, stageNames, stageValuesSchema } from "../../scripts/stages.ts";

const packaged = (stage: StageName): PackagedTemplate => parseTemplate(readFileSync(templateFile(stage), "utf8"));
beforeAll(() => packageStages(stageNames), 120_000);

describe("the packaged environments", () => {
	it("differ in the defaults of named parameters only", () => {
		const { parameters, others } = compareStages(packaged("nonprod"), packaged("prod"));
		expect(others).toEqual([]);
		expect(parameters.map(({ path }) => path)).toContain("Parameters.PlatformDomain.Default");
	});

	it("have exactly the named parameters", () => {
		const named = [
			...Object.keys(stageValuesSchema.shape),
			artifactParameter,
			releaseParameter,
			"DelegationNonce",
			"DelegationState",
		];
		expect(Object.keys(packaged("prod").Parameters).sort()).toEqual(named.sort());
	});

	it("are told apart when one resource is set otherwise", () => {
		const prod = packaged("prod");
		Object.assign(prod, { Description: "Prod has its own." });
		const { others } = compareStages(packaged("nonprod"), prod);
		expect(others.map(({ path }) => path)).toEqual(["Description"]);
		expect(renderDifferences(others)).toContain('"Prod has its own."');
	});

	it("are told apart when one has a resource more", () => {
		const nonprod = packaged("nonprod");
		Object.assign(Object(nonprod["Resources"]), { Debug: { Type: "AWS::SNS::Topic" } });
		expect(compareStages(nonprod, packaged("prod")).others.map(({ path }) => path)).toEqual(["Resources.Debug"]);
	});
});

describe("comparing templates", () => {
	const template = (rest: Record<string, unknown>): PackagedTemplate => ({ Parameters: {}, ...rest });
	const others = (nonprod: Record<string, unknown>, prod: Record<string, unknown>) =>
		compareStages(template(nonprod), template(prod)).others.map(({ path }) => path);

	it.each([
		["names of resources", { a: "hostmaster-nonprod-tenant-map" }, { a: "hostmaster-prod-tenant-map" }],
		["logical ids of rules", { Hostmasternonprodxrule1EventBridgeRule: 1 }, { Hostmasterprodxrule1EventBridgeRule: 1 }],
		["the tag", { environment: "nonprod" }, { environment: "prod" }],
	])("forgives the stage's name in %s", (_where, nonprod, prod) => {
		expect(others(nonprod, prod)).toEqual([]);
	});

	it.each([
		["a word that only begins like a stage", { a: "hostmaster-nonproduction" }, { a: "hostmaster-production" }],
		["a domain", { a: "app.nonprod.example.com" }, { a: "app.prod.example.com" }],
		["a number", { a: 5 }, { a: 50 }],
		["the order of a list", { a: [1, 2] }, { a: [2, 1] }],
	])("does not forgive %s", (_what, nonprod, prod) => {
		expect(others(nonprod, prod)).not.toEqual([]);
	});

	it("does not forgive a parameter that is described otherwise, or that nobody named", () => {
		const nonprod = { Parameters: { PlatformDomain: { Description: "a", Default: "x" }, Secret: { Default: "y" } } };
		const prod = { Parameters: { PlatformDomain: { Description: "b", Default: "z" }, Secret: { Default: "w" } } };
		const { parameters, others: rest } = compareStages(nonprod, prod);
		expect(parameters.map(({ path }) => path)).toEqual(["Parameters.PlatformDomain.Default"]);
		expect(rest.map(({ path }) => path)).toEqual([
			"Parameters.PlatformDomain.Description",
			"Parameters.Secret.Default",
		]);
	});
});
