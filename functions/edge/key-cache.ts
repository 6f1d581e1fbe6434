import { askNearest } from "./aws-call.ts";
import type { Configuration } from "./configuration.ts";
import { type ContextKey, contextKey } from "./context-key.ts";

const freshMs = 300_000;
const pauseMs = 10_000;

export interface KeyCache {
	/** The signing key; undefined when it cannot be read and never was. Never throws. */
	current(configuration: Configuration): Promise<ContextKey | undefined>;
}

/** Keeps the signing key in a sandbox's memory: read again every 5 minutes, the last good one kept for as long as that fails. */
export function createKeyCache(): KeyCache {
	let held: ContextKey | undefined;
	let nextReadAt = 0;
	let underWay: Promise<void> | undefined;

	async function readAgain(configuration: Configuration): Promise<void> {
		try {
			held = contextKey(await readSecret(configuration));
			nextReadAt = Date.now() + freshMs;
		} catch (error) {
			console.error(
				JSON.stringify({ level: "ERROR", message: "The context secret could not be read", error: String(error) }),
			);
			if (held) nextReadAt = Date.now() + pauseMs;
		} finally {
			underWay = undefined;
		}
	}

	return {
		async current(configuration) {
			if (Date.now() >= nextReadAt) {
				underWay ??= readAgain(configuration);
				await underWay;
			}
			return held;
		},
	};
}

async function readSecret(configuration: Configuration): Promise<string> {
	const answer = await askNearest(
		{
			service: "secretsmanager",
			target: "secretsmanager.GetSecretValue",
			contentType: "application/x-amz-json-1.1",
			input: { SecretId: configuration.contextSecret },
		},
		configuration,
	);
	if (
		typeof answer === "object" &&
		answer !== null &&
		"SecretString" in answer &&
		typeof answer.SecretString === "string"
	) {
		return answer.SecretString;
	}
	throw new Error(`Secret ${configuration.contextSecret} has no string`);
}
