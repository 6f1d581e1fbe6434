import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { packageStages, templateFile, zipDigests } from "../../scripts/package.ts";
import {
	describeRelease,
	type Release,
	readReleasedTemplate,
	readZip,
	releaseDigest,
	releaseFlaws,
} from "../../scripts/release.ts";
import { stageNames } from "../../scripts/stages.ts";

let release: Release;
beforeAll(async () => {
	await packageStages(stageNames, () => {});
	release = describeRelease(zipDigests());
}, 120_000);
const texts = () => new Map(stageNames.map((stage) => [stage, readFileSync(templateFile(stage), "utf8")]));

describe("a release, as it is packaged", () => {
	it("has one digest, whichever stage's template is asked", () => {
		const digests = [...texts()].map(([stage, text]) => releaseDigest(release.functions, text, stage));
		expect(new Set(digests)).toEqual(new Set([release.digest]));
		expect(releaseFlaws(release, texts())).toEqual([]);
	});

	it("is another with another function, and the function is named", () => {
		const [key = ""] = Object.keys(release.functions);
		const functions = { ...release.functions, [key]: "0".repeat(64) };
		expect(releaseFlaws({ ...release, functions }, texts())).toEqual([
			`The template takes another zip than the list says for ${key}.`,
		]);
	});

	it("is another with another resource in one stage, and the stage is named", () => {
		const forged = texts();
		forged.set("prod", readFileSync(templateFile("prod"), "utf8").replaceAll("hostmaster-prod-registry", "elsewhere"));
		expect(releaseFlaws(release, forged)).toEqual(["The template of prod is of another release."]);
	});

	it("is read as what its digests say, or not at all", () => {
		for (const stage of stageNames) expect(existsSync(templateFile(stage))).toBe(true);
		expect(readReleasedTemplate("prod", release)).toEqual(readFileSync(templateFile("prod")));
		const templates = { ...release.templates, prod: release.templates.nonprod };
		expect(() => readReleasedTemplate("prod", { ...release, templates })).toThrow("of prod was packaged anew since");
		const [key = ""] = Object.keys(release.functions);
		expect(() => readZip(key, { ...release, functions: {} })).toThrow("was built anew since");
	});
});
