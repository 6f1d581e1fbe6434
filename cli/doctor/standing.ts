import { type Template, templateSchema } from "../../domain/template.ts";
import { type PackagedTemplate, parseTemplate } from "../../scripts/parity.ts";
import type { DnsPlace } from "../../services/public-dns.ts";
import { readStack, readTemplate, type Stack } from "../../services/stacks.ts";
import { type ZoneState, zoneOf } from "../../services/zone-state.ts";
import { requireAccount } from "../environments/account.ts";
import type { Environment } from "../environments/landscape.ts";
import { stackOf } from "../environments/onboard.ts";
import { dnsOf } from "../environments/resolvers.ts";

/** A template as it was deployed. */
export interface DeployedTemplate {
	text: string;
	packaged: PackagedTemplate;
	template: Template;
}

/**
 * What stands of an environment, as its account has it: asked for once, and only in that account, since what another one lacks is no
 * fault of it (R9). What is not there rejects, and says what nobody could look at for the lack of it.
 */
export interface Standing {
	environment: Environment;
	dns: DnsPlace;
	/** Undefined when there is none. */
	stackIfAny(): Promise<Stack | undefined>;
	zoneIfAny(): Promise<ZoneState | undefined>;
	stack(): Promise<Stack>;
	/** The value of an output of the stack. */
	output(name: string): Promise<string>;
	zone(): Promise<ZoneState>;
	template(): Promise<DeployedTemplate>;
	/** Rejects with other credentials than of this account. */
	inAccount(): Promise<unknown>;
}

export function standingOf(environment: Environment): Standing {
	const { stage, accountId, account, parameters } = environment;
	const name = parameters["PlatformDomain"] ?? "";
	const inAccount = once(() => requireAccount(account, accountId, stage));
	const stackIfAny = once(() => inAccount().then(() => readStack(stackOf(environment))));
	const zoneIfAny = once(() => inAccount().then(() => zoneOf(account.route53, name)));
	const stack = async () => there(await stackIfAny(), `${stage} has no stack.`);
	return {
		...{ environment, dns: dnsOf(environment), inAccount, stackIfAny, zoneIfAny, stack },
		zone: async () => there(await zoneIfAny(), `${stage} has no zone ${name}.`),
		output: async (output) => {
			const { outputs } = await stack();
			return there(outputs[output] || undefined, `The stack of ${stage} does not tell its ${output}.`);
		},
		template: once(async () => {
			await inAccount();
			const text = there(await readTemplate(stackOf(environment)), `${stage} has no template.`);
			return { text, packaged: parseTemplate(text), template: templateSchema.parse(JSON.parse(text)) };
		}),
	};
}

function there<T>(value: T | undefined, otherwise: string): T {
	if (value === undefined) throw new Error(otherwise);
	return value;
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
	let asked: Promise<T> | undefined;
	return () => (asked ??= ask());
}
