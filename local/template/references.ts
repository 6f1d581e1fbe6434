import type { Template } from "./template.ts";
import { TemplateError } from "./template.ts";

/** Names that `value` mentions by `Ref`, `Fn::GetAtt` or `Fn::Sub`, in both branches of a `Fn::If`, as CloudFormation reads it. */
export function mentionsIn(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(mentionsIn);
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, member]) => {
		if (key === "Ref" && typeof member === "string") return [member];
		if (key === "Fn::GetAtt") return [firstPart(Array.isArray(member) ? member[0] : member)];
		if (key === "Fn::Sub") {
			const [text, variables = {}] = Array.isArray(member) ? member : [member];
			const named = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => firstPart(name?.trim()));
			return [...named.filter((name) => !Object.hasOwn(Object(variables), name)), ...mentionsIn(variables)];
		}
		return mentionsIn(member);
	});
}

function firstPart(name: unknown): string {
	return String(name).split(".")[0] ?? "";
}

/**
 * The logical ids in `live`, each after those that it refers to; the template's own order is kept where nothing speaks against it.
 * Throws TemplateError on a circle.
 */
export function creationOrder(template: Template, live: readonly string[]): string[] {
	const done = new Set<string>();
	const visit = (logicalId: string, path: string[]): void => {
		if (done.has(logicalId) || !live.includes(logicalId)) return;
		if (path.includes(logicalId)) {
			throw new TemplateError(logicalId, `is part of a circle: ${[...path, logicalId].join(" → ")}`);
		}
		const resource = template.Resources[logicalId];
		const needs = new Set([...(resource?.DependsOn ?? []), ...mentionsIn([resource?.Properties, resource?.Metadata])]);
		for (const needed of needs) visit(needed, [...path, logicalId]);
		done.add(logicalId);
	};
	for (const logicalId of live) visit(logicalId, []);
	return [...done];
}
