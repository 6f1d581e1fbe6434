import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { templateResources } from "../../scripts/release-template.ts";
import { calling } from "../../services/aws-errors.ts";
import { readStack, type StackTarget } from "../../services/stacks.ts";
import { CommandFailed, exits } from "../failures.ts";
import type { Account } from "./account.ts";
import type { Environment } from "./landscape.ts";

/** A resource that outlives its stack under a name which the next stack would have, too. */
export interface KeptName {
	logicalId: string;
	type: string;
	name: string;
}

/** By which property a type is named, and whether something of a name is there. */
const named: Readonly<
	Record<string, { property: string; isThere: (name: string, account: Account) => Promise<boolean> }>
> = {
	"AWS::DynamoDB::Table": { property: "TableName", isThere: tableIsThere },
	"AWS::DynamoDB::GlobalTable": { property: "TableName", isThere: tableIsThere },
	"AWS::SecretsManager::Secret": { property: "Name", isThere: secretIsThere },
};

/** All that a template retains under a name that is its own, and not CloudFormation's. */
export function keptNames(template: unknown): KeptName[] {
	return Object.entries(templateResources(template)).flatMap(([logicalId, resource]): KeptName[] => {
		const { Type: type, DeletionPolicy: policy, Properties: properties = {} } = resource;
		const name = properties[named[type]?.property ?? ""];
		return String(policy).startsWith("Retain") && typeof name === "string" ? [{ logicalId, type, name }] : [];
	});
}

/**
 * Refuses to make a stack where an earlier one has left what it retains: CloudFormation finds the names taken, half-way. Only reads.
 * `template`: as JSON text. Throws CommandFailed with all of them.
 */
export async function requireFreeNames(
	{ stage, account }: Environment,
	target: StackTarget,
	template: string,
): Promise<string> {
	// What a stack holds, also one that stands by half, is its own.
	if (await readStack(target)) return `${target.stackName} has its own`;
	const kept = keptNames(JSON.parse(template));
	const found = await Promise.all(kept.map(async ({ type, name }) => named[type]?.isThere(name, account)));
	const taken = kept.filter((_, at) => found[at]);
	if (taken.length === 0) return `${kept.length} are free`;
	throw new CommandFailed(exits.refused, {
		title: `An earlier stack of ${stage} has left ${taken.length} of ${kept.length} resources under the names that this one would have.`,
		detail: taken.map(({ type, name }) => `${name}  ${type}`).join("\n"),
		fix: "Delete them, if nobody needs what they hold: of tables the deletion protection first, of secrets at once (--force-delete-without-recovery). Or import them into a stack of that name (docs/deploy.md, Teardown). Then run this again. Nothing was made.",
	});
}

async function tableIsThere(name: string, { dynamodb }: Account): Promise<boolean> {
	return await unlessMissing(() =>
		calling("DynamoDB", () => dynamodb.send(new DescribeTableCommand({ TableName: name }))),
	);
}

/** One that is scheduled for deletion keeps its name until then. */
async function secretIsThere(name: string, { secrets }: Account): Promise<boolean> {
	return await unlessMissing(() =>
		calling("Secrets Manager", () => secrets.send(new DescribeSecretCommand({ SecretId: name }))),
	);
}

async function unlessMissing(look: () => Promise<unknown>): Promise<boolean> {
	try {
		await look();
		return true;
	} catch (error) {
		// Both services call it so.
		if (error instanceof Error && error.name === "ResourceNotFoundException") return false;
		throw error;
	}
}
