import { Argument, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { releaseParameter } from "../../scripts/release-template.ts";
import { type StageName, stageNames } from "../../scripts/stages.ts";
import { readStack, type Stack } from "../../services/stacks.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits, misused } from "../failures.ts";
import { table } from "../table.ts";
import { requireAccount } from "./account.ts";
import { inWords } from "./in-our-words.ts";
import { type Environment, type Landscape, landscapeOf } from "./landscape.ts";
import { onboardingSteps, stackOf } from "./onboard.ts";
import { promote } from "./promote.ts";
import { registrarSteps } from "./registrar.ts";
import { removalSteps } from "./remove.ts";
import { takeSteps } from "./steps.ts";

const profileOption = () =>
	new Option("--profile <name>", "AWS profile of the environment's account; the shell's credentials unless given");
const registrarOption = () => new Option("--registrar-profile <name>", "AWS profile of the registrar's account");
const awsOption = () =>
	new Option("--aws", "deploy to AWS, also while a world of several accounts runs on this machine");
const stageArgument = () => new Argument("<environment>", "which").choices(stageNames);

/** `hostmaster environments …` */
export function addEnvironmentCommands(program: CommandUnknownOpts, context: Context): void {
	const environments = program.command("environments").description("accounts with a stack each: nonprod and prod");
	environments
		.command("list")
		.description("how each environment's stack stands, and which release it runs")
		.addOption(profileOption())
		.addOption(awsOption())
		.action((options) => inWords(() => list(landscapeOf(context.world, options), context)));
	environments
		.command("onboard")
		.description(
			"deploy this checkout into an environment: zone, delegation, certificate, edge, API; run it again to go on or to update",
		)
		.addArgument(stageArgument())
		.addOption(profileOption())
		.addOption(awsOption())
		.action((stage, options) =>
			inWords(async () => {
				const landscape = landscapeOf(context.world, options);
				context.tell(`Onboarding ${stage} on ${landscape.where}.`);
				const steps = await takeSteps(onboardingSteps(landscape.environment(stage), landscape, context), context);
				const next = `Next: hostmaster tenants add <slug>${landscape.isHere ? ` --api ${stage}` : ""} --watch`;
				context.answer({ value: { environment: stage, steps }, text: `${stage} is onboarded. ${next}` });
			}),
		);
	environments
		.command("remove")
		.description("take an environment down: delegation first, zone last; refused while a tenant has a name there")
		.addArgument(stageArgument())
		.requiredOption("--confirm <environment>", "its name again, so that no slip removes another")
		.addOption(profileOption())
		.addOption(awsOption())
		.action((stage, { confirm, ...options }) =>
			inWords(async () => {
				if (confirm !== stage)
					throw misused(`--confirm says '${confirm}', and '${stage}' is to be removed.`, "Say the same twice.");
				const environment = landscapeOf(context.world, options).environment(stage);
				const steps = await takeSteps(removalSteps(environment, context), context);
				context.answer({ value: { environment: stage, steps }, text: `${stage} is removed.` });
			}),
		);
	addPromotion(environments, context);
	addRegistrarCommands(program, context);
}

function addPromotion(environments: CommandUnknownOpts, context: Context): void {
	environments
		.command("promote")
		.description(
			"bring the very release that runs in one environment to another: shows the plan, and carries it out with --yes <digest>",
		)
		.addOption(new Option("--from <environment>", "where it runs").choices(stageNames).default("nonprod" as StageName))
		.addOption(new Option("--to <environment>", "where it is to run").choices(stageNames).default("prod" as StageName))
		.option(
			"--yes <digest>",
			"carry the plan out, if it is still this release that runs there: its digest, or the first 12 digits",
		)
		.option("--from-profile <name>", "AWS profile of the account that it runs in")
		.addOption(profileOption())
		.addOption(awsOption())
		.action(({ from, to, yes: confirmed, fromProfile, ...options }) =>
			inWords(async () => {
				if (from === to) throw misused("--from and --to are the same.", "Name two environments.");
				const source = landscapeOf(context.world, { ...options, profile: fromProfile ?? options.profile });
				const target = landscapeOf(context.world, options);
				const done = await promote(source.environment(from), target.environment(to), { confirmed }, context);
				const short = done.release.slice(0, 12);
				const text = done.isSame
					? `${to} runs ${short} already.`
					: done.carriedOut
						? `${to} runs ${short}.`
						: `${to} would run ${short}, with ${done.plan.length} resources changed. Carry it out: --yes ${short}`;
				context.answer({ value: { from, to, ...done }, text });
			}),
		);
}

function addRegistrarCommands(program: CommandUnknownOpts, context: Context): void {
	program
		.command("registrar")
		.description("the account that owns the registered domains, and only delegates")
		.command("deploy")
		.description("apex zones, their policy records, and a role for each delegation of infra/stages.yml")
		.addOption(registrarOption())
		.addOption(awsOption())
		.action((options) =>
			inWords(async () => {
				const landscape = landscapeOf(context.world, options);
				context.tell(`Deploying the registrar on ${landscape.where}.`);
				const steps = await takeSteps(registrarSteps(landscape, context), context);
				const text = "The registrar is deployed. Next: hostmaster environments onboard nonprod";
				context.answer({ value: { registrar: landscape.registrar.accountId, steps }, text });
			}),
		);
}

/** Undefined: there is none. `unknown`: the credentials are of another account, which says nothing of this one (R9). */
async function stackIfOurs(environment: Environment, { tell }: Context): Promise<Stack | "unknown" | undefined> {
	const { account, accountId, stage } = environment;
	try {
		await requireAccount(account, accountId, stage);
	} catch (error) {
		if (!(error instanceof CommandFailed) || error.exit !== exits.refused) throw error;
		tell(error.report.title);
		return "unknown";
	}
	return await readStack(stackOf(environment));
}

async function list(landscape: Landscape, context: Context): Promise<void> {
	const { answer, paint } = context;
	const rows = await Promise.all(
		stageNames.map(async (stage) => {
			const environment = landscape.environment(stage);
			const found = await stackIfOurs(environment, context);
			const stack = found === "unknown" ? undefined : found;
			return {
				...{
					environment: stage,
					accountId: environment.accountId,
					domain: environment.parameters["PlatformDomain"] ?? "",
				},
				...{
					status: found === "unknown" ? found : (stack?.status ?? "not onboarded"),
					release: stack?.outputs[releaseParameter],
					api: stack && (environment.api ?? stack.outputs["HttpApiUrl"]),
				},
			};
		}),
	);
	const cells = rows.map(({ environment, accountId, domain, status, release, api }) => [
		...[environment, accountId, domain, status, release?.slice(0, 12) ?? "", api ?? ""],
	]);
	const head = ["ENVIRONMENT", "ACCOUNT", "DOMAIN", "STATUS", "RELEASE", "API"];
	const exit = rows.every(({ status }) => status === "unknown") ? exits.unasked : 0;
	answer({ value: { environments: rows }, text: table(head, cells, paint.result), exit });
}
