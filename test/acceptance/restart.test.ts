import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../local/demo/client.ts";
import { packageStages } from "../../scripts/package.ts";
import { aProcess } from "./a-process.ts";
import { hostnameOf, type Surroundings, stack, surroundings } from "./world.ts";

const slugs = Array.from({ length: 20 }, (_, at) => `survivor-${at + 1}`);
const kills = 4;
// What a killed process held is found again by leases that end (30 s) and sweepers that come (each minute): rarely, but then by design.
const deadlineMs = 200_000;

const directory = mkdtempSync(join(tmpdir(), "hostmaster-restart-"));
const { endpointsFile, start, startReady, kill, running } = aProcess(directory);

/** As a billing system does it: the same request under the same key, until somebody says that it was accepted. */
function onboard({ client }: Surroundings, slug: string) {
	return eventually(`The acceptance of ${slug}`, deadlineMs, () =>
		client.createTenant(client.newTenant(slug)).catch(() => undefined),
	);
}

afterAll(async () => {
	await kill();
	rmSync(directory, { recursive: true, force: true });
});

describe("a process that is killed again and again during twenty onboardings", () => {
	let around: Surroundings;
	/** Milliseconds from ready to kill: in the messages, so that a failure can be looked for again. */
	const moments: number[] = [];

	beforeAll(async () => {
		await packageStages(["nonprod"], () => {});
		around = surroundings(await startReady());
		const accepted = Promise.all(slugs.map((slug) => onboard(around, slug)));
		for (let count = 0; count < kills; count++) {
			const moment = Math.round(50 + Math.random() * 1_200);
			moments.push(moment);
			await pause(moment);
			await kill();
			await startReady();
		}
		await accepted;
		await around.ended(slugs.length, deadlineMs);
	}, deadlineMs + 60_000);
	afterAll(() => around?.leave());

	it("comes up again where it was, and all twenty end active", async () => {
		const statuses = (await around.tenants()).map(({ slug, status }) => `${slug} ${status}`);
		expect(statuses.sort(), `killed after ${moments}`).toEqual(slugs.map((slug) => `${slug} active`).sort());
	});

	it("has done none of them twice", async () => {
		const operations = await around.operations();
		for (const operation of operations) {
			expect(operation, `killed after ${moments}`).toMatchObject({ status: "succeeded", attempt: 1, redriveCount: 0 });
		}
		const executions = (await around.executions()).map(({ name, status }) => `${name} ${status}`);
		expect(executions.sort()).toEqual(operations.map(({ operationId }) => `${operationId}-1 SUCCEEDED`).sort());
		const claims = (await around.rows(stack.registryTable)).filter(({ sk }) => sk === "CLAIM");
		expect(claims.map(({ hostname }) => String(hostname)).sort()).toEqual(slugs.map(hostnameOf).sort());
	});

	it("serves each as itself, by a map that says the same as the registry", async () => {
		const tenants = await around.tenants();
		const routes = await around.rows(stack.mapTable);
		expect(routes).toHaveLength(slugs.length);
		for (const { hostname, tenantId, generation } of tenants) {
			const route = routes.find((found) => found["hostname"] === hostname);
			expect(route).toMatchObject({ tenantId, generation, status: "active" });
			expect(await around.viewer.resolve(hostname)).toEqual(["127.0.0.1"]);
			expect(await around.viewer.open(hostname)).toEqual({ status: 200, tenantId });
		}
	});

	it("is not joined by a second process on the same directory", async () => {
		const second = start();
		let said = "";
		second.stderr?.setEncoding("utf8").on("data", (text: string) => {
			said += text;
		});
		expect(await once(second, "exit")).toEqual([1, null]);
		expect(said).toContain(`Hostmaster runs here already (process ${running()?.pid})`);
		expect(existsSync(endpointsFile)).toBe(true);
	});

	it("ends cleanly when it is asked to, and takes its endpoints away", async () => {
		const ending = running();
		const exited = ending && once(ending, "exit");
		ending?.kill("SIGTERM");
		expect(await exited).toEqual([0, null]);
		expect(existsSync(endpointsFile)).toBe(false);
	});

	it("remembers them at the next start, and forgets them with --fresh", async () => {
		const again = surroundings(await startReady());
		expect(await again.tenants()).toHaveLength(slugs.length);
		await kill();
		const fresh = surroundings(await startReady("--fresh"));
		expect(await fresh.tenants()).toEqual([]);
		for (const left of [again, fresh]) left.leave();
	});

	it("forgets nothing with --fresh in a directory that was never its own", async () => {
		await kill();
		for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
		writeFileSync(join(directory, "precious.txt"), "mine");
		await startReady("--fresh");
		expect(readFileSync(join(directory, "precious.txt"), "utf8")).toBe("mine");
	});
});
