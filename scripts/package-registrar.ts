import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { apexViolations, policyRecords } from "../domain/apex-records.ts";
import { apexOf, delegationRoleName, delegatorRoleName } from "../domain/registrar.ts";
import type { Say } from "./build.ts";
import { type Registrar, readRegistrar } from "./registrar-values.ts";
import { withCode } from "./release-template.ts";
import { parseTemplateYaml } from "./template-yaml.ts";

const source = "infra/registrar.yml";
/** Merged into it: sections of both are repeated, and each may name what the other has. */
const checkSource = "infra/registrar-check.yml";

/** What is deployed into the registrar's account. */
export const registrarTemplateFile = join(".build", "package", "registrar", "template.json");

/**
 * Writes the registrar's template for the values of infra/stages.yml. `zips`: SHA-256 of its functions, by key. Throws
 * MissingConfiguration, RegistrarRefused.
 */
export function packageRegistrar(zips: Readonly<Record<string, string>>, say: Say = console.log): void {
	const { registrar } = readRegistrar();
	const text = `${JSON.stringify(withZips(registrarTemplate(registrar), zips), null, "\t")}\n`;
	mkdirSync(dirname(registrarTemplateFile), { recursive: true });
	// Who reads it meanwhile must not find half of it.
	if (!existsSync(registrarTemplateFile) || readFileSync(registrarTemplateFile, "utf8") !== text) {
		writeFileSync(registrarTemplateFile, text);
	}
	const { apexes, delegations } = registrar;
	say(`package registrar: ${registrarTemplateFile}, ${apexes.length} apexes, ${delegations.length} delegations`);
}

/** The registrar's template would hold what it must not, or would hold it twice; the message names the resource. */
export class RegistrarRefused extends Error {
	override name = "RegistrarRefused";
}

const resourceSchema = z.looseObject({
	Type: z.string(),
	Properties: z.record(z.string(), z.unknown()).default({}),
});
const partSchema = z.looseObject({
	Parameters: z.record(z.string(), z.unknown()).default({}),
	Resources: z.record(z.string(), resourceSchema).default({}),
	Outputs: z.record(z.string(), z.unknown()).default({}),
});
const sectionNames = ["EachApex", "EachPolicyRecord", "EachDelegation"] as const;
const sourceSchema = partSchema.extend({
	EachApex: z.unknown().optional(),
	EachPolicyRecord: z.unknown().optional(),
	EachDelegation: z.unknown().optional(),
});

/** A CloudFormation template, as far as it is looked at here. */
export type RegistrarTemplate = z.output<typeof partSchema>;

/** What {{Name}} stands for in one repetition of a section: text, or, where nothing else stands beside it, a list. */
type Value = string | readonly unknown[];
type Values = Readonly<Record<string, Value>>;

/**
 * The registrar's template for these values, each section repeated for what it is about; functions name their zips by key. `text`:
 * infra/registrar.yml. Throws RegistrarRefused for any zone but the apexes' and any record set but their policies, whoever has put it there.
 */
export function registrarTemplate(
	registrar: Registrar,
	text: string = readFileSync(source, "utf8"),
): RegistrarTemplate {
	const sources = [text, readFileSync(checkSource, "utf8")].map((each) => sourceSchema.parse(parseTemplateYaml(each)));
	const once = sources.map(({ EachApex, EachPolicyRecord, EachDelegation, ...rest }) =>
		partSchema.parse(filledIn(rest, valuesOfAll(registrar))),
	);
	const repeated = sectionNames.flatMap((name) =>
		valuesOf(name, registrar).flatMap((values) =>
			sources.map((each) => partSchema.parse(filledIn(each[name] ?? {}, values))),
		),
	);
	const parts = [...once, ...repeated];
	const whole: RegistrarTemplate = {
		...once[0],
		Parameters: united(parts.map(({ Parameters }) => Parameters)),
		Resources: united(parts.map(({ Resources }) => Resources)),
		Outputs: united(parts.map(({ Outputs }) => Outputs)),
	};
	const violations = apexViolations(whole.Resources, registrar.apexes);
	if (violations.length > 0) throw new RegistrarRefused(`${source}: ${violations.join("; ")}.`);
	return whole;
}

/** The template with each function's zip by content. `zips`: SHA-256 by function key. Throws for a function whose zip is not among them. */
export function withZips(template: RegistrarTemplate, zips: Readonly<Record<string, string>>): RegistrarTemplate {
	const resources = Object.entries(template.Resources);
	const coded = resources.map(([id, resource]) => [id, resourceSchema.parse(withCode(id, resource, zips))] as const);
	return { ...template, Resources: Object.fromEntries(coded) };
}

/** Of all apexes together, where they are not repeated. */
function valuesOfAll({ apexes }: Registrar): Values {
	const elsewhere = apexes.filter(({ registeredAt }) => registeredAt === "elsewhere");
	return {
		ApexNames: apexes.map(({ name }) => name).join(","),
		ElsewhereNames: elsewhere.map(({ name }) => name).join(","),
		ZoneArns: apexes.map(({ name }) => ({
			"Fn::Sub": `arn:\${AWS::Partition}:route53:::hostedzone/\${${logicalName(name)}Zone}`,
		})),
	};
}

function valuesOf(section: (typeof sectionNames)[number], { apexes, delegations }: Registrar): Values[] {
	switch (section) {
		case "EachApex":
			return apexes.map(({ name }) => ({ Apex: logicalName(name), ApexName: name }));
		case "EachPolicyRecord":
			return apexes.flatMap((apex) =>
				policyRecords(apex).map(({ policy, name, type, values }) => ({
					...{ Apex: logicalName(apex.name), Policy: policy },
					...{ RecordName: name, RecordType: type, RecordValues: values },
				})),
			);
		case "EachDelegation":
			return delegations.map(({ name, account, stack }) => ({
				...{ Delegation: logicalName(name), Apex: logicalName(apexOf(name, apexes)?.name ?? "") },
				...{ DelegatedName: name, RoleName: delegationRoleName(name) },
				...{ AccountId: account, Stack: stack, DelegatorRole: delegatorRoleName(stack) },
			}));
	}
}

/** `app.nonprod.example.com` → `AppNonprodExampleCom`; two names that become one are refused when they meet. */
function logicalName(name: string): string {
	return name.replace(/(?:^|[.-]+)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function united<T>(parts: readonly Readonly<Record<string, T>>[]): Record<string, T> {
	const entries = parts.flatMap((part) => Object.entries(part));
	const twice = entries.find(([id], at) => entries.findIndex(([other]) => other === id) < at);
	if (twice) throw new RegistrarRefused(`${source}: two would be called ${twice[0]}.`);
	return Object.fromEntries(entries);
}

const placeholder = /\{\{(\w+)\}\}/g;

function filledIn(value: unknown, values: Values): unknown {
	if (typeof value === "string") return filledText(value, values);
	if (Array.isArray(value)) return value.map((item) => filledIn(item, values));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, member]) => [String(filledText(key, values)), filledIn(member, values)]),
	);
}

function filledText(text: string, values: Values): Value {
	const [, only] = /^\{\{(\w+)\}\}$/.exec(text) ?? [];
	if (only !== undefined) return valueNamed(only, values);
	return text.replace(placeholder, (_, name: string) => String(valueNamed(name, values)));
}

function valueNamed(name: string, values: Values): Value {
	const value = values[name];
	if (value === undefined) throw new RegistrarRefused(`${source}: there is no {{${name}}} here.`);
	return value;
}
