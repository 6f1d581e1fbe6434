/** A call that waits for its turn: whose it is, and what lets it go on. A process may wait with several. */
interface Waiting {
	process: string;
	call: string;
	commit: () => unknown;
	answer: (value: unknown) => void;
	fail: (error: unknown) => void;
}

export interface Explored {
	/** Distinct situations: what the store held, what each process had been told, what it was about to do, and the crashes left. */
	states: number;
	/** Moves from one situation to another; every one of them was carried out. */
	moves: number;
	/** Runs that came to an end, each of which was checked. */
	ends: number;
}

export interface World {
	/** The calls of the run's processes go here, each with what it does to the store. */
	call(process: string, call: string, commit: () => unknown): Promise<unknown>;
}

export interface Run {
	/** Begins each process; a process that has crashed is begun anew, as a caller repeats its request. */
	processes: Record<string, () => Promise<unknown>>;
	/** The store's content as text, without what differs by chance. */
	snapshot: () => string;
	/** Called with what each process was told at its end; throws when that, or the store, is not as it must be. */
	check: (ends: Record<string, PromiseSettledResult<unknown>>) => void;
}

/**
 * Carries every possible move out in every situation that can be met, with at most `crashes` crashes in a run. The code under test is
 * the real one; only its calls wait for their turn here. A situation that was met before is not gone on from again: what comes after
 * it does not depend on how it was reached.
 */
export async function explore(begin: (world: World) => Run, crashes: number): Promise<Explored> {
	const met = new Map<string, number>();
	let ends = 0;
	let moves = 0;
	const open: number[][] = [[]];
	for (let choices = open.pop(); choices; choices = open.pop()) {
		const { widths, ended } = await runOnce(begin, crashes, choices, met);
		if (ended) ends++;
		// What this run took was the first of the alternatives at each new point: the others are still open.
		for (let at = choices.length; at < widths.length; at++) {
			const before = [...choices, ...Array<number>(at - choices.length).fill(0)];
			for (let other = 1; other < (widths[at] ?? 0); other++) open.push([...before, other]);
		}
		moves += 1 + Math.max(0, widths.length - choices.length - 1);
	}
	return { states: met.size, moves, ends };
}

/** Carries one order out until its end or a known situation, and answers how many alternatives there were at each of its points. */
async function runOnce(
	begin: (world: World) => Run,
	crashes: number,
	choices: readonly number[],
	met: Map<string, number>,
): Promise<{ widths: number[]; ended: boolean }> {
	let waiting: Waiting[] = [];
	const ends: Record<string, PromiseSettledResult<unknown>> = {};
	let generation: Record<string, number> = {};
	const run = begin({
		call: (process, call, commit) =>
			new Promise((answer, fail) => {
				waiting.push({ process, call, commit, answer, fail });
			}),
	});
	const start = (name: string, body: () => Promise<unknown>) => {
		const mine = (generation[name] ?? 0) + 1;
		generation = { ...generation, [name]: mine };
		const end = (result: PromiseSettledResult<unknown>) => {
			if (generation[name] === mine) ends[name] = result;
		};
		body().then(
			(value) => end({ status: "fulfilled", value }),
			(reason) => end({ status: "rejected", reason }),
		);
	};
	for (const [name, body] of Object.entries(run.processes)) start(name, body);
	const told: Record<string, string> = {};
	const widths: number[] = [];
	let crashesLeft = crashes;
	for (;;) {
		await settled();
		if (waiting.length === 0) break;
		waiting.sort((left, right) => (`${left.process} ${left.call}` < `${right.process} ${right.call}` ? -1 : 1));
		const situation = [
			run.snapshot(),
			crashesLeft,
			...Object.keys(run.processes).map((name) => `${name}: ${told[name]} ${ends[name]?.status}`),
			...waiting.map(({ process, call }) => `${process} ${call}`),
		].join("\n");
		if (widths.length >= choices.length) {
			if (met.has(situation)) return { widths, ended: false };
			met.set(situation, widths.length);
		}
		// A call goes through, or its process dies before or after the call's commit.
		const kinds = crashesLeft > 0 ? (["proceed", "crash-before", "crash-after"] as const) : (["proceed"] as const);
		const moves = waiting.flatMap((turn) => kinds.map((what) => ({ turn, what })));
		const move = moves[choices[widths.length] ?? 0];
		if (!move) throw new Error("An order that was met before has changed: something in it is left to chance.");
		widths.push(moves.length);
		const { turn, what } = move;
		const { process } = turn;
		if (what === "proceed") {
			waiting = waiting.filter((other) => other !== turn);
			told[process] = `${told[process] ?? ""} ${turn.call}=${carryOut(turn)}`;
			continue;
		}
		crashesLeft--;
		told[process] = "";
		waiting = waiting.filter((other) => other.process !== process);
		if (what === "crash-after") quietly(turn.commit);
		const body = run.processes[process];
		if (body) start(process, body);
	}
	run.check(ends);
	return { widths, ended: true };
}

/** Answers what the process is told, without what differs by chance: ids and times. */
function carryOut(turn: Waiting): string {
	try {
		const value = turn.commit();
		turn.answer(value);
		return withoutChance(JSON.stringify(value));
	} catch (error) {
		turn.fail(error);
		return withoutChance(JSON.stringify(error));
	}
}

/** A text without ids and times. */
export function withoutChance(text: string | undefined): string {
	return (text ?? "")
		.replaceAll(/_[0-9A-HJKMNP-TV-Z]{26}/g, "_id")
		.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|"expiresAt":\{?("N":)?"?\d+/g, "time");
}

/** The call's own refusal is nobody's any more: who asked has died. */
function quietly(commit: () => unknown): void {
	try {
		commit();
	} catch {
		return;
	}
}

/** Until every process has come to its next call or its end: they wait for nothing but their turns. */
async function settled(): Promise<void> {
	for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
}
