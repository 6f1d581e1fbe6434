import { randomInt, randomUUID } from "node:crypto";
import { z } from "zod";
import { AwsError, type Caller, type JsonService } from "./aws/service.ts";
import type { Clock } from "./clock.ts";
import type { Store } from "./store.ts";
import { parsedAt } from "./template/template.ts";

const generateSchema = z.strictObject({
	PasswordLength: z.coerce.number().int().min(1).max(4096).default(32),
	ExcludeCharacters: z.string().default(""),
	ExcludeLowercase: z.boolean().default(false),
	ExcludeUppercase: z.boolean().default(false),
	ExcludeNumbers: z.boolean().default(false),
	ExcludePunctuation: z.boolean().default(false),
	IncludeSpace: z.boolean().default(false),
	RequireEachIncludedType: z.boolean().default(true),
});
const secretSchema = z.object({
	Name: z.string().regex(/^[\w/+=.@-]{1,512}$/),
	SecretString: z.string().optional(),
	GenerateSecretString: generateSchema.default(generateSchema.parse({})),
	ReplicaRegions: z.array(z.object({ Region: z.string() })).default([]),
});
const inputSchema = z.object({ SecretId: z.string() });
const rowSchema = z.object({
	name: z.string(),
	arn: z.string(),
	value: z.string(),
	version_id: z.string(),
	regions: z.string(),
	created_ms: z.number(),
});

/** Secrets Manager as far as we read from it. */
export interface Secrets {
	service: JsonService;
	/** Makes a secret from the resolved properties of an `AWS::SecretsManager::Secret`; one that is there keeps its value. Answers its ARN. */
	addSecret(properties: unknown): string;
	/** Takes a secret away at once, without the days in which AWS could bring it back. Safe to repeat. */
	removeSecret(arn: string): void;
}

/** Secrets of one account, in the store; generated ones are made once. */
export function createSecrets({ store, clock, caller }: { store: Store; clock: Clock; caller: Caller }): Secrets {
	store.exec(`CREATE TABLE IF NOT EXISTS secrets (
		name TEXT PRIMARY KEY, arn TEXT NOT NULL, value TEXT NOT NULL,
		version_id TEXT NOT NULL, regions TEXT NOT NULL, created_ms INTEGER NOT NULL)`);
	const insert = store.prepare("INSERT INTO secrets VALUES (?, ?, ?, ?, ?, ?)");
	const remove = store.prepare("DELETE FROM secrets WHERE arn = ?");
	const byName = store.prepare("SELECT * FROM secrets WHERE name = ?");
	const setRegions = store.prepare("UPDATE secrets SET regions = ? WHERE name = ?");

	function found(secretId: string, from: Caller) {
		const row = byName.get(nameIn(secretId));
		const secret = row && rowSchema.parse(row);
		// A replica has the ARN of its region (https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html).
		const arn = secret?.arn.replace(`:${caller.region}:`, `:${from.region}:`);
		const isThere = from.accountId === caller.accountId && secret?.regions.split(" ").includes(from.region);
		const isMeant = !secretId.startsWith("arn:") || arn === secretId || arn?.slice(0, -7) === secretId;
		if (secret && arn && isThere && isMeant) return { ...secret, arn };
		throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
	}

	return {
		service: {
			target: "secretsmanager",
			contentType: "application/x-amz-json-1.1",
			operations: {
				GetSecretValue(input, from) {
					const { SecretId } = parsedInput(input);
					const secret = found(SecretId, from);
					return {
						ARN: secret.arn,
						Name: secret.name,
						SecretString: secret.value,
						VersionId: secret.version_id,
						VersionStages: ["AWSCURRENT"],
						CreatedDate: secret.created_ms / 1000,
					};
				},
				DescribeSecret(input, from) {
					const { arn, name, created_ms } = found(parsedInput(input).SecretId, from);
					return { ARN: arn, Name: name, CreatedDate: created_ms / 1000 };
				},
			},
		},
		removeSecret: (arn) => void remove.run(arn),
		addSecret(properties) {
			const secret = parsedAt("AWS::SecretsManager::Secret", secretSchema, properties);
			const regions = [caller.region, ...secret.ReplicaRegions.map(({ Region }) => Region)].join(" ");
			const known = byName.get(secret.Name);
			if (known) {
				setRegions.run(regions, secret.Name);
				return rowSchema.parse(known).arn;
			}
			const arn = `arn:aws:secretsmanager:${caller.region}:${caller.accountId}:secret:${secret.Name}-${picked(alphanumerics, 6)}`;
			const value = secret.SecretString ?? generated(secret.GenerateSecretString);
			insert.run(secret.Name, arn, value, randomUUID(), regions, clock.now());
			return arn;
		},
	};
}

function parsedInput(input: unknown) {
	const parsed = inputSchema.safeParse(input);
	if (parsed.success) return parsed.data;
	throw new AwsError("ValidationException", "1 validation error detected: Value at 'secretId' must not be null");
}

/** The name in an ARN, which may come without its last six characters, or the name itself. */
function nameIn(secretId: string): string {
	const name = secretId.startsWith("arn:") ? secretId.split(":").slice(6).join(":") : secretId;
	return secretId.startsWith("arn:") ? name.replace(/-[A-Za-z0-9]{6}$/, "") : name;
}

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";
const alphanumerics = lower + upper + digits;

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
function generated(wish: z.output<typeof generateSchema>): string {
	const kinds = [
		wish.ExcludeLowercase ? "" : lower,
		wish.ExcludeUppercase ? "" : upper,
		wish.ExcludeNumbers ? "" : digits,
		wish.ExcludePunctuation ? "" : "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
		wish.IncludeSpace ? " " : "",
	].map((kind) => [...kind].filter((character) => !wish.ExcludeCharacters.includes(character)).join(""));
	const some = kinds.filter((kind) => kind !== "");
	const required = wish.RequireEachIncludedType ? some.map((kind) => picked(kind, 1)) : [];
	const rest = [...picked(some.join(""), wish.PasswordLength - required.length)];
	return shuffled([...required, ...rest]).join("");
}

function picked(characters: string, count: number): string {
	return Array.from({ length: count }, () => characters[randomInt(characters.length)]).join("");
}

function shuffled(items: readonly string[]): string[] {
	const keyed = items.map((item) => ({ item, key: randomInt(2 ** 47) }));
	return keyed.toSorted((left, right) => left.key - right.key).map(({ item }) => item);
}
