import { isWanted, namesOf } from "../../domain/zone-plan.ts";
import { type FoundClaims, readClaims } from "../../services/claims.ts";
import type { RequestedChange } from "../../services/zone-changes.ts";
import { failAll } from "./answer-changes.ts";
import type { Run } from "./zone-run.ts";

/** A change that Route 53 did not take for so long fails with a reason, before its state times out without one. */
const longestWaitMs = 90 * 60_000;

/** The changes that the registry still wants, as it stands now (R3); the tasks of the others are told why not. */
export async function currentOf(run: Run, changes: readonly RequestedChange[]): Promise<RequestedChange[]> {
	const { claims, unreadable } = await claimsOf(changes.flatMap(namesOf));
	const counting: RequestedChange[] = [];
	for (const change of changes) {
		const { hostname, generation, requestedAt, wait } = change;
		// Nothing is known of it, so nothing is done: it is neither written nor called superseded.
		if (namesOf(change).some((name) => unreadable.has(name))) run.stuck.add(wait.taskToken);
		else if (!isWanted(change, claims)) {
			await failAll(run, [change], {
				error: "Superseded",
				detail: `Generation ${generation} of '${hostname}' is over.`,
			});
		} else if (Date.now() - Date.parse(requestedAt) > longestWaitMs) {
			const detail = "Route 53 did not take the change within 90 minutes.";
			await failAll(run, [change], { error: "WaitExpired", detail });
		} else counting.push(change);
	}
	return counting;
}

// As many as one read of DynamoDB takes.
const namesPerRead = 100;

/** All at once: the longer it takes until the write, the more can change in between. */
async function claimsOf(hostnames: readonly string[]): Promise<FoundClaims> {
	const names = [...new Set(hostnames)];
	const pages = Array.from({ length: Math.ceil(names.length / namesPerRead) }, (_, at) =>
		names.slice(at * namesPerRead, (at + 1) * namesPerRead),
	);
	const found = await Promise.all(pages.map(readClaims));
	return {
		claims: new Map(found.flatMap(({ claims }) => [...claims])),
		unreadable: new Set(found.flatMap(({ unreadable }) => [...unreadable])),
	};
}
