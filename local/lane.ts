/** Runs at most `width` of what is asked at a time, in the order in which it was asked. */
export function createLane(width: number): (run: () => Promise<void>) => void {
	const waiting: (() => Promise<void>)[] = [];
	let running = 0;
	const next = (): void => {
		const run = running < width ? waiting.shift() : undefined;
		if (!run) return;
		running++;
		void run().finally(() => {
			running--;
			next();
		});
	};
	return (run) => {
		waiting.push(run);
		next();
	};
}
