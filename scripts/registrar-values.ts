import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { registrarFlaws, stageFlaws } from "../domain/registrar.ts";
import {
	domainName,
	given,
	isPlaceholder,
	MissingConfiguration,
	type StageName,
	stageNames,
	stagesFile,
} from "./stages.ts";

const accountId = given.regex(/^[0-9]{12}$/, "is not an account's 12 digits in quotes");

const accountsSchema = z
	.strictObject({ registrar: accountId, nonprod: accountId, prod: accountId })
	.refine((accounts) => new Set(Object.values(accounts)).size === 3, "are not three different accounts");
/** Whose account is whose. */
export type Accounts = z.output<typeof accountsSchema>;

const apexSchema = z.strictObject({
	name: domainName,
	/** As CAA names them. */
	certificateAuthorities: z.array(domainName).min(1, "is empty: nobody could issue a certificate"),
	/** False: the world is told that no mail comes from it. */
	sendsMail: z.boolean(),
	registeredAt: z.enum(["route53-domains", "elsewhere"]),
});

const delegationSchema = z.strictObject({
	/** The delegated zone: the platform domain of one environment of one application. */
	name: domainName,
	account: accountId,
	/** The stack that owns the zone, and whose role may delegate. */
	stack: given.regex(/^[a-z][a-z0-9-]{0,40}$/, "is not a stack's name"),
});

const registrarSchema = z
	.strictObject({ apexes: z.array(apexSchema).min(1, "is empty"), delegations: z.array(delegationSchema) })
	.superRefine((registrar, context) => {
		for (const { list, at, message } of registrarFlaws(registrar)) {
			context.addIssue({ code: "custom", path: [list, at, "name"], message });
		}
	});
/** What the registrar's account holds. */
export type Registrar = z.output<typeof registrarSchema>;

/** Of a stage, what the registrar's values must agree with; `readStage` reads the rest, and says what is missing. */
const stageSchema = z.looseObject({ PlatformDomain: z.string(), ApexDomain: z.string(), DelegationRole: z.string() });

const valuesSchema = z
	.looseObject({ accounts: accountsSchema, registrar: registrarSchema })
	.superRefine(({ accounts, registrar, ...stages }, context) => {
		for (const stage of stageNames) {
			const values = stageSchema.safeParse(stages[stage]);
			if (!values.success) continue;
			const { PlatformDomain: platformDomain, ApexDomain: apexDomain, DelegationRole: delegationRole } = values.data;
			const delegated = { account: accounts[stage], stack: `hostmaster-${stage}` };
			const flaws = stageFlaws(registrar, accounts.registrar, {
				...delegated,
				...{ platformDomain, apexDomain, delegationRole },
			});
			for (const { value, message } of flaws) context.addIssue({ code: "custom", path: [stage, value], message });
		}
	});

/** Accounts and registrar as the file has them. Throws MissingConfiguration, naming every value that is missing or wrong. */
export function readRegistrar(text = readFileSync(stagesFile, "utf8")): { accounts: Accounts; registrar: Registrar } {
	const parsed = valuesSchema.safeParse(parse(text) ?? {});
	if (parsed.success) return { accounts: parsed.data.accounts, registrar: parsed.data.registrar };
	const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
	throw new MissingConfiguration(`${problems.join("; ")}. Set it in ${stagesFile}.`);
}

/** AWS's documentation uses these: no account of yours has them. */
const exampleAccounts = new Set(["111122223333", "444455556666", "123456789012"]);

/** Accounts that nobody has set yet, as `accounts.<whose>`. */
export function exampleAccountsIn(accounts: Accounts): string[] {
	return Object.entries(accounts).flatMap(([whose, id]) => (exampleAccounts.has(id) ? [`accounts.${whose}`] : []));
}

/** What of the registrar's values nobody has set yet, its accounts and those that it trusts among them, by their names in the file. */
export function registrarPlaceholders(accounts: Accounts, { apexes, delegations }: Registrar): string[] {
	return [
		...exampleAccountsIn(accounts),
		...apexes.flatMap(({ name }, at) => (isPlaceholder(name) ? [`registrar.apexes.${at}.name`] : [])),
		...delegations.flatMap(({ name, account }, at) => [
			...(isPlaceholder(name) ? [`registrar.delegations.${at}.name`] : []),
			...(exampleAccounts.has(account) ? [`registrar.delegations.${at}.account`] : []),
		]),
	];
}

export function isStage(text: string): text is StageName {
	return stageNames.some((stage) => stage === text);
}
