import { beforeAll, describe, expect, it } from "vitest";
import { at } from "../../domain/template.ts";
import { costTags, templateRules } from "../../domain/template-rules.ts";
import { allTemplates, type TemplateName, templateNames } from "./all-templates.ts";

let templates: Awaited<ReturnType<typeof allTemplates>>;
beforeAll(async () => {
	templates = await allTemplates();
}, 120_000);

describe("what costs money", () => {
	it.each(templateNames)(
		"says in %s for which application and environment, and somebody has looked up its type",
		(name) => {
			expect(templateRules.tags(templates[name])).toEqual([]);
		},
	);

	it.each<[TemplateName, unknown]>([
		["nonprod", "nonprod"],
		["prod", "prod"],
		["registrar", "registrar"],
		["artifacts", { Ref: "Environment" }],
	])("is said in %s to be of one environment, and of this application", (name, environment) => {
		const said = Object.values(templates[name].Resources).flatMap(({ Properties }) => tagsIn(Properties));
		const [application, where] = costTags.map((key) => said.flatMap((tag) => (tag.key === key ? [tag.value] : [])));
		expect(new Set(application)).toEqual(new Set(["hostmaster"]));
		expect(where?.every((value) => JSON.stringify(value) === JSON.stringify(environment))).toBe(true);
		expect(where).toHaveLength(application?.length ?? 0);
	});

	it("is no tenant's own so far: nothing is tagged with one", () => {
		const keys = templateNames.flatMap((name) =>
			Object.values(templates[name].Resources).flatMap(({ Properties }) => tagsIn(Properties).map(({ key }) => key)),
		);
		expect(new Set(keys)).toEqual(new Set(costTags));
	});
});

/** All tags below a value, in whatever shape its type takes them. */
function tagsIn(value: unknown): { key: unknown; value: unknown }[] {
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([name, member]) => {
		if (name !== "Tags" && name !== "HostedZoneTags") return tagsIn(member);
		if (!Array.isArray(member)) return Object.entries(member ?? {}).map(([key, text]) => ({ key, value: text }));
		return member.map((tag: unknown) => ({ key: at(tag, "Key"), value: at(tag, "Value") }));
	});
}
