import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		// The matrix of faults takes minutes; `npm run matrix` runs it.
		exclude: process.env["MATRIX"] ? [] : ["test/acceptance/matrix/**"],
		// A world is a whole local cloud in one process: two at a time is what two cores carry.
		maxWorkers: 2,
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
