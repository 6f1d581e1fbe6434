import { parseArgs } from "node:util";
import type { Names } from "./run-checks.ts";

/** What is asked for on the command line. */
export interface Flags {
	json: boolean;
	/** Names of implementations; all unless told. */
	only: readonly string[] | undefined;
	/** Names of services; all unless told. */
	services: readonly string[] | undefined;
	/** Another implementation, in place of those that are known. */
	elsewhere: { endpoint: string; distributionId: string | undefined } | undefined;
	names: Names;
}

/** For implementations that end with the run. */
const ownNames: Names = { prefix: "hm-conf-", zone: "conf.example.com" };

export const usage = `npm run conformance -- [options]
  --json                  the result as JSON, on standard output
  --only NAME,…           embedded, moto, ministack, dynamodb-local
  --services NAME,…       acm, cloudformation, cloudfront, dynamodb, events, route53, route53domains, s3, secretsmanager,
                          sqs, states, sts
  --endpoint URL          any other implementation; 'aws' for AWS itself, with the credentials of the environment
  --prefix TEXT           with --endpoint: what every name begins with that is made, e.g. hm-conf-
  --zone NAME             with --endpoint: every zone and certificate that is made is beneath it, e.g. conf.example.com
  --distribution ID       with --endpoint: a multi-tenant distribution that may be used`;

/** Reads the command line. Throws Error with what to do. */
export function readFlags(args = process.argv.slice(2)): Flags | "help" {
	const { values } = parseArgs({
		args,
		options: {
			json: { type: "boolean", default: false },
			help: { type: "boolean", default: false },
			only: { type: "string" },
			services: { type: "string" },
			endpoint: { type: "string" },
			prefix: { type: "string" },
			zone: { type: "string" },
			distribution: { type: "string" },
		},
	});
	if (values.help) return "help";
	const { endpoint, prefix, zone, distribution } = values;
	const lists = { only: values.only?.split(","), services: values.services?.split(",") };
	const common = { json: values.json, ...lists };
	if (endpoint === undefined) {
		if (prefix ?? zone ?? distribution) throw new Error("--prefix, --zone and --distribution go with --endpoint.");
		return { ...common, elsewhere: undefined, names: ownNames };
	}
	if (prefix === undefined || !/^[a-z][a-z0-9-]{4,20}-$/.test(prefix)) {
		throw new Error(
			"--endpoint needs --prefix: 6 to 22 lower-case letters, digits and hyphens, with a hyphen at its end.",
		);
	}
	if (zone === undefined || !/^([a-z0-9-]+\.){2,}[a-z0-9-]+$/.test(zone)) {
		throw new Error("--endpoint needs --zone: a name with three labels or more, beneath which nothing else is.");
	}
	return { ...common, elsewhere: { endpoint, distributionId: distribution }, names: { prefix, zone } };
}
