import { BatchGetCommand, GetCommand } from "@aws-sdk/lib-dynamodb";
import { type Claim, claimSchema } from "../domain/claim.ts";
import { HostmasterError } from "../domain/errors.ts";
import { calling } from "./aws-errors.ts";
import { documents, parseRow, parseRows, type TransactItem, transact } from "./dynamodb.ts";
import { claimRow, keys, registryTable } from "./registry.ts";

/** The claim as it stands now (strongly consistent), or undefined. */
export async function readClaim(hostname: string): Promise<Claim | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(new GetCommand({ TableName: registryTable(), Key: keys.claim(hostname), ConsistentRead: true })),
	);
	return Item && parseRow(claimSchema, Item);
}

/** What stands in the registry for some hostnames; a name in neither has no claim. */
export interface FoundClaims {
	claims: Map<string, Claim>;
	/** Names whose row does not parse: nothing can be said of them, least of all that they are gone. */
	unreadable: Set<string>;
}

/** The claims of up to 100 hostnames (strongly consistent). */
export async function readClaims(hostnames: readonly string[]): Promise<FoundClaims> {
	const found: FoundClaims = { claims: new Map(), unreadable: new Set() };
	const table = registryTable();
	let wanted: Record<string, unknown>[] = [...new Set(hostnames)].map(keys.claim);
	while (wanted.length > 0) {
		const { Responses, UnprocessedKeys } = await calling("DynamoDB", () =>
			documents.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } })),
		);
		for (const row of Responses?.[table] ?? []) {
			const [claim] = parseRows(claimSchema, [row]);
			if (claim) found.claims.set(claim.hostname, claim);
			// Its key is all that is sure of such a row.
			else found.unreadable.add(String(row["pk"]).replace("HOSTNAME#", ""));
		}
		wanted = UnprocessedKeys?.[table]?.Keys ?? [];
	}
	return found;
}

/** The claim, when `generation` is still the one that counts. Throws Superseded otherwise (R3). */
export async function liveClaim(hostname: string, generation: number): Promise<Claim> {
	const claim = await readClaim(hostname);
	if (claim && isCurrent(claim, generation)) return claim;
	throw superseded(hostname, generation, claim);
}

/** The claim of exactly `generation`, also when it was released since. Throws Superseded otherwise (R3). */
export async function claimOf(hostname: string, generation: number): Promise<Claim> {
	const claim = await readClaim(hostname);
	if (claim?.generation === generation) return claim;
	throw superseded(hostname, generation, claim);
}

export function isCurrent(claim: Claim, generation: number): boolean {
	return claim.generation === generation && claim.intent !== "released";
}

export function superseded(hostname: string, generation: number, claim: Claim | undefined): HostmasterError {
	const now = claim ? `generation ${claim.generation} (${claim.intent})` : "no claim";
	return new HostmasterError(
		"Superseded",
		`Generation ${generation} of '${hostname}' is over: the registry holds ${now}.`,
	);
}

/**
 * Changes the live claim of `generation` and writes `also` in the same transaction. Reads again when another writer was faster.
 * Throws Superseded when the generation is over. Safe to repeat when `change` is.
 */
export async function changeClaim(
	{ hostname, generation }: { hostname: string; generation: number },
	change: (claim: Claim) => Claim,
	also: TransactItem[] = [],
): Promise<Claim> {
	for (let attempt = 1; attempt <= 8; attempt++) {
		const before = await liveClaim(hostname, generation);
		const after = { ...change(before), revision: before.revision + 1 };
		const reasons = await transact([claimPut(after, before), ...also]);
		if (!reasons) return after;
		if (reasons[0]?.code !== "ConditionalCheckFailed") {
			throw new HostmasterError("Superseded", `'${hostname}': what belongs to its change has moved on.`, {
				cause: reasons,
			});
		}
	}
	throw new HostmasterError("ServiceUnavailable", `Other writers of '${hostname}' were faster eight times.`);
}

/** The write of `after` over exactly the row that was read as `before`. */
export function claimPut(after: Claim, before: Claim): TransactItem {
	return {
		Put: {
			TableName: registryTable(),
			Item: claimRow(after),
			ConditionExpression: "revision = :revision AND generation = :generation",
			ExpressionAttributeValues: { ":revision": before.revision, ":generation": before.generation },
		},
	};
}
