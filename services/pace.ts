import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { HostmasterError } from "../domain/errors.ts";
import { type Limit, limits } from "../domain/limits.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure } from "./dynamodb.ts";
import { setting } from "./settings.ts";
import { sleep } from "./sleep.ts";

const rates = {
	"acm:DescribeCertificate": limits.acmDescribeRate,
	"acm:RequestCertificate": limits.acmRequestRate,
	"acm:DeleteCertificate": limits.acmDeleteRate,
	"acm:ListCertificates": limits.acmListRate,
} as const satisfies Record<string, Limit>;

/** The calls whose published rate all functions share. */
export type PacedCall = keyof typeof rates;

/**
 * Resolves when it is this call's turn. All functions ask one row for the next free moment, in even steps below the published rate, so
 * that no burst of domains is throttled. A moment more than `withinMs` ahead is not taken: throws Throttled, for the caller to come
 * again. Crash here? A moment is lost, and nothing else.
 */
export async function turnFor(call: PacedCall, withinMs: number): Promise<void> {
	const now = Date.now();
	const step = 100_000 / (rates[call].value * limits.rateShare.value);
	const free = await advance(call, {
		to: ":next",
		when: "attribute_not_exists(freeAtMs) OR freeAtMs <= :now",
		values: { ":next": now + step, ":now": now },
	});
	if (free) return;
	const queued = await advance(call, {
		to: "freeAtMs + :step",
		when: "freeAtMs <= :latest",
		values: { ":step": step, ":latest": now + withinMs },
	});
	if (!queued) throw new HostmasterError("Throttled", `Too many others wait for their turn to call ${call}.`);
	if (queued.freeAtMs !== undefined) await sleep(Math.max(0, queued.freeAtMs - now));
}

const beforeSchema = z.object({ freeAtMs: z.number().optional() });

/** Moves the next free moment on and answers what it was before; undefined when `when` does not hold. */
async function advance(
	call: PacedCall,
	change: { to: string; when: string; values: Record<string, number> },
): Promise<z.infer<typeof beforeSchema> | undefined> {
	const wanted = new UpdateCommand({
		TableName: setting("WAITS_TABLE"),
		Key: { pk: `RATE#${call}`, sk: "RATE" },
		UpdateExpression: `SET freeAtMs = ${change.to}`,
		ConditionExpression: change.when,
		ExpressionAttributeValues: change.values,
		ReturnValues: "UPDATED_OLD",
	});
	try {
		const { Attributes = {} } = await calling("DynamoDB", () => documents.send(wanted));
		return beforeSchema.parse(Attributes);
	} catch (error) {
		if (isConditionFailure(error)) return undefined;
		throw error;
	}
}
