import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

/** Where the values of an environment are set. */
export const stagesFile = "infra/stages.yml";

export const stageNames = ["nonprod", "prod"] as const;
export type StageName = (typeof stageNames)[number];

export const given = z.string({ error: "is not set" });
export const domainName = given.regex(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "is not a domain name");
const optional = given; // '' stands for none, so that forgetting a value is not the same as not wanting one

/** The named parameters: all that the two environments may differ in (R11). Their meaning is in infra/parameters.yml. */
export const stageValuesSchema = z.strictObject({
	PlatformDomain: domainName,
	ApexDomain: domainName,
	TokenIssuer: given.regex(/^https:\/\/\S+$/, "is not an https URL"),
	TokenAudience: given.min(1, "is empty"),
	AllowedOrigins: given.min(1, "is empty"),
	GenerationEpoch: given.regex(/^[1-9][0-9]*$/, "is not a positive whole number in quotes"),
	RemovalGraceSeconds: given.regex(/^[0-9]{1,5}$/, "is not a number of seconds in quotes"),
	MapReplicaRegion: optional,
	DelegationRole: given.regex(/^(?:arn:aws:iam::[0-9]{12}:role\/[\w+=,.@-]+)?$/, "is not the ARN of a role, nor ''"),
	Resolvers: optional,
	NameServerPort: given.regex(/^[1-9][0-9]*$/, "is not a port in quotes"),
	WebhookNetworks: optional,
	DomainTarget: z.enum(["attempt", "endpoint"], { error: "is neither attempt nor endpoint" }),
	EdgePort: given.regex(/^[1-9][0-9]*$/, "is not a port in quotes"),
	EdgeAuthority: optional,
	AwsEndpoint: optional,
});
export type StageValues = z.output<typeof stageValuesSchema>;

/** A value that must be there is missing or wrong; the message says which, and where to set it. */
export class MissingConfiguration extends Error {
	override name = "MissingConfiguration";
}

/** The values of one stage. Throws MissingConfiguration, naming every value that is missing or wrong. */
export function readStage(stage: StageName, text = readFileSync(stagesFile, "utf8")): StageValues {
	const values: unknown = parse(text)?.[stage];
	const parsed = stageValuesSchema.safeParse(values ?? {});
	if (parsed.success) return parsed.data;
	const problems = parsed.error.issues.map(({ path, message }) => `${[stage, ...path].join(".")} ${message}`);
	throw new MissingConfiguration(`${problems.join("; ")}. Set it in ${stagesFile}.`);
}

// RFC 2606 keeps these for documentation and tests: no real deployment can have them.
const placeholder =
	/(?:^|[.@/,\s])(?:example\.(?:com|net|org)|[a-z0-9.-]+\.(?:example|test|invalid|localhost))(?=$|[/:,\s])/;

/** The parameters of a stage that still hold a placeholder, in the file's order. */
export function placeholdersOf(values: StageValues): string[] {
	return Object.entries(values).flatMap(([name, value]) => (isPlaceholder(value) ? [name] : []));
}

/** True for a value that nobody has set yet. */
export function isPlaceholder(value: string): boolean {
	return placeholder.test(value);
}
