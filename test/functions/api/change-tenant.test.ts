import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { releasedClaim } from "../../../domain/claim.ts";
import { conditionTypes } from "../../../domain/conditions.ts";
import { handler as deleteTenant } from "../../../functions/api/delete-tenant.ts";
import { handler as listTenants } from "../../../functions/api/list-tenants.ts";
import { handler as renameTenant } from "../../../functions/api/rename-tenant.ts";
import { handler as resumeTenant } from "../../../functions/api/resume-tenant.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler as suspendTenant } from "../../../functions/api/suspend-tenant.ts";
import { readTenant } from "../../../services/tenants.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import {
	aClaim,
	aFailedOperation,
	anOperation,
	aTenant,
	longAgo,
	operationId,
	tenantId,
	withTrue,
} from "../../builders/entities.ts";
import type { HttpRequest } from "../../builders/lambda-events.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const handlers = { suspend: suspendTenant, resume: resumeTenant, rename: renameTenant };
const bodies = { suspend: { reason: "Unpaid." }, resume: { reason: "Paid." }, rename: { slug: "new" } };
// Object.keys forgets the key type that the table has.
const verbs = Object.keys(handlers) as (keyof typeof handlers)[];
const claim = withTrue(aClaim(), ...conditionTypes);
const schema = routes.suspendTenant.reply.schema;

const post = (verb: keyof typeof handlers, body: unknown = bodies[verb], key = "key-1"): HttpRequest => ({
	...{ method: "POST", route: `/v1/tenants/{tenantId}/${verb}`, pathParameters: { tenantId }, body },
	...(key !== "" && { headers: { "idempotency-key": key } }),
});
const remove = (query: Record<string, string> = {}): HttpRequest => ({
	...{ method: "DELETE", route: "/v1/tenants/{tenantId}", pathParameters: { tenantId }, query },
});
const active = () =>
	cloud.hold({ tenant: aTenant({ revision: 3 }), claim, operation: anOperation({ status: "succeeded" }) });
const changed = async (verb: keyof typeof handlers, body: unknown = bodies[verb]) => {
	const { status, body: answer, headers } = await ask(handlers[verb], post(verb, body));
	expect(status).toBe(202);
	return { headers, ...schema.parse(answer) };
};

describe.each(verbs)("POST /v1/tenants/{tenantId}/%s", (verb) => {
	it("answers 202 with the operation, where to follow it, and the next ETag", async () => {
		await active();
		const { tenant, operation, headers } = await changed(verb);
		expect(operation).toMatchObject({ kind: `${verb}-tenant`, tenantId, status: "queued", requestedBy: "billing" });
		expect(headers).toMatchObject({ location: `/v1/operations/${operation.operationId}`, etag: '"4"' });
		expect(tenant.revision).toBe(4);
		expect(cloud.sent("operations")).toMatchObject([{ operationId: operation.operationId }]);
	});

	it("gives the same request the same answer, byte for byte, and refuses its key for another", async () => {
		await active();
		const first = await ask(handlers[verb], post(verb));
		expect(await ask(handlers[verb], post(verb))).toEqual(first);
		const other = post(verb, verb === "rename" ? { slug: "other" } : { reason: "Other." });
		expect(await problem(handlers[verb], other)).toMatchObject({ status: 422 });
		expect(cloud.sent("operations")).toHaveLength(1);
	});

	it("takes one key for one request: that of one tenant, and of one verb", async () => {
		await active();
		await ask(handlers[verb], post(verb));
		const others = verbs.filter((other) => other !== verb);
		for (const other of others) expect(await problem(handlers[other], post(other))).toMatchObject({ status: 422 });
		const elsewhere = { ...post(verb), pathParameters: { tenantId: tenantId.replace(/Z$/, "0") } };
		expect(await problem(handlers[verb], elsewhere)).toMatchObject({ status: 422 });
	});

	it("is a 400 without a key, or with a member that nobody knows", async () => {
		await active();
		const bare = await problem(handlers[verb], post(verb, bodies[verb], ""));
		expect(bare).toMatchObject({ field: "idempotency-key", rule: "required" });
		const more = await problem(handlers[verb], post(verb, { ...bodies[verb], colour: "red" }));
		expect(more).toMatchObject({ status: 400, field: "colour", rule: "unknown" });
		expect(await readTenant(tenantId)).toEqual(aTenant({ revision: 3 }));
	});

	it("is a 404 for no tenant, and a 409 while another operation is under way or the tenant leaves", async () => {
		expect(await problem(handlers[verb], post(verb))).toMatchObject({ type: "/errors/tenant-not-found" });
		await active();
		await cloud.hold({ operation: anOperation({ status: "running" }) });
		expect(await problem(handlers[verb], post(verb))).toMatchObject({
			...{ type: "/errors/operation-in-progress", detail: expect.stringContaining(operationId) },
		});
		await cloud.hold({ claim: { ...claim, intent: "remove" } });
		expect(await problem(handlers[verb], post(verb))).toMatchObject({ type: "/errors/tenant-leaving", status: 409 });
	});
});

