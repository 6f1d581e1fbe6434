import { z } from "zod";
import { contextOf } from "./context.ts";
import { EvaluationError, evaluateTo } from "./evaluate.ts";
import type { Draft, MapLimits } from "./events.ts";
import { childrenOf, type ForkPosition, type Thread } from "./execution.ts";
import type { Failure } from "./failure.ts";
import type { Json } from "./json.ts";
import { limits } from "./limits.ts";
import type { MapState, ParallelState } from "./machine.ts";
import type { Moment } from "./moment.ts";
import { attempted } from "./outcome.ts";

export async function startParallel({ thread, scope, chance }: Moment, state: ParallelState): Promise<Draft[]> {
	const input =
		state.Arguments === undefined ? thread.input : await chance.evaluate(state.Arguments, "Arguments", scope);
	return [{ type: "ParallelStarted", thread: thread.id, starts: state.Branches.map(({ StartAt }) => StartAt), input }];
}

const count = z.int().min(0);

/** Throws EvaluationError; without Items the input itself must be an array. */
export async function startMap(moment: Moment, state: MapState): Promise<Draft[]> {
	const { thread, scope, chance } = moment;
	const { input } = thread;
	if (state.Items === undefined && !Array.isArray(input))
		throw new EvaluationError(`Map state input must be an array but was: ${JSON.stringify(input)}`);
	const items = await evaluateTo(chance.evaluate, z.array(z.json()), "array", state.Items ?? input, "Items", scope);
	const amount = (
		field: "MaxConcurrency" | "ToleratedFailureCount" | "ToleratedFailurePercentage",
		type: z.ZodType<number>,
	) => evaluateTo(chance.evaluate, type, "number", state[field], field, scope);
	const mapLimits: MapLimits = {
		maxConcurrency: await amount("MaxConcurrency", count),
		toleratedCount: await amount("ToleratedFailureCount", count),
		toleratedPercentage: await amount("ToleratedFailurePercentage", z.number().min(0).max(100)),
	};
	return [{ type: "MapStarted", thread: thread.id, items, startAt: state.ItemProcessor.StartAt, ...mapLimits }];
}

/** What a fork does about its threads: notes an end, fails with the first failure too many, begins the next, or joins. */
export async function stepFork(moment: Moment, fork: ForkPosition): Promise<Draft[]> {
	const { execution, thread, state } = moment;
	const children = childrenOf(execution, thread.id, fork);
	const open = children.filter(({ index }) => fork.settled[index] === undefined);
	const failed = open.find(({ position }) => position.at === "failed");
	if (failed?.position.at === "failed") return noteFailure(moment, fork, failed, failed.position.failure);
	if (state.Type === "Map" && fork.map) {
		const done = open.find(({ position }) => position.at === "ended");
		const note = done ? iteration("IterationSucceeded", thread, done.index) : [];
		const begun = await attempted(moment, () => begin(moment, state, fork, open.length - note.length, done));
		// A failed ItemSelector fails the Map, and what it began must not go on by itself.
		const rest = begun.some(({ type }) => type === "EvaluationFailed") ? open.filter((other) => other !== done) : [];
		const drafts = [...note, ...rest.flatMap((child) => abandon(moment, child)), ...begun];
		if (drafts.length > 0) return drafts;
	}
	return joined(moment, fork, children);
}

function iteration(
	type: "IterationSucceeded" | "IterationFailed" | "IterationAborted",
	{ id, state }: Thread,
	index: number,
	previousId?: number,
): Draft[] {
	return [{ type, thread: id, state, index, ...(previousId !== undefined && { previousId }) }];
}

