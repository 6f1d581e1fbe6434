import { ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { limits } from "../../domain/limits.ts";
import { type Domains, domainsAt, moveClock, pass, recordOf } from "./domain-world.ts";
import { aWorld, hostnameOf, machineArn, type Told, type World } from "./world.ts";

const hostname = "shop.acme.com";
let world: World;
let domains: Domains;
let told: Told;
let acme: string;

beforeAll(async () => {
	moveClock();
	world = await aWorld({ insyncDelayMs: 0 });
	told = world.listenTo({ source: ["hostmaster"] });
	domains = domainsAt(world);
	acme = await domains.tenant("acme");
});
afterAll(async () => {
	domains?.leave();
	await world?.close();
	vi.useRealTimers();
});

/** What was told of the first domain. */
const events = async () => (await told()).filter(({ detail }) => detail["hostname"] === hostname);

describe("a custom domain, from its POST to HTTPS", () => {
	let target = "";
	const shows = async () => (await domains.show(acme, hostname)).domain;

	it("is answered with the record that does everything, at once", async () => {
		const { domain, operation } = await domains.add(acme, hostname);
		expect(operation).toMatchObject({ kind: "attach-domain" });
		expect(domain).toMatchObject({ status: "pending", attempt: 1, validation: "http", imitates: [] });
		expect(domain.records).toMatchObject([{ name: hostname, type: "CNAME", when: "now" }]);
		target = recordOf(domain, "CNAME").value;
		expect(target).toMatch(/^[0-9a-z]{26}\.edge\.app\.hostmaster\.test$/);
		// The first look comes by itself.
		await expect.poll(async () => (await shows()).waiting?.lastSeen).toMatch(/^[a-z-]+: /);
	});

	it("is waited for; a wrong CNAME is told with what to do, and by whom", async () => {
		await domains.set(hostname, "CNAME", "acme.myshopify.com");
		const { diagnosis } = await domains.verify(acme, hostname);
		expect(diagnosis).toMatchObject({ ok: false, reason: "cname-wrong-target", actor: "customer" });
		expect(diagnosis.fix).toContain(target);
		expect(diagnosis.message).toContain("acme.myshopify.com");
		await expect.poll(shows).toMatchObject({ status: "action-required", nextActor: "customer", fix: diagnosis.fix });
		const { reason, actor, fix } = diagnosis;
		const required = { detailType: "DomainActionRequired", detail: { tenantId: acme, reason, actor, fix } };
		await expect.poll(async () => (await events()).at(-1)).toMatchObject(required);
		expect(await domains.distributionTenants()).toEqual([]);
	});

	it("is active soon after it is mended, with a certificate of its own that viewers verify by name", async () => {
		await domains.set(hostname, "CNAME", target);
		await domains.verify(acme, hostname);
		const domain = await domains.ends(acme, hostname);
		expect(domain).toMatchObject({ status: "active", nextActor: null });
		expect(await domains.handshake(hostname)).toBe(`DNS:${hostname}`);
		expect(await world.viewer.resolve(hostname)).toEqual(["127.0.0.1"]);
		expect(await domains.open(hostname)).toMatchObject({ status: 200, tenantId: acme });
		expect(await domains.distributionTenants()).toEqual([hostname]);
		expect(await domains.certificates()).toEqual([hostname]);
		expect(await domains.diagnose(hostname)).toMatchObject({ ok: true });
	});

	it("is told on the bus, step by step", async () => {
		const expected = ["DomainActionRequired", "DomainVerified", "CertificateIssued", "DomainActive"];
		const types = async () => [...new Set((await events()).map(({ detailType }) => detailType))];
		await expect.poll(types).toEqual(expected);
	});
});

describe("names at which one CNAME does not do", () => {
	it("an apex is proven by TXT and led here by an ALIAS, from which no ownership follows", async () => {
		const { domain } = await domains.add(acme, "acme.net");
		await domains.set("acme.net", "ALIAS", recordOf(domain, "ALIAS").value);
		const { diagnosis } = await domains.verify(acme, "acme.net");
		expect(diagnosis).toMatchObject({ ok: false, reason: "txt-missing", actor: "customer" });
		const { name, value } = recordOf(domain, "TXT");
		expect(name).toBe("_hostmaster.acme.net");
		await domains.set(name, "TXT", value);
		await domains.verify(acme, "acme.net");
		expect(await domains.ends(acme, "acme.net")).toMatchObject({ status: "active" });
		expect(await domains.handshake("acme.net")).toBe("DNS:acme.net");
		expect(await domains.open("acme.net")).toMatchObject({ status: 200, tenantId: acme });
	});

	it("a wildcard is validated by DNS, and stands for every name beneath it", async () => {
		const overHttp = await domains.request(acme, "*.shops.acme.net");
		expect(overHttp).toMatchObject({ status: 400, json: { field: "validation", rule: "wildcard" } });
		const { domain } = await domains.add(acme, "*.shops.acme.net", { validation: "dns" });
		for (const { name, type, value } of domain.records) {
			expect({ name, value }).toEqual({ name: expect.any(String), value: expect.any(String) });
			if (name !== null && value !== null) await domains.set(name, type, value);
		}
		await domains.verify(acme, "*.shops.acme.net");
		expect(await domains.ends(acme, "*.shops.acme.net")).toMatchObject({ status: "active" });
		expect(await domains.handshake("eu.shops.acme.net")).toBe("DNS:*.shops.acme.net");
		for (const name of ["eu.shops.acme.net", "us.shops.acme.net"]) {
			expect(await domains.open(name)).toMatchObject({ status: 200, tenantId: acme });
		}
		await expect(domains.handshake("a.b.shops.acme.net")).rejects.toThrow();
	});
});

describe("the life of a tenant with domains of its own", () => {
	const get = async (name: string, path?: string) => await domains.open(name, path);
	/** The edge may route by what it read of the map some seconds ago. */
	const becomes = async (name: string, page: object) => {
		pass(limits.edgeEntryAge.value);
		await expect.poll(() => get(name)).toMatchObject(page);
	};
	const change = async (what: string, body: object) => {
		const answer = await world.call("POST", `/v1/tenants/${acme}/${what}`, { body, key: crypto.randomUUID() });
		const { operation } = z.object({ operation: z.object({ operationId: z.string() }) }).parse(answer.json);
		await domains.succeeds(operation.operationId);
	};

	it("reaches them: a suspension, its end, and another origin", async () => {
		await change("suspend", { reason: "Invoice 7 is overdue" });
		for (const name of [hostname, "acme.net", "eu.shops.acme.net"]) await becomes(name, { status: 403 });
		expect((await domains.show(acme, hostname)).domain).toMatchObject({ status: "suspended", nextActor: "operator" });
		await change("resume", {});
		for (const name of [hostname, "acme.net", "eu.shops.acme.net"])
			await becomes(name, { status: 200, tenantId: acme });
		const origin = { ...world.endpoints.demoOrigin, pathPrefix: "/second" };
		const { operation } = await world.client.update(await world.client.showTenant(acme), { origin });
		await domains.succeeds(operation.operationId);
		await becomes(hostname, { status: 200, tenantId: acme, path: "/second/" });
	});

	it("has one primary name, to which the others redirect", async () => {
		await change(`domains/${hostname}/primary`, {});
		for (const name of [hostnameOf("acme"), "acme.net", "eu.shops.acme.net"]) {
			await becomes(name, { status: 308, location: `https://${hostname}/` });
		}
		expect(await get("acme.net", "/a?b=c")).toMatchObject({ location: `https://${hostname}/a?b=c` });
		await becomes(hostname, { status: 200, tenantId: acme });
		const removal = await world.call("DELETE", domains.pathOf(acme, hostname));
		expect(removal).toMatchObject({ status: 409, json: { type: "/errors/domain-in-use", rule: "primary" } });
		await change(`domains/${hostnameOf("acme")}/primary`, {});
		await becomes("acme.net", { status: 200, tenantId: acme });
	});

	it("loses one: 410 first, then no certificate, and CloudFront and ACM forget it", async () => {
		const { operation } = await domains.remove(acme, hostname);
		const seen = () => {
			pass(limits.edgeEntryAge.value);
			return domains.open(hostname);
		};
		await expect.poll(seen).toMatchObject({ status: 410 });
		await domains.succeeds(operation.operationId);
		await expect(domains.handshake(hostname)).rejects.toThrow();
		expect(await domains.distributionTenants()).not.toContain(hostname);
		expect(await domains.certificates()).not.toContain(hostname);
		expect(await world.call("GET", `/v1/tenants/${acme}/domains`)).not.toMatchObject({
			json: { domains: [{ hostname }] },
		});
		await expect.poll(async () => (await events()).at(-1)).toMatchObject({ detailType: "DomainDetached" });
	});

	it("leaves with all of them, and nothing is left behind", async () => {
		await domains.add(acme, "pending.acme.net");
		const { operation } = await world.client.remove(acme);
		await domains.succeeds(operation.operationId);
		expect(await domains.distributionTenants()).toEqual([]);
		expect(await domains.certificates()).toEqual([]);
		for (const name of ["acme.net", "eu.shops.acme.net"]) await expect(domains.handshake(name)).rejects.toThrow();
		const command = new ListExecutionsCommand({
			stateMachineArn: machineArn("attach-domain"),
			statusFilter: "RUNNING",
		});
		expect((await world.sfn.send(command)).executions).toEqual([]);
		const waits = async () =>
			(await world.rows("hostmaster-nonprod-waits")).filter(
				({ kind }) => kind !== undefined && kind !== "domain-watch",
			);
		await expect.poll(waits).toEqual([]);
	});
});
