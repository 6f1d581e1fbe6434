import { type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { areas, type Diagnosis } from "../../domain/diagnosis.ts";
import { type StageName, stageNames } from "../../scripts/stages.ts";
import { accessOf } from "../access.ts";
import { type Api, createApi } from "../api.ts";
import type { Context } from "../context.ts";
import { inWords } from "../environments/in-our-words.ts";
import { type Landscape, landscapeOf } from "../environments/landscape.ts";
import { askAs } from "../environments/resolvers.ts";
import { type Exit, exits } from "../failures.ts";
import { table } from "../table.ts";
import { type Check, type Checked, makeChecks } from "./check.ts";
import { environmentChecks } from "./environment-checks.ts";
import { registrarChecks } from "./registrar-checks.ts";
import { templateChecks } from "./template-checks.ts";

/** `hostmaster doctor` */
export function addDoctorCommand(program: CommandUnknownOpts, context: Context): void {
	program
		.command("doctor")
		.description("look whether the world is as it was designed: what is wrong, who must act, and how")
		.addOption(new Option("--env <environment>", "only this one, and the registrar").choices(stageNames))
		.option("--profile <name>", "AWS profile of the environments' account")
		.option("--registrar-profile <name>", "AWS profile of the registrar's account")
		.option("--aws", "look at AWS, also while a world of several accounts runs on this machine")
		.action(({ env, ...options }) =>
			inWords(async () => {
				const landscape = landscapeOf(context.world, options);
				const stages: readonly StageName[] = env ? [env] : stageNames;
				const checks = [
					...registrarChecks(landscape, context.world.now()),
					...stages.flatMap((stage) => checksOf(landscape, stage, context)),
					...templateChecks(stages.map((stage) => landscape.environment(stage))),
				];
				context.tell(`Looking at ${checks.length} things on ${landscape.where}.`);
				const checked = inOrder(await makeChecks(checks));
				context.answer({ value: documentOf(checked), text: textOf(checked, context), exit: exitOf(checked) });
			}),
		);
}

function checksOf(landscape: Landscape, stage: StageName, context: Context): Check[] {
	const environment = landscape.environment(stage);
	askAs(environment);
	return environmentChecks(environment, () => apiOf(landscape, stage, context), context.world.now());
}

/** Here each environment is known by its name; on AWS --api says which one, and is that of --env. */
function apiOf({ isHere }: Landscape, stage: StageName, context: Context): Api {
	return isHere ? createApi(accessOf(context.world, stage), context.world) : context.api();
}

function inOrder(checked: readonly Checked[]): Checked[] {
	return checked.toSorted((left, right) => areas.indexOf(left.area) - areas.indexOf(right.area));
}

const foundIn = (checked: Checked): readonly Diagnosis[] => (checked.outcome === "looked" ? checked.found : []);

function exitOf(checked: readonly Checked[]): Exit {
	if (checked.some((each) => foundIn(each).some(({ kind }) => kind === "fault"))) return exits.failed;
	return checked.some(({ outcome }) => outcome === "unknown") ? exits.unasked : 0;
}

function documentOf(checked: readonly Checked[]) {
	const told = (kind: Diagnosis["kind"]) =>
		checked.flatMap((each) =>
			foundIn(each)
				.filter((one) => one.kind === kind)
				.map(({ kind: _same, ...one }) => ({ area: each.area, where: each.where, ...one })),
		);
	return {
		findings: told("fault"),
		advice: told("advice"),
		unknown: checked.flatMap((each) =>
			each.outcome === "unknown" ? [{ area: each.area, where: each.where, because: each.because }] : [],
		),
		lookedAt: checked.map(({ area, where }) => ({ area, where })),
	};
}

function textOf(checked: readonly Checked[], { paint }: Context): string {
	const { red, green, yellow, dim } = paint.result;
	const rows = checked.flatMap((each): string[][] => {
		const place = [each.area, each.where];
		if (each.outcome === "unknown") return [[...place, yellow("unknown"), each.because, "", ""]];
		if (each.found.length === 0) return [[...place, green("ok"), "", "", ""]];
		return each.found.map(({ kind, message, actor, fix }) => [
			...place,
			kind === "fault" ? red("fault") : yellow("advice"),
			...[message, actor, fix],
		]);
	});
	const { findings, unknown } = documentOf(checked);
	const sum = `${findings.length} faults, ${unknown.length} could not be asked.`;
	return `${table(["AREA", "WHERE", "IS", "WHAT", "WHO", "DO"], rows, paint.result)}\n\n${findings.length + unknown.length === 0 ? green("All is as it was designed.") : dim(sum)}`;
}