/** The iterations for which there is room, `running` being under way; `freed` is the one whose end made the room. */
async function begin(
	moment: Moment,
	state: MapState,
	fork: ForkPosition,
	running: number,
	freed?: Thread,
): Promise<Draft[]> {
	const { execution, thread, scope, chance } = moment;
	if (!fork.map) return [];
	const { items, limits: own } = fork.map;
	const room = Math.min(own.maxConcurrency || limits.mapConcurrency, limits.mapConcurrency) - running;
	const drafts: Draft[] = [];
	for (const [offset, item] of items.slice(fork.begun, fork.begun + room).entries()) {
		const index = fork.begun + offset;
		let input: Json = item;
		if (state.ItemSelector !== undefined) {
			const context = contextOf(execution, { ...thread, item: { Index: index, Value: item } });
			const states = { ...scope.states, context };
			input = await chance.evaluate(state.ItemSelector, "ItemSelector", { ...scope, states });
		}
		const previous = freed && { previousId: freed.previousId };
		drafts.push({ type: "IterationStarted", thread: thread.id, state: thread.state, index, input, ...previous });
	}
	return drafts;
}

function joined({ thread, state }: Moment, fork: ForkPosition, children: Thread[]): Draft[] {
	if (state.Type !== "Map" && state.Type !== "Parallel") return [];
	const over = fork.map
		? Object.keys(fork.settled).length
		: children.filter(({ position }) => position.at === "ended").length;
	if (over < fork.width) return [];
	const output = children.flatMap(({ position }) => (position.at === "ended" ? [position.output] : []));
	return [{ type: "ForkSucceeded", thread: thread.id, stateType: state.Type, output }];
}

function noteFailure(moment: Moment, fork: ForkPosition, failed: Thread, failure: Failure): Draft[] {
	const { execution, thread } = moment;
	const own = fork.map ? iteration("IterationFailed", thread, failed.index, failed.previousId) : [];
	const noted = [...own, ...cut(moment, failed, failed.previousId)];
	if (fork.map && tolerated(fork, fork.map.limits)) return noted;
	const others = childrenOf(execution, thread.id, fork).filter(
		(child) => child !== failed && fork.settled[child.index] === undefined,
	);
	const rest = others.flatMap((child) => abandon(moment, child, failed.previousId));
	return [...noted, ...rest, { type: "StateFailed", thread: thread.id, failure: broken(fork, failure) }];
}

/** Both thresholds are kept, where they are given (0 is none). */
function tolerated(fork: ForkPosition, { toleratedCount, toleratedPercentage }: MapLimits): boolean {
	if (toleratedCount === 0 && toleratedPercentage === 0) return false;
	const failures = Object.values(fork.settled).filter((how) => how === "failed").length + 1;
	const byCount = toleratedCount === 0 || failures <= toleratedCount;
	return byCount && (toleratedPercentage === 0 || (failures / fork.width) * 100 <= toleratedPercentage);
}

function broken({ map }: ForkPosition, failure: Failure): Failure {
	if (!map || (map.limits.toleratedCount === 0 && map.limits.toleratedPercentage === 0)) return failure;
	const cause = "The specified tolerated failure threshold was exceeded";
	return { error: "States.ExceedToleratedFailureThreshold", cause };
}

/** Ends a thread because its fork failed; one that had just ended counts as it ended. */
function abandon(moment: Moment, child: Thread, previousId?: number): Draft[] {
	const { execution, thread } = moment;
	const parent = execution.threads[child.parent ?? ""] ?? thread;
	const isIteration = parent.position.at === "fork" && parent.position.map !== undefined;
	if (child.position.at === "ended") return isIteration ? iteration("IterationSucceeded", parent, child.index) : [];
	const note = isIteration ? iteration("IterationAborted", parent, child.index, previousId) : [];
	return [...note, ...cut(moment, child, previousId)];
}

/** AWS's history tells of the end of states that had something under way; of the others nothing is to be said. */
function cut(moment: Moment, child: Thread, previousId?: number): Draft[] {
	const { execution, machine } = moment;
	const { position } = child;
	const type = machine.states.get(child.state)?.Type;
	const below = position.at === "fork" ? childrenOf(execution, child.id, position) : [];
	const inner = below.flatMap((grandchild) => abandon(moment, grandchild, previousId));
	const told =
		type === "Task" || type === "Wait" || (position.at === "fork" && (type === "Map" || type === "Parallel"));
	if (!(told && type) || (position.at === "door" && !position.entered))
		return [...inner, { type: "ThreadAborted", thread: child.id }];
	return [
		...inner,
		{ type: "StateAborted", thread: child.id, stateType: type, ...(previousId !== undefined && { previousId }) },
	];
}
