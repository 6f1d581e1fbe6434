import { z } from "zod";
import { EdgeRuleBroken, type EdgeTrigger, type EdgeViolation } from "./edge-rules.ts";
import { type EdgeRequest, type GivenRequest, requestShape, requestViolation } from "./request-rules.ts";
import { type EdgeResponse, type GivenResponse, responseShape, responseViolation } from "./response-rules.ts";

/** What a function was woken with. */
export interface GivenEvent {
	trigger: EdgeTrigger;
	request: GivenRequest;
	/** Of the response triggers. */
	response?: GivenResponse | undefined;
	/** Whether the association has IncludeBody; no unless told. */
	includesBody?: boolean | undefined;
}

/** A result as CloudFront understands it. */
export type CheckedResult =
	| { kind: "request"; request: EdgeRequest }
	| { kind: "response"; response: EdgeResponse }
	| { kind: "violation"; violation: EdgeViolation };

/** Holds a function's result against the rules of its trigger, as CloudFront validates it; the first violation counts. */
export function checkResult(result: unknown, given: GivenEvent): CheckedResult {
	const { trigger, request, response, includesBody = false } = given;
	const isResponse = typeof result === "object" && result !== null && "status" in result;
	const ofRequest = trigger === "viewer-request" || trigger === "origin-request";
	if (isResponse || !ofRequest) {
		const parsed = responseShape.safeParse(result);
		if (!parsed.success) return misshapen(parsed.error, trigger);
		const violation = responseViolation(parsed.data, ofRequest ? undefined : response, trigger);
		return violation ? { kind: "violation", violation } : { kind: "response", response: parsed.data };
	}
	const parsed = requestShape.safeParse(result);
	if (!parsed.success) return misshapen(parsed.error, trigger);
	const violation = requestViolation(parsed.data, request, trigger, includesBody);
	return violation ? { kind: "violation", violation } : { kind: "request", request: parsed.data };
}

/**
 * The function, held to the rules: what it gives is what CloudFront takes. Rejects with EdgeRuleBroken, or with what the function
 * threw. `eventType` of the event names the trigger.
 */
export function withinEdgeRules<Event extends EdgeEvent, Result>(
	handler: (event: Event) => Promise<Result>,
): (event: Event) => Promise<Result> {
	return async (event) => {
		const cf = event.Records[0]?.cf;
		const before = cf && { ...structuredClone(cf), trigger: cf.config.eventType };
		const result = await handler(event);
		const checked = before && checkResult(result, before);
		if (checked?.kind === "violation") throw new EdgeRuleBroken(checked.violation);
		return result;
	};
}

/** What of an event the rules look at. */
interface EdgeEvent {
	Records: { cf: { config: { eventType: EdgeTrigger }; request: GivenRequest; response?: GivenResponse } }[];
}

function misshapen(error: z.ZodError, trigger: EdgeTrigger): CheckedResult {
	const found = z.prettifyError(error).replaceAll(/\s+/g, " ");
	const status = error.issues.some(({ path }) => path[0] === "status");
	return { kind: "violation", violation: { rule: status ? "status" : "shape", trigger, found } };
}
