import { reasonOf } from "../stack/progress.ts";
import type { StackSource } from "../stack/stack-table.ts";
import type { Stacks } from "../stack/stacks.ts";
import type { Move } from "./history.ts";
import { readTemplate } from "./request.ts";
import type { Asked, StackRecord, StackRecords } from "./stack-records.ts";

export interface DeploymentsOptions {
	records: StackRecords;
	stacks: Stacks;
	move: Move;
	/** Takes what went wrong here: a defect of the embedded cloud. */
	log: (line: string) => void;
}

/** What becomes of stacks in the background. */
export interface Deployments {
	/** Does what the stack's state says is under way, after what is at work on it already, and whatever follows from how that ends. */
	goOn(stack: StackRecord): void;
	/** What is under way ends unheard; the next process goes on with it. */
	close(): void;
}

/** The state in which something ended, and what else is to be noted then. */
type Ending = { status: string } & Partial<StackRecord>;

export function createDeployments({ records, stacks, move, log }: DeploymentsOptions): Deployments {
	const working = new Map<string, Promise<void>>();
	let isClosed = false;

	const acts: Readonly<Record<string, (stack: StackRecord) => Promise<Ending>>> = {
		CREATE_IN_PROGRESS: (stack) => deploy(stack, "CREATE"),
		UPDATE_IN_PROGRESS: (stack) => deploy(stack, "UPDATE"),
		UPDATE_ROLLBACK_IN_PROGRESS: goBack,
		ROLLBACK_IN_PROGRESS: (stack) => takeDown(stack, "ROLLBACK"),
		DELETE_IN_PROGRESS: (stack) => takeDown(stack, "DELETE"),
	};

	async function deploy(stack: StackRecord, verb: "CREATE" | "UPDATE"): Promise<Ending> {
		try {
			const resolver = await stacks.deploy(stack.name, sourceOf(stack));
			return { status: `${verb}_COMPLETE`, outputs: resolver.outputs(), stable: askedOf(stack) };
		} catch (error) {
			return { ...afterFailure(stack, verb), reason: reasonOf(error) };
		}
	}

	async function goBack(stack: StackRecord): Promise<Ending> {
		try {
			const resolver = await stacks.deploy(stack.name, sourceOf(stack));
			return { status: "UPDATE_ROLLBACK_COMPLETE", reason: stack.reason, outputs: resolver.outputs() };
		} catch (error) {
			return { status: "UPDATE_ROLLBACK_FAILED", reason: reasonOf(error) };
		}
	}

	async function takeDown({ name, reason }: StackRecord, verb: "ROLLBACK" | "DELETE"): Promise<Ending> {
		try {
			await stacks.remove(name);
			return { status: `${verb}_COMPLETE`, reason };
		} catch (error) {
			return { status: `${verb}_FAILED`, reason: reasonOf(error) };
		}
	}

	/** Notes an ending, unless somebody has asked for something else meanwhile. */
	function ended(stack: StackRecord, { status, ...more }: Ending): StackRecord | undefined {
		if (isClosed || records.find(stack.id)?.status !== stack.status) return undefined;
		return move(stack, status, more);
	}

	async function carryOn(begun: StackRecord): Promise<void> {
		for (let stack: StackRecord | undefined = begun; stack; ) {
			const ending: Ending | undefined = await acts[stack.status]?.(stack);
			stack = ending && ended(stack, ending);
		}
	}

	return {
		goOn(stack) {
			if (!Object.hasOwn(acts, stack.status)) return;
			const before = working.get(stack.name);
			// Without anybody before it begins at once: the engine is not to begin with it by itself.
			const now = (before ? before.then(() => carryOn(stack)) : carryOn(stack)).catch((error: unknown) => {
				if (!isClosed) log(`cloudformation: ${stack.name}: ${error}`);
			});
			working.set(stack.name, now);
		},
		close() {
			isClosed = true;
		},
	};
}

/**
 * What follows a deployment that failed. A stack that has never stood as a whole has nothing to go back to when it is updated.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
 */
function afterFailure({ onFailure, stable }: StackRecord, verb: "CREATE" | "UPDATE"): Ending {
	if (onFailure === "DO_NOTHING") return { status: `${verb}_FAILED` };
	if (verb === "CREATE") return { status: onFailure === "DELETE" ? "DELETE_IN_PROGRESS" : "ROLLBACK_IN_PROGRESS" };
	return stable ? { status: "UPDATE_ROLLBACK_IN_PROGRESS", ...stable } : { status: "UPDATE_FAILED" };
}

function sourceOf({ template, parameters }: Asked): StackSource {
	return { template: readTemplate(template), parameters };
}

function askedOf({ template, parameters, tags }: Asked): Asked {
	return { template, parameters, tags };
}
