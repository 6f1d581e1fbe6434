import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { handler } from "../../../functions/api/create-tenant.ts";
import { aCloud, type Cloud, setEnvironment } from "../../builders/a-cloud.ts";
import { aNewTenant } from "../../builders/entities.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const post = (body: unknown, headers: Record<string, string> = {}) =>
	({ method: "POST", route: "/v1/tenants", body, headers: { "idempotency-key": "key-1", ...headers } }) as const;

/** Lets `act` happen once, after the key has been looked up and just before the name is. */
function overtakenOnce(act: () => Promise<unknown>): void {
	let done = false;
	cloud.overtakeReads(async (pk) => {
		if (done || !pk.startsWith("HOSTNAME#")) return;
		done = true;
		await act();
	});
}

describe("the same request again", () => {
	it("gets the same answer, byte for byte, and starts nothing", async () => {
		const first = await ask(handler, post(aNewTenant()));
		const second = await ask(handler, post(aNewTenant()));
		expect(second).toEqual(first);
		expect(cloud.sent("operations")).toHaveLength(1);
	});

	it("gets it even when both come at the same moment", async () => {
		const both = await Promise.all([ask(handler, post(aNewTenant())), ask(handler, post(aNewTenant()))]);
		expect(both[1]).toEqual(both[0]);
		expect(cloud.sent("operations")).toHaveLength(1);
	});

	it("gets it also when it is accepted between two reads of this one", async () => {
		let first: unknown;
		overtakenOnce(async () => {
			first = await ask(handler, post(aNewTenant()));
		});
		const second = await ask(handler, post(aNewTenant()));
		expect(second.status).toBe(202);
		expect(second).toEqual(first);
		expect(cloud.sent("operations")).toHaveLength(1);
	});

	it("with another body, accepted between two reads, is refused as such, and not for its name", async () => {
		overtakenOnce(() => ask(handler, post(aNewTenant())));
		expect(await problem(handler, post(aNewTenant({ name: "Other" })))).toMatchObject({
			type: "/errors/idempotency-key-reused",
		});
	});

	it("of another key, accepted between two reads, has taken the name", async () => {
		overtakenOnce(() => ask(handler, post(aNewTenant(), { "idempotency-key": "key-2" })));
		expect(await problem(handler, post(aNewTenant()))).toMatchObject({ type: "/errors/slug-taken" });
	});

	it("gets it also after the rules for names have changed", async () => {
		const first = await ask(handler, post(aNewTenant()));
		setEnvironment({ ALLOWED_ORIGINS: "*.elsewhere.example.net" });
		expect(await ask(handler, post(aNewTenant()))).toEqual(first);
		setEnvironment();
	});

	it("is another request when the body differs, and is refused", async () => {
		await ask(handler, post(aNewTenant()));
		expect(await problem(handler, post(aNewTenant({ name: "Other" })))).toMatchObject({
			type: "/errors/idempotency-key-reused",
			status: 422,
			field: "Idempotency-Key",
		});
	});

	it("is a new one after a day", async () => {
		await ask(handler, post(aNewTenant()));
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 25 * 3_600_000 });
		expect((await ask(handler, post(aNewTenant({ slug: "other" })))).status).toBe(202);
	});

	it("of another caller is its own", async () => {
		await ask(handler, post(aNewTenant()));
		const other = { ...post(aNewTenant({ slug: "other" })), caller: "console" };
		expect((await ask(handler, other)).status).toBe(202);
	});
});
