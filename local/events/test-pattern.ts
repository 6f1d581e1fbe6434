import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import { compilePattern } from "./pattern.ts";

const inputSchema = z.object({ EventPattern: z.string(), Event: z.string() });

// An event must have these to be tested (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html).
const envelope = z.looseObject({
	id: z.string(),
	account: z.string(),
	source: z.string(),
	time: z.string(),
	region: z.string(),
	"detail-type": z.unknown(),
});

/** The operation TestEventPattern: would this pattern take this event? */
export function testEventPattern(input: unknown): { Result: boolean } {
	const asked = inputSchema.safeParse(input);
	if (!asked.success) throw new AwsError("ValidationException", "EventPattern and Event must not be null.");
	const { EventPattern, Event } = asked.data;
	const matches = compilePattern(EventPattern);
	let event: unknown;
	try {
		event = JSON.parse(Event);
	} catch {
		event = undefined;
	}
	if (!envelope.safeParse(event).success) throw new AwsError("ValidationException", "Parameter Event is not valid.");
	return { Result: matches(event) };
}
