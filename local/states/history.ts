import type { Happening, LogEvent } from "./events.ts";
import type { Failure } from "./failure.ts";
import type { Json } from "./json.ts";

/** The part of an event that AWS names `<x>EventDetails`, under that name; none for events that say nothing more. */
type Details = Record<string, Record<string, unknown>>;

/**
 * One event as GetExecutionHistory gives it; undefined for what AWS's history does not have. Times are epoch seconds.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
export function wireEvent(event: LogEvent, includeExecutionData: boolean): Record<string, unknown> | undefined {
	if (event.id === undefined) return undefined;
	return {
		timestamp: event.at / 1000,
		type: wireType(event),
		id: event.id,
		previousEventId: event.previousId ?? 0,
		...wireDetails(event, includeExecutionData),
	};
}

/** AWS's name of the event, e.g. `TaskStateEntered`. */
export function wireType(event: Happening): string {
	switch (event.type) {
		case "StateEntered":
		case "StateExited":
		case "StateAborted":
			return `${event.stateType}${event.type}`;
		case "ParallelStarted":
			return "ParallelStateStarted";
		case "MapStarted":
			return "MapStateStarted";
		case "ForkSucceeded":
			return `${event.stateType}StateSucceeded`;
		case "ForkFailed":
			return `${event.stateType}StateFailed`;
		case "IterationStarted":
		case "IterationSucceeded":
		case "IterationFailed":
		case "IterationAborted":
			return `Map${event.type}`;
		default:
			return event.type;
	}
}

function wireDetails(event: LogEvent, withData: boolean): Details {
	const data = (field: string, value: Json) =>
		withData ? { [field]: JSON.stringify(value), [`${field}Details`]: { truncated: false } } : {};
	const task = { resourceType: "lambda" };
	switch (event.type) {
		case "ExecutionStarted":
			return { executionStartedEventDetails: { ...data("input", event.input), roleArn: event.roleArn } };
		case "ExecutionSucceeded":
			return { executionSucceededEventDetails: data("output", event.output) };
		case "ExecutionFailed":
		case "ExecutionTimedOut":
		case "ExecutionAborted":
			return { [`${lowered(event.type)}EventDetails`]: reason(event.failure) };
		case "ExecutionRedriven":
			return { executionRedrivenEventDetails: { redriveCount: event.redriveCount } };
		case "StateEntered":
			return { stateEnteredEventDetails: { name: event.state, ...data("input", event.input) } };
		case "StateExited":
			return {
				stateExitedEventDetails: { name: event.state, ...data("output", event.output), ...assigned(event, withData) },
			};
		case "EvaluationFailed": {
			const location = event.location !== undefined && { location: event.location };
			return { evaluationFailedEventDetails: { ...reason(event.failure), ...location, state: event.state } };
		}
		case "TaskScheduled":
			return { taskScheduledEventDetails: { ...task, ...scheduled(event, withData) } };
		case "TaskStarted":
			return { taskStartedEventDetails: { ...task, resource: event.resource } };
		case "TaskSubmitted":
		case "TaskSucceeded":
			return {
				[`${lowered(event.type)}EventDetails`]: { ...task, resource: event.resource, ...data("output", event.output) },
			};
		case "TaskFailed":
		case "TaskTimedOut":
			return {
				[`${lowered(event.type)}EventDetails`]: { ...task, resource: event.resource, ...reason(event.failure) },
			};
		case "MapStarted":
			return { mapStateStartedEventDetails: { length: event.items.length } };
		case "IterationStarted":
		case "IterationSucceeded":
		case "IterationFailed":
		case "IterationAborted":
			return { [`${lowered(wireType(event))}EventDetails`]: { name: event.state, index: event.index } };
		default:
			return {};
	}
}

function scheduled(event: Extract<LogEvent, { type: "TaskScheduled" }>, withData: boolean): Record<string, unknown> {
	const { resource, parameters, timeoutInSeconds, heartbeatInSeconds } = event;
	return {
		resource,
		region: "us-east-1",
		...(withData && { parameters: JSON.stringify(parameters) }),
		...(timeoutInSeconds !== undefined && { timeoutInSeconds }),
		...(heartbeatInSeconds !== undefined && { heartbeatInSeconds }),
	};
}

function assigned(event: Extract<LogEvent, { type: "StateExited" }>, withData: boolean): Record<string, unknown> {
	if (!event.assigned || !withData) return {};
	const texts = Object.entries(event.assigned).map(([name, value]) => [name, JSON.stringify(value)]);
	return { assignedVariables: Object.fromEntries(texts), assignedVariablesDetails: { truncated: false } };
}

/** Error and cause as AWS gives them: what was not said is absent. */
export function reason({ error, cause }: Failure): { error?: string; cause?: string } {
	return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

function lowered(name: string): string {
	return name.charAt(0).toLowerCase() + name.slice(1);
}
