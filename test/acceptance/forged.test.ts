import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type RawAnswer, sendRaw } from "../local/edge/world.ts";
import { aWorld, hostnameOf, type World } from "./world.ts";

let world: World;
/** The tenants' ids by slug. */
const ids: Record<string, string> = {};
const victim = hostnameOf("victim");
const attacker = hostnameOf("attacker");

beforeAll(async () => {
	world = await aWorld();
	await Promise.all(["victim", "attacker"].map((slug) => world.client.createTenant(world.client.newTenant(slug))));
	await world.ended(2, 30_000);
	for (const { slug, tenantId } of await world.tenants()) ids[slug] = tenantId;
});
afterAll(() => world?.close());

/** What the application behind the edge was given. */
const seenSchema = z.object({
	tenantId: z.string().nullable(),
	host: z.string().nullable(),
	contextVerified: z.boolean(),
	headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
});

/** Sends header lines as they are; `Host` is among them or is not. */
function send(lines: string[], { target = "/", sni = attacker } = {}): Promise<RawAnswer> {
	const { ca, edge } = world.endpoints;
	const bytes = [`GET ${target} HTTP/1.1`, ...lines, "Accept: application/json", "Connection: close", "", ""].join(
		"\r\n",
	);
	return sendRaw(Number(new URL(edge.https).port), readFileSync(ca, "utf8"), sni, bytes);
}

const seenOf = ({ body }: RawAnswer) => seenSchema.parse(JSON.parse(body));

describe("a header that a viewer sends under our names", () => {
	it.each([
		["X-Tenant-Id", () => ids["victim"] ?? ""],
		["x-tenant-id", () => ids["victim"] ?? ""],
		["X_Tenant_Id", () => ids["victim"] ?? ""],
		["X-Tenant-Slug", () => "victim"],
		["X-Tenant-Role", () => "admin"],
		["X-Forwarded-Host", () => victim],
		["X_Forwarded_Host", () => victim],
		["Forwarded", () => `host=${victim}`],
		["X-Original-Host", () => victim],
		["X-Hostmaster-Map-Table", () => "mine"],
		["X-Hostmaster-Aws-Endpoint", () => "https://attacker.example"],
		["X-Hostmaster-Anything", () => "1"],
	])("does not reach the application: %s", async (name, value) => {
		const answer = await send([`Host: ${attacker}`, `${name}: ${value()}`]);
		expect(answer.status).toBe(200);
		const seen = seenOf(answer);
		expect(seen).toMatchObject({ tenantId: ids["attacker"], host: attacker, contextVerified: true });
		expect(seen.headers).toMatchObject({
			"x-tenant-id": ids["attacker"],
			"x-tenant-slug": "attacker",
			"x-forwarded-host": attacker,
			host: world.endpoints.demoOrigin.host,
		});
		const { "x-tenant-context": context, ...others } = seen.headers;
		expect(JSON.stringify(others)).not.toContain(value() === "1" ? "x-hostmaster" : value());
		expect(context).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
	});

	it("does not pass for a tenant context, though another tenant's was signed by the edge itself", async () => {
		const signed = seenOf(await send([`Host: ${victim}`], { sni: victim })).headers["x-tenant-context"];
		const seen = seenOf(await send([`Host: ${attacker}`, `X-Tenant-Context: ${signed}`]));
		expect(seen).toMatchObject({ tenantId: ids["attacker"], contextVerified: true });
		expect(seen.headers["x-tenant-context"]).not.toBe(signed);
	});

	it("does not reach the application by the reserved names of our configuration either", async () => {
		const { headers } = seenOf(await send([`Host: ${attacker}`]));
		expect(Object.keys(headers).filter((name) => name.startsWith("x-hostmaster-"))).toEqual([]);
	});
});

describe("a Host that is spelled otherwise", () => {
	it.each([
		["with a port", `${victim}:8443`],
		["in upper case", victim.toUpperCase()],
		["with a trailing dot", `${victim}.`],
		["with all of it", `${victim.toUpperCase()}.:443`],
	])("%s is the same tenant's", async (_how, host) => {
		const answer = await send([`Host: ${host}`], { sni: victim });
		expect(answer.status).toBe(200);
		expect(seenOf(answer)).toMatchObject({ tenantId: ids["victim"], host: victim, contextVerified: true });
	});
});

describe("a request that names two hosts", () => {
	it.each([
		["two Hosts", [`Host: ${attacker}`, `Host: ${victim}`], "/"],
		["one Host twice", [`Host: ${victim}`, `Host: ${victim}`], "/"],
		["no Host", [], "/"],
		["an empty Host", ["Host:"], "/"],
		["two in one line", [`Host: ${attacker}, ${victim}`], "/"],
		["one with another's name as user", [`Host: ${attacker}@${victim}`], "/"],
		["an absolute target of another", [`Host: ${attacker}`], `https://${victim}/`],
		["an absolute target of the same", [`Host: ${attacker}`], `https://${attacker}/`],
	])("is not answered by anybody's application: %s", async (_how, lines, target) => {
		const answer = await send(lines, { target });
		expect(answer.status).toBe(400);
		for (const id of Object.values(ids)) expect(answer.body).not.toContain(id);
	});

	it("by SNI and by Host is answered by the Host's tenant, and only with that one's context", async () => {
		const seen = seenOf(await send([`Host: ${attacker}`], { sni: victim }));
		expect(seen).toMatchObject({ tenantId: ids["attacker"], host: attacker, contextVerified: true });
		const other = seenOf(await send([`Host: ${victim}`], { sni: attacker }));
		expect(other).toMatchObject({ tenantId: ids["victim"], host: victim, contextVerified: true });
	});
});

describe("an answer that may be kept", () => {
	it("is kept for its own host alone, whatever else the request says", async () => {
		const target = "/shared?max-age=60";
		const [first, again] = [
			await send([`Host: ${victim}`], { target, sni: victim }),
			await send([`Host: ${victim}`], { target }),
		];
		expect(again.headers["x-cache"]).toMatch(/^Hit/);
		expect(seenOf(again)).toEqual(seenOf(first));
		const other = await send([`Host: ${attacker}`, `X-Forwarded-Host: ${victim}`], { target });
		expect(seenOf(other)).toMatchObject({ tenantId: ids["attacker"], host: attacker });
	});
});

describe("a path that climbs", () => {
	it.each(["/../x", "/%2e%2e/x", "/a/..%2fb", "/a/..;/b"])("is refused: %s", async (target) => {
		expect((await send([`Host: ${attacker}`], { target })).status).toBe(400);
	});
});
