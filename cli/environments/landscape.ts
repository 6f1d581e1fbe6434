import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
	exampleAccountsIn,
	type Registrar,
	readRegistrar,
	registrarPlaceholders,
} from "../../scripts/registrar-values.ts";
import { placeholdersOf, readStage, type StageName, stageNames, stagesFile } from "../../scripts/stages.ts";
import { misused } from "../failures.ts";
import type { World } from "../world.ts";
import { type Account, accountOf } from "./account.ts";

/** One environment: its account, and the values of its stack's parameters. */
export interface Environment {
	stage: StageName;
	accountId: string;
	account: Account;
	parameters: Readonly<Record<string, string>>;
	/** Where its API answers, where that is not what the stack says: on a laptop. */
	api?: string | undefined;
}

/** All that is deployed into: on AWS, or in the embedded cloud of this machine. */
export interface Landscape {
	/** Where it is, for people. */
	where: string;
	isHere: boolean;
	/** `parameters`: of its stack, where they are not as the template has them. */
	registrar: {
		accountId: string;
		account: Account;
		values: Registrar;
		parameters: Readonly<Record<string, string>>;
		/** Values that nobody has set yet, by their names in infra/stages.yml: with any of them nothing is deployed. */
		unset: readonly string[];
	};
	environment(stage: StageName): Environment;
}

/** The options that say with whose credentials. */
export interface LandscapeOptions {
	profile?: string | undefined;
	registrarProfile?: string | undefined;
	/** Not the world of this machine, even where one runs. */
	aws?: boolean | undefined;
}

const localAccount = z.object({ accountId: z.string(), aws: z.string() });
/** What `npm start -- --environments …` writes to `.hostmaster/world.json`, as far as it is needed here. */
const worldSchema = z.object({
	pid: z.int(),
	apexDomain: z.string(),
	resolvers: z.array(z.object({ host: z.string(), port: z.int() })).default([]),
	registrar: localAccount,
	environments: z.partialRecord(
		z.enum(stageNames),
		localAccount.extend({ platformDomain: z.string(), endpoints: z.string() }),
	),
});
type LocalWorld = z.infer<typeof worldSchema>;
/** The values that a stack on a laptop needs, in the environment's own file. */
const endpointsSchema = z.object({ api: z.string(), parameters: z.record(z.string(), z.string()) });

/**
 * The world that runs on this machine, if one does and nobody says otherwise; else the accounts of infra/stages.yml. Throws
 * CommandFailed for values that nobody has set, and MissingConfiguration for wrong ones.
 */
export function landscapeOf({ directory }: World, options: LandscapeOptions): Landscape {
	const file = join(directory, ".hostmaster", "world.json");
	return existsSync(file) && !options.aws ? localLandscape(file) : awsLandscape(options);
}

function awsLandscape({ profile, registrarProfile }: LandscapeOptions): Landscape {
	const { accounts, registrar } = readRegistrar();
	return {
		...{ where: "AWS", isHere: false },
		registrar: {
			accountId: accounts.registrar,
			account: accountOf({ profile: registrarProfile ?? profile }),
			values: registrar,
			parameters: {},
			unset: registrarPlaceholders(accounts, registrar),
		},
		environment(stage) {
			const parameters = readStage(stage);
			const unset = [
				...exampleAccountsIn(accounts).filter((name) => name === `accounts.${stage}` || name === "accounts.registrar"),
				...placeholdersOf(parameters).map((name) => `${stage}.${name}`),
			];
			requireSet(unset);
			return { stage, accountId: accounts[stage], account: accountOf({ profile }), parameters };
		},
	};
}

/** Throws CommandFailed when something is not set yet. `unset`: by the names in infra/stages.yml. */
export function requireSet(unset: readonly string[]): void {
	if (unset.length === 0) return;
	throw misused(`${unset.join(", ")}: still a placeholder.`, `Set it in ${stagesFile}; docs/deploy.md says to what.`);
}

function localLandscape(file: string): Landscape {
	const world = worldSchema.parse(JSON.parse(readFileSync(file, "utf8")));
	const account = ({ accountId, aws }: z.infer<typeof localAccount>) =>
		accountOf({ local: { endpoint: aws, accountId } });
	return {
		...{ where: "the embedded cloud of this machine", isHere: true },
		registrar: {
			accountId: world.registrar.accountId,
			account: account(world.registrar),
			values: localRegistrar(world),
			parameters: { Resolvers: world.resolvers.map(({ host, port }) => `${host}:${port}`).join(",") },
			unset: [],
		},
		environment(stage) {
			const found = world.environments[stage];
			if (!found)
				throw misused(`There is no '${stage}' in this world.`, `Start it: npm start -- --environments ${stage}.`);
			const { api, parameters } = endpointsSchema.parse(JSON.parse(readFileSync(found.endpoints, "utf8")));
			return { stage, accountId: found.accountId, account: account(found), parameters, api };
		},
	};
}

/** A laptop's one registered domain, and a delegation for each environment that runs. */
function localRegistrar({ apexDomain, environments }: LocalWorld): Registrar {
	return {
		apexes: [
			{ name: apexDomain, certificateAuthorities: ["amazon.com"], sendsMail: false, registeredAt: "route53-domains" },
		],
		delegations: stageNames.flatMap((stage) => {
			const found = environments[stage];
			return found ? [{ name: found.platformDomain, account: found.accountId, stack: `hostmaster-${stage}` }] : [];
		}),
	};
}
