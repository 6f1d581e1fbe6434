import { functionName } from "./settings.ts";

/**
 * What is counted, by function; infra/alarms-shared.yml watches all. `FailedMessages`: went back to their queue; a batch that fails in
 * part is a success to Lambda, so its own metric `Errors` does not know of them. `BrokenLooks`: ended in an error that is not ours.
 * `UnsafePlans`: so much differs that the reconciler repairs nothing by itself. `DisabledWebhooks`: a receiver is not told any more.
 */
export type CountName = "FailedMessages" | "BrokenLooks" | "UnsafePlans" | "DisabledWebhooks";

/** Where these metrics lie in CloudWatch. */
export const metricsNamespace = "Hostmaster";

/** Counts one. */
export function count(name: CountName): void {
	measure({ FunctionName: functionName() }, { [name]: 1 });
}

/**
 * Tells numbers, by a line of the log that CloudWatch reads as metrics
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 */
export function measure(dimensions: Readonly<Record<string, string>>, values: Readonly<Record<string, number>>): void {
	const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: "Count" }));
	const line = {
		_aws: {
			Timestamp: Date.now(),
			CloudWatchMetrics: [{ Namespace: metricsNamespace, Dimensions: [Object.keys(dimensions)], Metrics }],
		},
		...dimensions,
		...values,
	};
	// Not by the console: Lambda's puts time and request id before the JSON.
	process.stdout.write(`${JSON.stringify(line)}\n`);
}
