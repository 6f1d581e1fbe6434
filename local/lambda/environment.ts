import type { Caller } from "../aws/service.ts";

/** The one environment that all functions share, since they share a process. */
export interface SharedEnvironment {
	/** Sets the variables. Throws when one has another value already, naming both functions. */
	add(owner: string, variables: Record<string, string>): void;
	/** Lets a function's variables go: they keep their values until somebody else sets others. */
	release(owner: string): void;
	/** Puts back what was there before. */
	restore(): void;
}

/**
 * Sets variables on `process.env`, each once. On AWS every function has its own environment; here equal names must mean
 * equal values, which the template is written to keep.
 */
export function sharedEnvironment(): SharedEnvironment {
	const set = new Map<string, { owners: Set<string>; value: string }>();
	const before = new Map<string, string | undefined>();
	return {
		add(owner, variables) {
			for (const [name, value] of Object.entries(variables)) {
				const known = set.get(name);
				const [other] = known?.owners ?? [];
				if (known?.value === value) {
					known.owners.add(owner);
					continue;
				}
				if (known && other !== undefined) {
					const told = `${name} is '${known.value}' for ${other} and '${value}' for ${owner}`;
					throw new Error(`Functions that share a process cannot differ in a variable: ${told}.`);
				}
				set.set(name, { owners: new Set([owner]), value });
				if (!before.has(name)) before.set(name, process.env[name]);
				process.env[name] = value;
			}
		},
		release(owner) {
			for (const { owners } of set.values()) owners.delete(owner);
		},
		restore() {
			for (const [name, value] of before) {
				if (value === undefined) delete process.env[name];
				else process.env[name] = value;
			}
			before.clear();
			set.clear();
		},
	};
}

/** The environment that the Lambda runtime gives to every function of an account. */
export function runtimeEnvironment({ accountId, region }: Caller) {
	return { AWS_REGION: region, AWS_ACCESS_KEY_ID: `LOCAL${accountId}`, AWS_SECRET_ACCESS_KEY: "local" };
}
