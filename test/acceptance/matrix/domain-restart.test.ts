import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageStages } from "../../../scripts/package.ts";
import { aProcess } from "../a-process.ts";
import { type Domains, domainsAt, recordOf } from "../domain-world.ts";
import { type Surroundings, surroundings } from "../world.ts";

const hostnames = Array.from({ length: 5 }, (_, at) => `shop-${at + 1}.acme.com`);
const kills = 3;
// What a killed process held is found again by leases that end (30 s) and sweepers that come (each minute).
const deadlineMs = 240_000;

const directory = mkdtempSync(join(tmpdir(), "hostmaster-domains-"));
const { startReady, kill } = aProcess(directory);
afterAll(async () => {
	await kill();
	rmSync(directory, { recursive: true, force: true });
});

describe("a process that is killed again and again while five domains are attached", () => {
	let around: Surroundings;
	let domains: Domains;
	let acme: string;
	/** Milliseconds from ready to kill: in the messages, so that a failure can be looked for again. */
	const moments: number[] = [];

	beforeAll(async () => {
		await packageStages(["nonprod"], () => {});
		around = surroundings(await startReady());
		domains = domainsAt(around);
		acme = await domains.tenant("acme");
		for (const hostname of hostnames) {
			const { domain } = await domains.add(acme, hostname);
			await domains.set(hostname, "CNAME", recordOf(domain, "CNAME").value);
		}
		for (const hostname of hostnames) await domains.verify(acme, hostname);
		for (let count = 0; count < kills; count++) {
			const moment = Math.round(50 + Math.random() * 1_500);
			moments.push(moment);
			await pause(moment);
			await kill();
			await startReady();
		}
		await around.ended(1 + hostnames.length, deadlineMs);
	}, deadlineMs + 60_000);
	afterAll(() => {
		domains?.leave();
		around?.leave();
	});

	it("comes up again where it was: all end active in their first attempt", async () => {
		for (const hostname of hostnames) {
			const { domain, operation } = await domains.show(acme, hostname);
			const found = { hostname, status: domain.status, attempt: operation?.attempt };
			expect(found, `killed after ${moments}`).toEqual({ hostname, status: "active", attempt: 1 });
			expect(await domains.open(hostname)).toMatchObject({ status: 200, tenantId: acme });
		}
	});

	it("has made one certificate and one distribution tenant for each", async () => {
		expect(await domains.certificates(), `killed after ${moments}`).toEqual(hostnames);
		expect(await domains.distributionTenants(), `killed after ${moments}`).toEqual(hostnames);
	});
});
