import { readFileSync } from "node:fs";
import { tagsOf } from "../../scripts/release-template.ts";
import type { ArtifactStore } from "../../services/artifacts.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits } from "../failures.ts";
import type { Account } from "./account.ts";
import { carryOut, planned, settleStack } from "./deploy-stack.ts";

const template = "infra/artifacts.yml";

/** The account's own bucket for releases, made when it is not there yet: a stack takes its functions from there. `whose`: for the tag. */
export async function ensureArtifacts(
	{ cloudformation, s3, pollMs }: Account,
	whose: string,
	context: Context,
): Promise<{ store: ArtifactStore; isNew: boolean }> {
	const target = { client: cloudformation, stackName: "hostmaster-artifacts", pollMs };
	await settleStack(target, context);
	const change = await planned(target, {
		...{ name: "hostmaster-artifacts", parameters: { Environment: whose } },
		template: { body: readFileSync(template, "utf8") },
		tags: tagsOf(whose),
	});
	const stack =
		change.outcome === "planned" ? await carryOut(target, change, context) : await settleStack(target, context);
	return {
		store: { client: s3, bucket: bucketIn(stack?.outputs) },
		isNew: change.outcome === "planned" && change.creates,
	};
}

function bucketIn(outputs: Record<string, string> | undefined): string {
	const bucket = outputs?.["ArtifactBucket"];
	if (bucket) return bucket;
	const fix = "Deploy the environment first: hostmaster environments onboard.";
	throw new CommandFailed(exits.refused, { title: "The account has no bucket for releases.", fix });
}

/** The bucket of an account that has one already. Throws CommandFailed when it has none. */
export async function artifactsOf({ cloudformation, s3, pollMs }: Account, context: Context): Promise<ArtifactStore> {
	const stack = await settleStack({ client: cloudformation, stackName: "hostmaster-artifacts", pollMs }, context);
	return { client: s3, bucket: bucketIn(stack?.outputs) };
}
