import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AwsError } from "../../../local/aws/service.ts";
import { testEventPattern } from "../../../local/events/test-pattern.ts";

/** Folder with what AWS itself answered; the test is left out without it. */
const folder = process.env["AWS_RECORDINGS"];

const recordings = z.array(
	z.object({
		name: z.string(),
		pattern: z.unknown().optional(),
		patternText: z.string().optional(),
		event: z.unknown().optional(),
		eventText: z.string().optional(),
		via: z.string().optional(),
		expect: z.enum(["match", "no-match", "error"]),
		error: z.object({ code: z.string(), message: z.string() }).optional(),
	}),
);

type Recording = z.output<typeof recordings>[number];

function read(): Recording[] {
	return folder ? recordings.parse(JSON.parse(readFileSync(join(folder, "event-patterns.json"), "utf8"))) : [];
}

/** The envelope that PutEvents adds, for recordings that were made through it. */
const envelope = { id: "1", account: "222222222222", region: "us-east-1", time: "2026-11-22T00:00:00Z" };

function outcome({ pattern, patternText, event, eventText, via }: Recording) {
	const EventPattern = patternText ?? JSON.stringify(pattern);
	const whole = via === "PutEvents" ? { ...envelope, ...Object(event) } : event;
	try {
		const { Result } = testEventPattern({ EventPattern, Event: eventText ?? JSON.stringify(whole) });
		return { expect: Result ? "match" : "no-match" };
	} catch (error) {
		if (!(error instanceof AwsError)) throw error;
		return { expect: "error", error: { code: error.name, message: error.message } };
	}
}

/** What a JSON parser says of a text that is no JSON is its own: of such an error only the code counts. */
function expected({ expect: kind, error }: Recording) {
	if (!error) return { expect: kind };
	const message = error.message.includes("[Source") ? expect.any(String) : error.message;
	return { expect: kind, error: { code: error.code, message } };
}

describe.runIf(folder)("event patterns, as AWS answered", () => {
	it.each(read())("$name", (recording) => {
		expect(outcome(recording)).toEqual(expected(recording));
	});
});
