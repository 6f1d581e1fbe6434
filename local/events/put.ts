import { randomUUID } from "node:crypto";
import { z } from "zod";
import { AwsError, type Caller } from "../aws/service.ts";
import { busNameIn } from "./rule.ts";

const entrySchema = z.object({
	Source: z.string().optional(),
	DetailType: z.string().optional(),
	Detail: z.string().optional(),
	EventBusName: z.string().default("default"),
	Resources: z.array(z.string()).default([]),
	/** Epoch seconds, as awsJson writes times. */
	Time: z.number().optional(),
});
const inputSchema = z.object({ Entries: z.array(entrySchema).min(1).max(10) });

type Entry = z.output<typeof entrySchema>;

/** An event as rules and targets see it. */
export interface Envelope {
	version: "0";
	id: string;
	"detail-type": string;
	source: string;
	account: string;
	time: string;
	region: string;
	resources: readonly string[];
	detail: unknown;
}

export type EntryOutcome =
	| { ok: true; busName: string; event: Envelope }
	| { ok: false; ErrorCode: string; ErrorMessage: string };

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html: 10 entries, 256 KB in all
const requestLimitBytes = 256 * 1024;

/** Checks a PutEvents request, entry by entry. Throws AwsError `ValidationException` for what refuses all of it. */
export function entriesOf(
	input: unknown,
	{ caller, nowMs, buses }: { caller: Caller; nowMs: number; buses: ReadonlySet<string> },
): EntryOutcome[] {
	const parsed = inputSchema.safeParse(input);
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		throw new AwsError("ValidationException", `Value at '${issue?.path.join(".")}' failed to satisfy constraint.`);
	}
	const { Entries } = parsed.data;
	if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > requestLimitBytes) {
		throw new AwsError("ValidationException", "Total size of the entries in the request is over the limit.");
	}
	return Entries.map((entry): EntryOutcome => {
		const busName = busNameIn(entry.EventBusName);
		const refusal = refusalOf(entry, busName, buses);
		if (refusal) return { ok: false, ...refusal };
		const { DetailType = "", Source = "", Detail = "", Resources, Time } = entry;
		const timeMs = Time === undefined ? nowMs : Time * 1000;
		return {
			ok: true,
			busName,
			event: envelopeOf({ DetailType, Source, Resources, detail: JSON.parse(Detail) }, caller, timeMs),
		};
	});
}

/** Puts an envelope around an event's own part. Times are whole seconds, as on AWS. */
export function envelopeOf(
	event: { DetailType: string; Source: string; Resources: readonly string[]; detail: unknown },
	{ accountId, region }: Caller,
	timeMs: number,
): Envelope {
	return {
		version: "0",
		id: randomUUID(),
		"detail-type": event.DetailType,
		source: event.Source,
		account: accountId,
		time: `${new Date(timeMs).toISOString().slice(0, 19)}Z`,
		region,
		resources: event.Resources,
		detail: event.detail,
	};
}

function refusalOf(entry: Entry, busName: string, buses: ReadonlySet<string>) {
	for (const name of ["Source", "DetailType", "Detail"] as const) {
		if (entry[name]) continue;
		return refusal("InvalidArgument", `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
	}
	if (!isJsonObject(entry.Detail ?? "")) return refusal("MalformedDetail", "Detail is malformed.");
	if (entry.Source?.startsWith("aws.")) return refusal("NotAuthorizedForSource", "Not authorized for the source.");
	// Stricter than AWS, which takes such an event and drops it: here a wrong name should be seen.
	if (!buses.has(busName)) return refusal("ResourceNotFoundException", `Event bus ${busName} does not exist.`);
	return undefined;
}

function refusal(ErrorCode: string, ErrorMessage: string) {
	return { ErrorCode, ErrorMessage };
}

function isJsonObject(text: string): boolean {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && !Array.isArray(value);
	} catch {
		return false;
	}
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
function sizeOf({ Time, Source = "", DetailType = "", Detail = "", Resources }: Entry): number {
	const texts = [Source, DetailType, Detail, ...Resources];
	return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}
