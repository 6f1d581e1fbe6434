import { RedriveExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { limits } from "../../domain/limits.ts";
import { anOldProvider, visitors } from "./an-old-provider.ts";
import { type Domains, domainsAt, moveClock, pass, recordOf } from "./domain-world.ts";
import { aWorld, machineArn, type World } from "./world.ts";

const hostname = "shop.acme.com";
let world: World;
let domains: Domains;
let acme: string;
beforeAll(async () => {
	moveClock();
	world = await aWorld({ insyncDelayMs: 0 });
	domains = domainsAt(world);
	acme = await domains.tenant("acme");
});
afterAll(async () => {
	domains?.leave();
	await world?.close();
	vi.useRealTimers();
});

describe("a live site that moves here, under its visitors' eyes", () => {
	it("shows each of them the old site or the new one, without a failed handshake or a stranger's page between", async () => {
		const old = await anOldProvider(hostname, Number(new URL(world.endpoints.edge.https).port));
		await domains.atProvider({ do: "set", name: hostname, type: "A", values: [old.host], ttlSeconds: 60 });
		await domains.atProvider({ do: "flush" });
		const visiting = visitors(world, hostname, old.authority);
		await expect.poll(visiting.met).toEqual([{ by: "the old provider" }]);

		const { domain } = await domains.add(acme, hostname, { validation: "dns" });
		expect(domain.records).toMatchObject([
			{ type: "TXT", when: "now", purposes: ["ownership"] },
			{ type: "CNAME", when: "now", purposes: ["certificate"] },
			{ type: "CNAME", when: "later", purposes: ["traffic"] },
		]);
		for (const { name, type, value, when } of domain.records) {
			if (when === "now" && name !== null && value !== null) await domains.set(name, type, value);
		}
		await domains.verify(acme, hostname);
		// All that can be done before the move is done: certificate, edge, route. Then it is the customer's turn.
		const waiting = async () => (await domains.verify(acme, hostname)).domain.waiting?.kind;
		await expect.poll(waiting, { interval: 1_000 }).toBe("domain-traffic");
		expect(await domains.open(hostname)).toMatchObject({ status: 200, tenantId: acme });
		expect(await domains.handshake(hostname)).toBe(`DNS:${hostname}`);
		expect(visiting.met()).toEqual([{ by: "the old provider" }]);

		// Resolvers hold on to the old answer until its TTL is over: nobody meets the moment between.
		const { value } = domain.records.find(({ when }) => when === "later") ?? { value: "" };
		await domains.atProvider({ do: "remove", name: hostname, type: "A" });
		await domains.atProvider({ do: "set", name: hostname, type: "CNAME", values: [value], ttlSeconds: 60 });
		await domains.atProvider({ do: "flush" });
		await domains.verify(acme, hostname);
		expect(await domains.ends(acme, hostname)).toMatchObject({ status: "active" });

		const before = visiting.count();
		await expect.poll(visiting.count).toBeGreaterThan(before + 5);
		await visiting.end();
		old.close();
		expect(visiting.met()).toEqual([{ by: "the old provider" }, { by: acme }]);
		expect(visiting.count()).toBeGreaterThan(50);
	});
});

describe("a domain that is to be its tenant's primary name", () => {
	it("becomes so by itself once it is active: all others redirect to it", async () => {
		const { domain } = await domains.add(acme, "www.acme.org", { primary: true });
		await domains.set("www.acme.org", "CNAME", recordOf(domain, "CNAME").value);
		await domains.verify(acme, "www.acme.org");
		await domains.ends(acme, "www.acme.org");
		const isPrimary = async () => (await domains.show(acme, "www.acme.org")).domain.primary;
		await expect.poll(isPrimary).toBe(true);
		const seen = () => {
			pass(limits.edgeEntryAge.value);
			return domains.open(hostname);
		};
		await expect.poll(seen).toMatchObject({ status: 308, location: "https://www.acme.org/" });
	});
});

describe("a domain that CloudFront has elsewhere", () => {
	const operationsOf = async (name: string) => (await domains.show(acme, name)).operation;
	async function fails(name: string) {
		await domains.turn("elsewhere", { domain: name, on: true });
		const { domain } = await domains.add(acme, name);
		await domains.set(name, "CNAME", recordOf(domain, "CNAME").value);
		await domains.verify(acme, name);
		await domains.ends(acme, name, "failed");
		return await operationsOf(name);
	}

	it("is explained: who has to remove it, and that a retry goes on there", async () => {
		const operation = await fails("old.acme.com");
		expect(operation).toMatchObject({
			failure: { step: "RequestCertificate", error: "DomainInUseElsewhere", actor: "customer" },
		});
		expect(operation?.failure?.fix).toContain("Remove the domain from the distribution that has it");
		expect((await domains.show(acme, "old.acme.com")).domain).toMatchObject({ nextActor: "customer" });
	});

	it("is active after a retry once it is free there, and goes on at the step that failed", async () => {
		await domains.turn("elsewhere", { domain: "old.acme.com", on: false });
		const { operationId = "" } = (await operationsOf("old.acme.com")) ?? {};
		const retried = await world.call("POST", `/v1/operations/${operationId}/retry`, { key: crypto.randomUUID() });
		expect(retried.status, retried.text).toBe(202);
		expect(await domains.ends(acme, "old.acme.com")).toMatchObject({ status: "active" });
		expect(await domains.distributionTenants()).toContain("old.acme.com");
		const entered = (await world.history(`${operationId}-1`, "attach-domain")).flatMap(
			({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? [],
		);
		expect(entered.filter((state) => state === "VerifyOwnership")).toHaveLength(1);
	});

	it("is active after a redrive at the console, too, and has one certificate", async () => {
		const { operationId = "" } = (await fails("older.acme.com")) ?? {};
		await domains.turn("elsewhere", { domain: "older.acme.com", on: false });
		const executionArn = `${machineArn("attach-domain").replace(":stateMachine:", ":execution:")}:${operationId}-1`;
		await world.sfn.send(new RedriveExecutionCommand({ executionArn }));
		await expect.poll(async () => (await operationsOf("older.acme.com"))?.status).toBe("running");
		expect(await domains.ends(acme, "older.acme.com")).toMatchObject({ status: "active" });
		expect((await domains.certificates()).filter((name) => name === "older.acme.com")).toHaveLength(1);
		const types = (await world.history(`${operationId}-1`, "attach-domain")).map(({ type }) => type);
		expect(types.filter((type) => type === "ExecutionRedriven")).toHaveLength(1);
	});

	it("goes over to a certificate of CloudFront's own when it is posted again so, and leaves none behind", async () => {
		const name = "oldest.acme.com";
		await domains.turn("elsewhere", { domain: name, on: true });
		await domains.add(acme, name, { validation: "dns" });
		const isTold = async () => (await domains.show(acme, name)).domain.records.every(({ value }) => value !== null);
		await expect.poll(isTold).toBe(true);
		for (const { name: at, type, value } of (await domains.show(acme, name)).domain.records) {
			if (at !== null && value !== null) await domains.set(at, type, value);
		}
		await domains.verify(acme, name);
		await domains.ends(acme, name, "failed");
		expect(await operationsOf(name)).toMatchObject({ failure: { step: "AttachEdge", error: "DomainInUseElsewhere" } });
		await domains.turn("elsewhere", { domain: name, on: false });
		const { domain } = await domains.add(acme, name);
		expect(domain).toMatchObject({ attempt: 2, validation: "http" });
		await domains.set(name, "CNAME", recordOf(domain, "CNAME").value);
		await domains.verify(acme, name);
		expect(await domains.ends(acme, name)).toMatchObject({ status: "active" });
		expect((await domains.certificates()).filter((one) => one === name)).toHaveLength(1);
		expect(await domains.handshake(name)).toBe(`DNS:${name}`);
	});
});
