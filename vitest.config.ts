import { defineConfig } from "vitest/config";

/** What is tested here keeps nothing between two calls: no client, no setting, no world. */
const stateless = ["test/domain/**/*.test.ts", "test/local/states/**/*.test.ts"];
const acceptance = "test/acceptance/**/*.test.ts";
// The matrix of faults takes minutes; `npm run matrix` runs it.
const matrix = process.env["MATRIX"] ? [] : ["test/acceptance/matrix/**"];

// What runs beside them may have both processors for a while.
const patient = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 20_000 } } };

export default defineConfig({
	test: {
		projects: [
			// A process for each file would cost more than most of these tests do.
			{ extends: true, test: { name: "stateless", include: stateless, isolate: false } },
			{ extends: true, test: { name: "units", include: ["test/**/*.test.ts"], exclude: [...stateless, acceptance] } },
			{ extends: true, test: { name: "acceptance", include: [acceptance], exclude: matrix, ...patient } },
		],
		// A world is a whole local cloud in one process, and mostly waits: three at a time is what two cores carry.
		maxWorkers: 3,
		testTimeout: 30_000,
		// What the functions log is their operators' reading, not that of whoever runs the tests.
		env: { POWERTOOLS_LOG_LEVEL: "SILENT" },
		coverage: {
			provider: "v8",
			include: ["cli/**", "domain/**", "services/**", "functions/**", "local/**", "origin/**"],
			reporter: ["text-summary", "json-summary"],
			// What a laptop needs beyond the product (main, demo) is seen by running it: test/acceptance does, in processes of their own.
			exclude: [
				...["cli/main.ts", "local/main.ts", "local/banner.ts", "local/flags.ts", "local/demo/main.ts"],
				...["local/world/run.ts", "local/world/banner.ts", "local/world/environment-process.ts"],
			],
			thresholds: {
				"domain/**": { branches: 100 },
				"{services,functions,origin}/**": { branches: 95 },
				"cli/**": { branches: 90 },
				"local/**": { branches: 85 },
			},
		},
	},
});
