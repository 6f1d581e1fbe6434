/** Published quotas of Step Functions, Standard workflows (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
export const limits = {
	/** Events in one execution's history. */
	historyEvents: 25_000,
	/** An execution with this many events cannot be redriven any more. */
	redrivableEvents: 24_999,
	/** Days after its end in which an execution can be redriven. */
	redriveDays: 14,
	/** Days after its end for which an execution's name stays taken. */
	nameDays: 90,
	/** Octets of a state's input or output, or of a task's result. */
	payloadBytes: 262_144,
	/** Octets of one Assign (https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#limits). */
	assignBytes: 262_144,
	/** Octets of all variables that an execution keeps. */
	variablesBytes: 10_485_760,
	/** Octets of input and output, as escaped JSON, above which a status change event leaves them out. */
	eventPayloadBytes: 253_952,
	/** Characters of an execution's name. */
	nameCharacters: 80,
	/** Iterations of an inline Map that run at the same time, whatever MaxConcurrency says. */
	mapConcurrency: 40,
	/** Seconds that a Wait state or a task may last at most. */
	waitSeconds: 99_999_999,
} as const;

export const dayMs = 86_400_000;
