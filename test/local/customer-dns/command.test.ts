import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFront } from "../../../local/aws/front.ts";
import type { Listening } from "../../../local/aws/http.ts";
import { realClock } from "../../../local/clock.ts";
import { run } from "../../../local/customer-dns/command.ts";
import { customerDnsControl } from "../../../local/customer-dns/control.ts";
import { openCustomerDns } from "../../../local/customer-dns/provider.ts";
import { openStore } from "../../../local/store.ts";

let directory: string;
let listening: Listening;
let said: { out: string; err: string };

const type = async (...args: string[]) => {
	said = { out: "", err: "" };
	return await run(args, {
		directory,
		out: (text) => {
			said.out += text;
		},
		err: (text) => {
			said.err += text;
		},
	});
};
const runsHere = (file: string, content: unknown) =>
	writeFileSync(join(directory, ".hostmaster", file), JSON.stringify(content));

beforeEach(async () => {
	directory = mkdtempSync(join(tmpdir(), "hostmaster-command-"));
	mkdirSync(join(directory, ".hostmaster"));
	const customers = openCustomerDns(openStore(":memory:"), realClock);
	const front = createFront({
		json: [],
		rest: [],
		query: [],
		control: customerDnsControl({ customers, flush: () => {} }),
	});
	listening = await front.listen("127.0.0.1", 0);
	runsHere("endpoints.json", { aws: `http://127.0.0.1:${listening.port}` });
});
afterEach(async () => {
	await listening.close();
	rmSync(directory, { recursive: true, force: true });
});

describe("npm run customer-dns", () => {
	it("sets, lists and removes records in the cloud that runs here", async () => {
		expect(await type("set", "shop.acme.com", "CNAME", "k7.edge.app.hostmaster.test", "--ttl", "30")).toBe(0);
		expect(said.out).toBe("shop.acme.com 30 CNAME k7.edge.app.hostmaster.test.");
		expect(await type("fault", "acme.com", "slow:30", "on")).toBe(0);
		expect(await type("zone", "acme.com", "--negative-ttl", "300", "--delegate", "ns1.gone.com")).toBe(0);
		expect(await type("list")).toBe(0);
		expect(said.out).toBe(
			"acme.com (delegated to ns1.gone.com; negative TTL 300 s)\n" +
				"  shop.acme.com 30 CNAME k7.edge.app.hostmaster.test.\n\nfault on order: slow:30 for acme.com",
		);
		expect(await type("remove", "shop.acme.com", "CNAME")).toBe(0);
		expect(said.out).toBe("shop.acme.com has no CNAME any more.");
		expect(await type("flush")).toBe(0);
		expect(await type("remove", "acme.com", "--zone")).toBe(0);
		expect(await type("--json", "list")).toBe(0);
		expect(JSON.parse(said.out)).toMatchObject({ zones: [] });
	});

	it("finds the registrar's account where several environments run", async () => {
		rmSync(join(directory, ".hostmaster", "endpoints.json"));
		runsHere("world.json", { registrar: { aws: `http://127.0.0.1:${listening.port}` } });
		expect(await type("list")).toBe(0);
		expect(said.out).toContain("There are no zones yet");
	});

	it("answers 2 and the reason for what is refused or cannot be read", async () => {
		expect(await type("set", "shop.acme.com", "A", "nowhere")).toBe(2);
		expect(said.err).toContain("no IPv4 address");
		expect(await type("--json", "set", "co.uk", "A", "192.0.2.1")).toBe(2);
		expect(JSON.parse(said.err)).toMatchObject({ error: expect.stringContaining("public suffix") });
		expect(await type("set", "shop.acme.com", "A", "192.0.2.1", "--ttl", "soon")).toBe(2);
		expect(await type("fault", "acme.com", "split", "maybe")).toBe(2);
		expect(said.err).toContain("'on' or 'off', not 'maybe'");
		expect(await type("set", "shop.acme.com")).toBe(2);
		expect(await type()).toBe(2);
		expect(await type("--help")).toBe(0);
		expect(said.out).toContain("Exit codes");
	});

	it("answers 3 and what to do when nothing runs here", async () => {
		await listening.close();
		expect(await type("list")).toBe(3);
		expect(said.err).toContain("does not answer");
		rmSync(join(directory, ".hostmaster"), { recursive: true });
		expect(await type("list")).toBe(3);
		expect(said.err).toBe(
			"Nothing runs here: .hostmaster/endpoints.json is missing.\nStart it in another terminal: npm start.",
		);
	});
});
