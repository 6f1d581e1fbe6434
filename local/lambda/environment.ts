/** The one environment that all functions share, since they share a process. */
export interface SharedEnvironment {
	/** Sets the variables. Throws when one has another value already, naming both functions. */
	add(owner: string, variables: Record<string, string>): void;
	/** Puts back what was there before. */
	restore(): void;
}

/**
 * Sets variables on `process.env`, each once. On AWS every function has its own environment; here equal names must mean
 * equal values, which the template is written to keep.
 */
export function sharedEnvironment(): SharedEnvironment {
	const owners = new Map<string, { owner: string; value: string }>();
	const before = new Map<string, string | undefined>();
	return {
		add(owner, variables) {
			for (const [name, value] of Object.entries(variables)) {
				const known = owners.get(name);
				if (known && known.value !== value) {
					const told = `${name} is '${known.value}' for ${known.owner} and '${value}' for ${owner}`;
					throw new Error(`Functions that share a process cannot differ in a variable: ${told}.`);
				}
				if (known) continue;
				owners.set(name, { owner, value });
				before.set(name, process.env[name]);
				process.env[name] = value;
			}
		},
		restore() {
			for (const [name, value] of before) {
				if (value === undefined) delete process.env[name];
				else process.env[name] = value;
			}
			before.clear();
			owners.clear();
		},
	};
}
