import { limits } from "../domain/limits.ts";

/** What had been called at a moment, in all. */
export interface Sample {
	/** Of a clock that only goes forward. */
	atMs: number;
	/** By `service.operation`. */
	calls: Record<string, number>;
	route53Calls: Record<string, number>;
}

/** The busiest second of an operation. */
export interface Peak {
	call: string;
	perSecond: number;
	/** As AWS publishes it, for an account and a region. */
	quotaPerSecond: number;
	isWithin: boolean;
}

/**
 * Requests a second that ACM takes of each operation: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html. CloudFront
 * publishes none for its control plane, and DynamoDB, SQS and Lambda take far more than is asked of them here.
 */
const acmRates = { DescribeCertificate: 10, RequestCertificate: 5, DeleteCertificate: 10 } as const;

/** For each operation with a published rate that was called at all: its busiest interval between two samples, as calls a second. */
export function peaksOf(samples: readonly Sample[]): Peak[] {
	const rates = new Map<string, number>([
		...Object.entries(acmRates).map(([name, rate]): [string, number] => [`acm.${name}`, rate]),
		["states.StartExecution", limits.startExecutionRate.value],
	]);
	const found = [...rates].map(([call, rate]) => peak(call, rate, samples, ({ calls }) => calls[call] ?? 0));
	const route53 = peak("route53.*", limits.route53RequestRate.value, samples, ({ route53Calls }) =>
		Object.values(route53Calls).reduce((all, count) => all + count, 0),
	);
	return [...found, route53].filter(({ perSecond }) => perSecond > 0);
}

function peak(
	call: string,
	quotaPerSecond: number,
	samples: readonly Sample[],
	total: (sample: Sample) => number,
): Peak {
	const rates = samples.slice(1).flatMap((sample, at) => {
		const before = samples[at];
		return before ? [((total(sample) - total(before)) * 1_000) / (sample.atMs - before.atMs)] : [];
	});
	const perSecond = Math.round(Math.max(0, ...rates) * 10) / 10;
	return { call, perSecond, quotaPerSecond, isWithin: perSecond <= quotaPerSecond };
}
