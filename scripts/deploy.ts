import { spawn } from "node:child_process";
import { once } from "node:events";
import { execPath, exit } from "node:process";
import { parseArgs } from "node:util";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { z } from "zod";
import { packageFolder, packageStages, reportParity } from "./package.ts";
import { MissingConfiguration, placeholdersOf, readStage, type StageName, stageNames, stagesFile } from "./stages.ts";
import { isStarted } from "./started.ts";

/** Throws MissingConfiguration while a value of the stage is still a placeholder, naming all of them. */
export function requireRealValues(stage: StageName, values = readStage(stage)): void {
	const placeholders = placeholdersOf(values);
	if (placeholders.length === 0) return;
	throw new MissingConfiguration(
		`${placeholders.map((name) => `${stage}.${name}`).join(", ")}: still a placeholder. Set it in ${stagesFile}.`,
	);
}

/** The account that the shell's credentials are for. Throws MissingConfiguration when there are none that work. */
async function requireAccount(): Promise<string> {
	try {
		const { Account = "" } = await new STSClient({ region: "us-east-1" }).send(new GetCallerIdentityCommand({}));
		return Account;
	} catch (cause) {
		throw new MissingConfiguration(
			"There are no AWS credentials that work. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in the environment.",
			{ cause },
		);
	}
}

/** Packages both stages, proves their parity, and deploys one of them from what was packaged. */
async function deploy(stage: StageName): Promise<void> {
	requireRealValues(stage);
	const account = await requireAccount();
	await packageStages(stageNames);
	if (!reportParity()) exit(1);
	console.log(`deploy ${stage}: account ${account}, us-east-1`);
	const osls = spawn(
		execPath,
		["node_modules/osls/bin/serverless.js", "deploy", "--stage", stage, "--package", packageFolder(stage)],
		{ stdio: "inherit" },
	);
	const [code] = await once(osls, "exit");
	exit(code === 0 ? 0 : 1);
}

if (isStarted(import.meta)) {
	const { values } = parseArgs({ options: { stage: { type: "string" } } });
	const stage = z.enum(stageNames).safeParse(values.stage);
	if (!stage.success) {
		console.error(`Say which environment: npm run deploy -- --stage ${stageNames.join("|")}`);
		exit(1);
	}
	try {
		await deploy(stage.data);
	} catch (error) {
		console.error(error instanceof Error ? error.message : error);
		exit(1);
	}
}
