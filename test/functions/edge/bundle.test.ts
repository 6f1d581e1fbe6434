import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";

describe("the edge bundle", () => {
	let text = "";
	let inputs: string[] = [];
	beforeAll(async () => {
		const { outputFiles, metafile } = await build({
			entryPoints: ["functions/edge/route-tenant.ts"],
			bundle: true,
			minify: true,
			format: "esm",
			platform: "node",
			target: "node24",
			write: false,
			metafile: true,
		});
		text = outputFiles[0]?.text ?? "";
		inputs = Object.keys(metafile.inputs);
	});

	it("is smaller than 30 KB", () => {
		expect(text.length).toBeGreaterThan(1_000);
		expect(text.length).toBeLessThan(30 * 1024);
	});

	it("holds no package: no SDK, no schema library", () => {
		expect(inputs.filter((path) => path.includes("node_modules"))).toEqual([]);
	});

	it("reads no environment but the region and the credentials", () => {
		const reads = [...text.matchAll(/process\.env(?:\.(\w+)|\["(\w+)"\])?/g)].map(
			([, dotted, quoted]) => dotted ?? quoted,
		);
		expect(new Set(reads)).toEqual(
			new Set(["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]),
		);
		expect(text).not.toMatch(/import\.meta|globalThis/);
	});
});
