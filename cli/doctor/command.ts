import { type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { areas } from "../../domain/diagnosis.ts";
import { type StageName, stageNames } from "../../scripts/stages.ts";
import { accessOf } from "../access.ts";
import { type Api, createApi } from "../api.ts";
import type { Context } from "../context.ts";
import { inWords } from "../environments/in-our-words.ts";
import { type Landscape, landscapeOf } from "../environments/landscape.ts";
import { type Check, type Checked, makeChecks } from "./check.ts";
import { environmentChecks } from "./environment-checks.ts";
import { ownApi } from "./hostname-check.ts";
import { registrarChecks } from "./registrar-checks.ts";
import { documentOf, exitOf, reportOf } from "./report.ts";
import { type Standing, standingOf } from "./standing.ts";
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
				const checks = checksOf(landscape, env ? [env] : stageNames, context);
				context.tell(`Looking at ${checks.length} things on ${landscape.where}.`);
				const checked = inOrder(await makeChecks(checks));
				const text = reportOf(checked, context.paint.result);
				context.answer({ value: documentOf(checked), text, exit: exitOf(checked) });
			}),
		);
}

function checksOf(landscape: Landscape, stages: readonly StageName[], context: Context): Check[] {
	const nowMs = context.world.now();
	const { isHere } = landscape;
	const standings = stages.map((stage) => standingOf(landscape.environment(stage)));
	return [
		// The registrar has no resolvers of its own; all environments' are of one world.
		...standings.slice(0, 1).flatMap(({ dns }) => registrarChecks(landscape, dns, nowMs)),
		...standings.flatMap((standing) =>
			environmentChecks(standing, { api: () => apiOf(standing, isHere, context), nowMs, isHere }),
		),
		...templateChecks(standings),
	];
}

/** Here each environment is known by its name; on AWS --api names one, which may be another's. */
async function apiOf(standing: Standing, isHere: boolean, { world, api }: Context): Promise<Api> {
	if (isHere) return createApi(accessOf(world, standing.environment.stage), world);
	return await ownApi(api(), standing);
}

function inOrder(checked: readonly Checked[]): Checked[] {
	return checked.toSorted((left, right) => areas.indexOf(left.area) - areas.indexOf(right.area));
}
