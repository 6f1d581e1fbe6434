/** Answers the first time after `afterMs` at which a schedule fires, in epoch milliseconds. */
export type NextFire = (afterMs: number) => number;

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `rate(1 minute)` or `cron(0 3 * * ? *)` (UTC). Throws an Error for any other; of cron's special characters `*`, `?`, `,`,
 * `-` and `/` are known.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function scheduleOf(expression: string): NextFire {
	const [, count, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
	const intervalMs = Number(count) * (unitMs[unit] ?? 0);
	if (intervalMs > 0) return (afterMs) => afterMs + intervalMs;
	const fields = /^cron\(([^)]+)\)$/.exec(expression)?.[1]?.split(/\s+/);
	if (fields?.length !== 6) throw new Error(`'${expression}' is not a schedule expression`);
	return cronOf(fields, expression);
}

/** Lowest and highest value of minute, hour, day of month, month, day of week (1 is Sunday) and year. */
const ranges: readonly (readonly [number, number])[] = [
	[0, 59],
	[0, 23],
	[1, 31],
	[1, 12],
	[1, 7],
	[1970, 2199],
];

function cronOf(fields: readonly string[], expression: string): NextFire {
	const allowed = ranges.map(([low, high], index) => valuesOf(fields[index] ?? "", low, high, expression));
	const fits = (date: Date) => {
		const parts = [
			date.getUTCMinutes(),
			date.getUTCHours(),
			date.getUTCDate(),
			date.getUTCMonth() + 1,
			date.getUTCDay() + 1,
			date.getUTCFullYear(),
		];
		return parts.every((part, index) => allowed[index]?.has(part));
	};
	return (afterMs) => {
		const firstMs = Math.floor(afterMs / 60_000) * 60_000 + 60_000;
		// Five years of minutes: 29 February is never further away, but for a century's turn.
		for (let minute = 0; minute < 5 * 366 * 1440; minute++) {
			const timeMs = firstMs + minute * 60_000;
			if (fits(new Date(timeMs))) return timeMs;
		}
		throw new Error(`'${expression}' never fires`);
	};
}

function valuesOf(field: string, low: number, high: number, expression: string): Set<number> {
	const values = new Set<number>();
	for (const item of field.split(",")) {
		const match = /^(?:[*?]|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item);
		if (!match) throw new Error(`'${item}' in '${expression}' is not emulated`);
		const [, from, to, step] = match;
		const openEnded = from === undefined || step !== undefined;
		const first = Number(from ?? low);
		const last = Number(to ?? (openEnded ? high : first));
		if (first < low || last > high) throw new Error(`'${item}' in '${expression}' is out of range`);
		for (let value = first; value <= last; value += Number(step ?? 1)) values.add(value);
	}
	return values;
}
