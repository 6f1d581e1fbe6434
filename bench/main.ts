import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { benchEdgeDecision } from "./edge-decision.ts";
import { benchOnboardings } from "./onboardings.ts";
import { benchOperations } from "./operations.ts";

/** As at AWS: https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html; pending for about a minute. */
const insyncSeconds = 60;

const { values: flags } = parseArgs({
	options: { json: { type: "boolean", default: false }, count: { type: "string", default: "200" } },
});

// With --json the last line of the output is the result, so progress goes to the other stream.
const say = (line: string) => (flags.json ? process.stderr : process.stdout).write(`${line}\n`);

async function main(): Promise<void> {
	const count = Number(flags.count);
	if (!(Number.isInteger(count) && count > 0))
		throw new Error(`--count takes a positive number, not '${flags.count}'.`);
	say("The edge's decision among 10,000 hostnames …");
	const edgeDecision = await benchEdgeDecision();
	for (const { name, nanoseconds, timesMapGet } of edgeDecision.decisions) {
		say(`  ${name.padEnd(60)} ${Math.round(nanoseconds.p50)} ns, × ${timesMapGet}`);
	}
	say("\nOne tenant's life, operation by operation …");
	const operations = await benchOperations();
	for (const { kind, transitions, route53Writes, route53Reads, awsCalls, seconds } of operations) {
		const calls = `${awsCalls} AWS calls, Route 53 ${route53Writes} writes and ${route53Reads} reads`;
		say(`  ${kind.padEnd(18)} ${transitions} transitions, ${calls}; ${seconds} s`);
	}
	say(`\n${count} onboardings at once, changes pending for ${insyncSeconds} s as at AWS …`);
	const onboardings = await benchOnboardings({ count, insyncMs: insyncSeconds * 1000 });
	const { seconds, theoreticalSeconds, ratio, peakRssMegabytes, route53Calls } = onboardings;
	say(`  ${seconds} s; the quotas allow ${theoreticalSeconds} s; ratio ${ratio}; ${peakRssMegabytes} MB at most`);
	say(`  Route 53: ${JSON.stringify(route53Calls)}`);
	const machine = { node: process.version, cpu: cpus()[0]?.model ?? "", cpus: cpus().length };
	if (flags.json) console.log(JSON.stringify({ machine, edgeDecision, operations, onboardings }));
}

try {
	await main();
} catch (error) {
	say(`The benchmark broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
	process.exitCode = 1;
}
