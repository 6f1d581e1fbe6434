import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { benchCustomDomains } from "./custom-domains.ts";
import { benchEdgeDecision } from "./edge-decision.ts";
import { benchOnboardings } from "./onboardings.ts";
import { benchOperations } from "./operations.ts";

/** As at AWS: https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html; pending for about a minute. */
const insyncSeconds = 60;

const { values: flags, positionals } = parseArgs({
	options: { json: { type: "boolean", default: false }, count: { type: "string" } },
	allowPositionals: true,
});

// With --json the last line of the output is the result, so progress goes to the other stream.
const say = (line: string) => (flags.json ? process.stderr : process.stdout).write(`${line}\n`);

/** `npm run bench` measures what every change may touch; `npm run bench -- domains` custom domains, which take minutes. */
async function main(): Promise<void> {
	const [part, ...others] = positionals;
	if (others.length > 0 || (part !== undefined && part !== "domains"))
		throw new Error(`The only part with a name is 'domains', not '${positionals.join(" ")}'.`);
	const count = Number(flags.count ?? (part === "domains" ? 500 : 200));
	if (!(Number.isInteger(count) && count > 0))
		throw new Error(`--count takes a positive number, not '${flags.count}'.`);
	const machine = { node: process.version, cpu: cpus()[0]?.model ?? "", cpus: cpus().length };
	const measured = part === "domains" ? await domains(count) : await ordinary(count);
	if (flags.json) console.log(JSON.stringify({ machine, ...measured }));
}

async function domains(count: number) {
	say(`${count} custom domains attached at once, each with one CNAME …`);
	const customDomains = await benchCustomDomains({ count });
	const { seconds, acceptedSeconds, transitionsPerOperation, callsPerOperation, peaks, opened } = customDomains;
	say(
		`  all active after ${seconds} s, accepted after ${acceptedSeconds} s; ${opened.served} of ${opened.asked} opened`,
	);
	say(`  each: ${transitionsPerOperation} transitions; calls ${JSON.stringify(callsPerOperation)}`);
	for (const { call, perSecond, quotaPerSecond, isWithin } of peaks) {
		say(`  ${call.padEnd(26)} ${perSecond} a second at most, of ${quotaPerSecond}${isWithin ? "" : ": TOO MANY"}`);
	}
	return { customDomains };
}

async function ordinary(count: number) {
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
	return { edgeDecision, operations, onboardings };
}

try {
	await main();
} catch (error) {
	say(`The benchmark broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
	process.exitCode = 1;
}
