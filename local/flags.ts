import { parseArgs } from "node:util";
import { type EnvironmentName, environmentNames } from "./laptop.ts";

const usage = `Usage: npm start -- [options]
  --port N      api on N, aws on N+1, DNS on N+2, edge https on N+3, edge http on N+4, demo origin on N+5; else free ports
  --directory D where state is kept (.hostmaster); one process a directory
  --fresh       forget everything that the directory holds
  --faults P    let a share of the AWS calls fail in ways that may be retried, e.g. 0.05
  --insync MS   how long a Route 53 change is pending (2000)
  --environments nonprod,prod
                instead of one account with everything in it: a registrar's account and one account for each environment, all empty,
                with DNS that is delegated from a root; Linux only. The registrar's ports are N to N+5, then six for each environment`;

/** What was asked for on the command line. */
export interface Flags {
	directory: string;
	fresh: boolean;
	port: number | undefined;
	faults: number | undefined;
	insync: number | undefined;
	/** Undefined: one account, alone. */
	environments: EnvironmentName[] | undefined;
}

/** Reads the command line; `--help` is answered, and ends the process. Throws with the usage for what makes no sense. */
export function readFlags(): Flags {
	const { values } = parseArgs({
		options: {
			port: { type: "string" },
			directory: { type: "string", default: ".hostmaster" },
			fresh: { type: "boolean", default: false },
			faults: { type: "string" },
			insync: { type: "string" },
			environments: { type: "string" },
			help: { type: "boolean", default: false },
		},
	});
	if (values.help) {
		console.log(usage);
		process.exit(0);
	}
	return {
		directory: values.directory,
		fresh: values.fresh,
		port: numberIn("--port", values.port, 1, 65_500),
		faults: numberIn("--faults", values.faults, 0, 1),
		insync: numberIn("--insync", values.insync, 0, 3_600_000),
		environments: values.environments === undefined ? undefined : environmentsIn(values.environments),
	};
}

function environmentsIn(text: string): EnvironmentName[] {
	const asked = text.split(",").map((name) => name.trim());
	const known = environmentNames.filter((name) => asked.includes(name));
	if (known.length === asked.length) return known;
	throw new Error(`--environments takes ${environmentNames.join(" and ")}, each once, not '${text}'.\n${usage}`);
}

function numberIn(flag: string, text: string | undefined, least: number, most: number): number | undefined {
	if (text === undefined) return undefined;
	const number = Number(text);
	if (text.trim() !== "" && number >= least && number <= most) return number;
	throw new Error(`${flag} takes a number from ${least} to ${most}, not '${text}'.\n${usage}`);
}
