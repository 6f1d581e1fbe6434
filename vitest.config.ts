import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		// A world is a whole local cloud in one process: two at a time is what two cores carry.
		maxWorkers: 2,
		testTimeout: 30_000,
		// What the functions log is their operators' reading, not that of whoever runs the tests.
		env: { POWERTOOLS_LOG_LEVEL: "SILENT" },
		coverage: {
			provider: "v8",
			include: ["domain/**", "services/**", "functions/**", "local/**", "origin/**"],
			reporter: ["text-summary", "json-summary"],
		},
	},
});
