import { AwsError, type Caller } from "../aws/service.ts";
import { tokenBuckets } from "../aws/token-buckets.ts";
import type { Clock } from "../clock.ts";

/** Requests a second of an account in a region, by operation: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html */
const rates: Readonly<Record<string, number>> = {
	DescribeCertificate: 10,
	RequestCertificate: 5,
	DeleteCertificate: 10,
	ListCertificates: 8,
};

type Operation = (input: unknown, caller: Caller) => unknown;

/** The operations, refused beyond their published rates. ACM publishes no burst: a second's worth is taken for it. */
export function rated(operations: Record<string, Operation>, clock: Clock): Record<string, Operation> {
	const entries = Object.entries(operations).map(([name, run]): [string, Operation] => {
		const perSecond = rates[name];
		if (perSecond === undefined) return [name, run];
		const buckets = tokenBuckets(clock, { burst: perSecond, perSecond });
		return [
			name,
			(input, caller) => {
				if (!buckets.take(`${caller.accountId} ${caller.region}`, 1)) {
					throw new AwsError("ThrottlingException", "Rate exceeded");
				}
				return run(input, caller);
			},
		];
	});
	return Object.fromEntries(entries);
}
