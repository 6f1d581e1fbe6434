import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { exit } from "node:process";
import { z } from "zod";
import { packageStages, templateFile } from "../../scripts/package.ts";
import { registrarTemplateFile } from "../../scripts/package-registrar.ts";
import { stageNames } from "../../scripts/stages.ts";
import { isStarted } from "../../scripts/started.ts";
import { type Finding, readWaivers, unwaived } from "./policy-waivers.ts";
import { type CheckResult, NoPythonTools, type PythonTools, pythonTools, report } from "./virtual-environment.ts";

/** What `npm run package` leaves for CloudFormation, by the name under which it is reported. */
const templates: Readonly<Record<string, string>> = {
	...Object.fromEntries(stageNames.map((stage) => [stage, templateFile(stage)])),
	registrar: registrarTemplateFile,
};

/** Packages both stages and the registrar's template and holds them against cfn-lint and checkov; what is waived says why. Never rejects for want of Python. */
export async function checkTemplates(): Promise<CheckResult[]> {
	await packageStages(stageNames, () => {});
	try {
		const tools = await pythonTools("lint");
		const linted = await Promise.all(Object.entries(templates).map(([name, file]) => lint(tools, name, file)));
		return [...linted, ...(await scan(tools))];
	} catch (error) {
		if (!(error instanceof NoPythonTools)) throw error;
		return [{ check: "templates", outcome: "cannot run", detail: error.message }];
	}
}

const matchSchema = z.object({
	Level: z.string(),
	Rule: z.object({ Id: z.string() }),
	Message: z.string(),
	Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
});

/** No error of cfn-lint; its warnings are counted. */
async function lint(tools: PythonTools, name: string, file: string): Promise<CheckResult> {
	const { stdout, stderr } = await tools.run("cfn-lint", [
		"--format",
		"json",
		"--regions",
		"us-east-1",
		"--template",
		resolve(file),
	]);
	const check = `cfn-lint ${name}`;
	const parsed = z.array(matchSchema).safeParse(jsonIn(stdout.trim() || "[]"));
	if (!parsed.success)
		return { check, outcome: "fail", detail: `cfn-lint said nothing that can be read: ${stderr.slice(0, 500)}` };
	const errors = parsed.data.filter(({ Level }) => Level === "Error");
	const told = errors.map(
		({ Rule, Message, Location }) => `${Rule.Id} at ${(Location.Path ?? []).join("/")}: ${Message}`,
	);
	const counted = `${errors.length} errors, ${parsed.data.length - errors.length} warnings`;
	return { check, outcome: errors.length === 0 ? "pass" : "fail", detail: [counted, ...told].join("\n  ") };
}

const scanSchema = z.object({
	results: z.object({
		failed_checks: z.array(
			z.object({ check_id: z.string(), check_name: z.string(), resource: z.string(), file_path: z.string() }),
		),
	}),
	summary: z.object({ passed: z.number(), failed: z.number(), parsing_errors: z.number() }),
});

/** Each finding of checkov is waived with a reason, and each waiver is needed. */
async function scan(tools: PythonTools): Promise<CheckResult[]> {
	const results = await Promise.all(
		Object.entries(templates).map(
			async ([name, file]): Promise<{ name: string; said: z.output<typeof scanSchema> }> => {
				const options = [
					"--framework",
					"cloudformation",
					"--quiet",
					"--compact",
					"--output",
					"json",
					"--skip-download",
				];
				const { stdout, stderr } = await tools.run("checkov", [...options, "--file", resolve(file)]);
				const said = scanSchema.safeParse(jsonIn(stdout));
				if (!said.success) throw new Error(`checkov said nothing that can be read: ${stderr.slice(0, 500)}`);
				return { name, said: said.data };
			},
		),
	);
	const waivers = readWaivers();
	const findings = results.flatMap(({ name, said }): Finding[] =>
		said.results.failed_checks.map(({ check_id, check_name, resource }) => ({
			template: name,
			check: check_id,
			says: check_name,
			logicalId: resource.split(".").at(-1) ?? resource,
			properties: propertiesOf(name, resource.split(".").at(-1) ?? ""),
		})),
	);
	const { open, unused } = unwaived(findings, waivers);
	const scans = results.map(({ name, said }): CheckResult => {
		const own = open.filter(({ template }) => template === name);
		const told = own.map(({ check, logicalId, says }) => `${check} ${logicalId}: ${says}`);
		const counted = `${said.summary.passed} checks passed, ${said.summary.failed} findings, ${own.length} without a waiver`;
		const sound = own.length === 0 && said.summary.parsing_errors === 0;
		return { check: `checkov ${name}`, outcome: sound ? "pass" : "fail", detail: [counted, ...told].join("\n  ") };
	});
	const needless = unused.map(({ check }) => check).join(" ");
	return [
		...scans,
		{
			check: "policy waivers",
			outcome: unused.length === 0 ? "pass" : "fail",
			detail:
				unused.length === 0
					? `${waivers.length}, each needed and each reason true`
					: `not needed any more: ${needless}`,
		},
	];
}

const templateSchema = z.object({
	Resources: z.record(z.string(), z.looseObject({ Properties: z.record(z.string(), z.unknown()).default({}) })),
});

function propertiesOf(name: string, logicalId: string): Record<string, unknown> {
	const { Resources } = templateSchema.parse(JSON.parse(readFileSync(templates[name] ?? "", "utf8")));
	return Resources[logicalId]?.Properties ?? {};
}

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

if (isStarted(import.meta)) exit(report(await checkTemplates()) ? 0 : 1);
