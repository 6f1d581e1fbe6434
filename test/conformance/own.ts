/** What a run has made, by which it may be changed and deleted: its names carry the prefix or the zone, the rest was answered to it. */
export interface Own {
	/** Throws for an operation that would change something of others. */
	requireOwn(operation: string, input: unknown): void;
	/** Takes in the ids of what an operation has made. */
	learn(operation: string, output: unknown): void;
}

const reads = /:(?:Get|List|Describe|Head|Query|Scan|BatchGet|TransactGet|Verify|Test|AssumeRole|Receive)/;
const makes = /:(?:Create|Request)/;
const naming = /(?:^|[a-z])(?:Id|Arn|ARN)$/;

/** Guards everything that does not carry `prefix` or lie under `zone`. */
export function ownedBy(prefix: string, zone: string): Own {
	const made = new Set<string>();
	const isCalledOwn = (text: string) => text.includes(prefix) || text.includes(`.${zone}`);
	return {
		requireOwn(operation, input) {
			// A made-up token says nothing of whom it is about, and nobody has it.
			if (reads.test(operation) || /:SendTask/.test(operation)) return;
			for (const [key, text] of textsIn(input)) {
				if (isCalledOwn(key) || isCalledOwn(text) || made.has(lastPart(text))) return;
			}
			throw new Error(`${operation} names nothing with '${prefix}' or under '${zone}': ${JSON.stringify(input)}`);
		},
		learn(operation, output) {
			if (!makes.test(operation)) return;
			for (const [key, text] of textsIn(output)) if (text !== "" && naming.test(key)) made.add(lastPart(text));
		},
	};
}

/** Ids come with and without what leads to them, e.g. `/hostedzone/Z123`. */
function lastPart(text: string): string {
	return text.slice(text.lastIndexOf("/") + 1);
}

/** Every text in it, with the member's name; of members that hold more, the name alone. */
function textsIn(value: unknown, name = ""): [name: string, text: string][] {
	if (typeof value === "string") return [[name, value]];
	if (typeof value !== "object" || value === null) return [];
	return [[name, ""], ...Object.entries(value).flatMap(([key, member]) => textsIn(member, key))];
}
