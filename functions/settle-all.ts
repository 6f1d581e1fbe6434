/**
 * Acts on every item, at most `atOnce` at a time, and only then throws what went wrong, as one AggregateError: an item that cannot
 * be dealt with keeps no other waiting.
 */
export async function settleAll<T>(
	items: readonly T[],
	atOnce: number,
	act: (item: T) => Promise<void>,
): Promise<void> {
	const failures: unknown[] = [];
	for (let at = 0; at < items.length; at += atOnce) {
		const settled = await Promise.allSettled(items.slice(at, at + atOnce).map(act));
		failures.push(...settled.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : [])));
	}
	if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${items.length} failed.`);
}