describe("suspending and resuming", () => {
	it("says why, since when, and by whom", async () => {
		await active();
		const { tenant, operation } = await changed("suspend");
		expect(tenant).toMatchObject({ status: "provisioning", suspension: { reason: "Unpaid.", requestedBy: "billing" } });
		expect(operation.reason).toBe("Unpaid.");
	});

	it("may be asked for while the onboarding has failed; resuming may not", async () => {
		await cloud.hold({ tenant: aTenant(), claim: aClaim(), operation: aFailedOperation() });
		expect(await problem(resumeTenant, post("resume"))).toMatchObject({ type: "/errors/onboarding-unfinished" });
		expect((await ask(suspendTenant, post("suspend"))).status).toBe(202);
	});

	it("needs a reason to suspend, and none to resume", async () => {
		await active();
		expect(await problem(suspendTenant, post("suspend", {}))).toMatchObject({ field: "reason", rule: "required" });
		expect((await changed("resume", {})).operation).not.toHaveProperty("reason");
	});
});

describe("renaming", () => {
	it("shows the new name and the former one", async () => {
		await active();
		const { tenant, operation } = await changed("rename", { slug: "NEW" });
		expect(tenant).toMatchObject({
			...{ slug: "new", hostname: "new.app.example.com", formerHostnames: ["acme.app.example.com"] },
			status: "pending",
		});
		expect(operation).toMatchObject({ hostname: "new.app.example.com", formerHostname: "acme.app.example.com" });
		expect(await cloud.claim("acme.app.example.com")).toMatchObject({ intent: "redirect", tenantId });
	});

	const hostname = "new.app.example.com";
	it.each([
		["acme", "invalid-request", "new"],
		["www", "slug-reserved", "reserved"],
		["a.b", "invalid-request", "characters"],
	])("to '%s' is refused", async (slug, type, rule) => {
		await active();
		expect(await problem(renameTenant, post("rename", { slug }))).toMatchObject({
			...{ type: `/errors/${type}`, field: "slug", rule },
		});
	});

	it.each([
		["taken", aClaim({ hostname, tenantId: "ten_2" })],
		["quarantined", releasedClaim(aClaim({ hostname, tenantId: "ten_2" }), "2998-01-01T00:00:00.000Z")],
	])("to a name of somebody else's is refused: %s", async (state, claim) => {
		await active();
		await cloud.hold({ claim });
		expect(await problem(renameTenant, post("rename"))).toMatchObject({
			...{ type: `/errors/slug-${state}`, status: 409, field: "slug" },
		});
	});

	it("has one winner when two want one name at the same moment", async () => {
		await active();
		await cloud.hold({
			tenant: aTenant({
				tenantId: tenantId.replace(/Z$/, "0"),
				hostname: "b.app.example.com",
				lastOperationId: undefined,
			}),
			claim: aClaim({ tenantId: tenantId.replace(/Z$/, "0"), hostname: "b.app.example.com" }),
		});
		const other = {
			...post("rename", bodies.rename, "key-2"),
			pathParameters: { tenantId: tenantId.replace(/Z$/, "0") },
		};
		const answers = await Promise.all([ask(renameTenant, post("rename")), ask(renameTenant, other)]);
		expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
	});
});

describe("DELETE /v1/tenants/{tenantId}", () => {
	it("answers 202 with the operation, again and again, and keeps the reason", async () => {
		await active();
		const first = await ask(deleteTenant, remove({ reason: "Closed." }));
		const { tenant, operation } = schema.parse(first.body);
		expect(first).toMatchObject({ status: 202, headers: { etag: '"4"' } });
		expect(tenant).toMatchObject({ status: "removing", revision: 4 });
		expect(operation).toMatchObject({ kind: "offboard-tenant", reason: "Closed." });
		expect(await ask(deleteTenant, remove())).toEqual(first);
	});

	it("is a 404 for no tenant, and a 400 for what it does not know", async () => {
		expect(await problem(deleteTenant, remove())).toMatchObject({ type: "/errors/tenant-not-found" });
		expect(await problem(deleteTenant, remove({ why: "x" }))).toMatchObject({ field: "why", rule: "unknown" });
	});
});

describe("GET /v1/tenants by a status that former names have too", () => {
	it("lists a tenant once, however many names it leaves with", async () => {
		const hostnames = ["acme.app.example.com", "old.app.example.com"];
		await cloud.hold({ tenant: aTenant({ formerHostnames: hostnames.slice(1), releasedAt: longAgo }) });
		for (const hostname of hostnames) await cloud.hold({ claim: releasedClaim(aClaim({ hostname }), longAgo) });
		const { body } = await ask(listTenants, { method: "GET", route: "/v1/tenants", query: { status: "released" } });
		expect(body["tenants"]).toMatchObject([{ tenantId, status: "released" }]);
	});
});
