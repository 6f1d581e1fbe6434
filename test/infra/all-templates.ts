import { readFileSync } from "node:fs";
import { type Template, templateSchema } from "../../domain/template.ts";
import { registrarTemplate } from "../../scripts/package-registrar.ts";
import { readRegistrar } from "../../scripts/registrar-values.ts";
import { parseTemplateYaml } from "../../scripts/template-yaml.ts";
import { packagedTemplates } from "./packaged.ts";

export const templateNames = ["nonprod", "prod", "registrar", "artifacts"] as const;
export type TemplateName = (typeof templateNames)[number];

/** Every template that is deployed anywhere: both workloads as packaged, the registrar's, and the one that keeps releases. */
export async function allTemplates(): Promise<Record<TemplateName, Template>> {
	const { nonprod, prod } = await packagedTemplates();
	return {
		nonprod: templateSchema.parse(nonprod),
		prod: templateSchema.parse(prod),
		registrar: templateSchema.parse(registrarTemplate(readRegistrar().registrar)),
		artifacts: templateSchema.parse(parseTemplateYaml(readFileSync("infra/artifacts.yml", "utf8"))),
	};
}
