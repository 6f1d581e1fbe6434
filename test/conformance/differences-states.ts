/** What is known of a check that not all pass: by implementation, what shows it and what is done there. */
export interface KnownDifference {
	check: string;
	documented: string;
	moto?: readonly [seen: string, does: string];
	ministack?: readonly [seen: string, does: string];
}

const takesAll = ["was not refused", "takes it"] as const;

/** Of the services that carry events, messages, executions and stacks. */
export const stateDifferences: readonly KnownDifference[] = [
	{
		check: "the packaged template is taken as it is",
		documented: "AWS::CloudFront::ConnectionGroup and AWS::Logs::Delivery… are types of resources",
		ministack: [
			"AWS::CloudFront::ConnectionGroup",
			"refuses templates with these types; the stack stands without them",
		],
	},
	{
		check: "an execution fails with its state's error and cause",
		documented: "output is set only if the execution succeeds",
		ministack: ['+   \'{"Error"', "answers error and cause as the output, too"],
	},
	{
		check: "the same name and input while it runs are the same execution",
		documented: "the same name and input as a running execution: the same answer as to the first request",
		ministack: ["Execution already exists", "refuses it with ExecutionAlreadyExists"],
	},
	{
		check: "the history tells every state entered and left, in order",
		documented: "an event names the one before it; maxResults and reverseOrder tell what a page holds",
		ministack: ["+   0,", "names no event before"],
		moto: ["+   'ExecutionStarted'", "ignores maxResults"],
	},
	{
		check: "a stopped execution is ABORTED, with the error and cause of whoever stopped it",
		documented: "the answer has the stopDate",
		moto: ["instanceof Date", "answers no stopDate"],
	},
	{
		check: "a machine or execution that is not there is refused by name",
		documented: "the specified state machine does not exist: StateMachineDoesNotExist",
		ministack: ["was not refused", "lists nothing for a machine that is not there"],
	},
	{
		check: "a name with a blank and an input that is no JSON are refused",
		documented: "a name must not contain white space: InvalidName",
		moto: takesAll,
		ministack: takesAll,
	},
	{
		check: "a task token that nobody issued is refused with InvalidToken",
		documented: "the provided token is not valid: InvalidToken",
		ministack: ["refused with TaskDoesNotExist", "refuses it with TaskDoesNotExist"],
	},
	{
		check: "a machine's own timeout ends its execution as TIMED_OUT",
		documented: "an execution that runs longer than TimeoutSeconds fails with States.Timeout",
		ministack: ["+ 'SUCCEEDED'", "lets it run to its end"],
	},
	{
		check: "an event that a rule's pattern matches comes to its queue, in an envelope; others do not",
		documented: "every event has its account",
		moto: ["Input:\n\n''", "leaves the account out"],
	},
	{
		check: "PutEvents says of each entry what became of it",
		documented: "a Detail that is no JSON fails with MalformedDetail",
		ministack: ["0 !== 1", "takes it"],
	},
	{
		check: "TestEventPattern decides as a rule does",
		documented: "Result tells whether the event matches",
		moto: ["+ undefined", "answers nothing"],
	},
	{
		check: "a pattern that is none is refused with InvalidEventPatternException",
		documented: "the event pattern is not valid: InvalidEventPatternException",
		moto: ["was not refused", "answers nothing"],
	},
	{
		check: "a purge takes everything, and is not repeated within a minute",
		documented: "a second PurgeQueue within 60 seconds is refused with PurgeQueueInProgress",
		ministack: ["was not refused", "purges again"],
	},
	{
		check: "an executed change set makes the stack, with outputs and parameters",
		documented: "Fn::GetAtt of a queue's Arn is its ARN",
		moto: ["Input:\n\n''", "answers outputs of attributes empty"],
	},
	{
		check: "a change set in which nothing differs fails, and cannot be executed",
		documented: "a change set that is not AVAILABLE cannot be executed: InvalidChangeSetStatus",
		moto: takesAll,
	},
	{
		check: "a deleted change set is not there any more",
		documented: "a change set that does not exist: ChangeSetNotFound",
		moto: ["was not refused", "still describes it"],
	},
	{
		check: "a stack's events tell of each resource, the last first",
		documented: "an event for each change of each resource",
		moto: ["CREATE_COMPLETE", "tells of the stack only"],
	},
	{
		check: "a template that names what it does not have is refused with ValidationError",
		documented: "Ref names a parameter or a resource of the template",
		moto: takesAll,
		ministack: takesAll,
	},
	{
		check: "a template that gives rights needs CAPABILITY_IAM",
		documented: "without the capability the answer is InsufficientCapabilities",
		moto: takesAll,
		ministack: takesAll,
	},
	{
		check: "a session's name and duration have bounds",
		documented: "2 to 64 characters of [\\w+=,.@-]; 900 seconds at least",
		moto: takesAll,
		ministack: takesAll,
	},
	{
		check: "a role that is not there cannot be assumed",
		documented: "whoever asks needs the role's trust: AccessDenied",
		moto: ["was not refused", "gives credentials for every ARN"],
		ministack: ["was not refused", "gives credentials for every ARN"],
	},
	{
		check: "what does not match its checksum is refused",
		documented: "a checksum that does not match what was received: BadDigest",
		moto: ["was not refused", "keeps it"],
	},
];
