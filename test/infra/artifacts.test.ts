import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execPath } from "node:process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zipFile } from "../../scripts/build.ts";
import { packageStages } from "../../scripts/package.ts";
import { readFunctions } from "../../scripts/service-file.ts";

const run = promisify(execFile);
const exported = "const loaded = await import(process.argv[1]); console.log(typeof loaded.handler);";

// Outside of the repository: there are no node_modules on Lambda.
const folder = mkdtempSync(join(tmpdir(), "hostmaster-artifacts-"));
beforeAll(() => packageStages(["nonprod"]), 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("each artifact", () => {
	const functions = readFunctions().map((entry) => [entry.key, entry] as const);

	it.each(functions)("%s loads alone and exports its handler, without any setting", async (key, { module }) => {
		for (const [name, code] of Object.entries(unzipSync(readFileSync(zipFile(key))))) {
			mkdirSync(dirname(join(folder, name)), { recursive: true });
			writeFileSync(join(folder, name), code);
		}
		const file = pathToFileURL(join(folder, `${module}.mjs`)).href;
		// Node itself, as Lambda has it: Vitest would transform each megabyte, and lend it the settings of this process.
		const { stdout } = await run(execPath, ["--input-type=module", "--eval", exported, file], { env: {} });
		expect(stdout).toBe("function\n");
	});
});
