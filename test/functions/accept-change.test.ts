import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { conditionTypes } from "../../domain/conditions.ts";
import { HostmasterError } from "../../domain/errors.ts";
import { operationSchema } from "../../domain/operation.ts";
import type { TenantChange } from "../../domain/tenant-change.ts";
import { acceptChange, type ChangeRequest } from "../../functions/accept-change.ts";
import { keys } from "../../services/registry.ts";
import { readTenant } from "../../services/tenants.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import {
	aClaim,
	aFailedOperation,
	anOperation,
	aTenant,
	operationId,
	platformDomain,
	tenantId,
	withTrue,
} from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const { hostname } = aClaim();
const claim = withTrue(aClaim(), ...conditionTypes);
const update: TenantChange = { kind: "update-tenant", set: { name: "Other" } };
const asking = { caller: "billing", rememberedHours: 24, requestedBy: "billing", correlationId: "corr-2" };

/** A change of acme's name by billing; `key` gives it an Idempotency-Key. */
function ask(more: Partial<ChangeRequest> & { key?: string; request?: unknown } = {}) {
	const { key, request = "update", ...rest } = more;
	const keyed = key === undefined ? {} : { keyed: { asking: { ...asking, idempotencyKey: key }, request } };
	return acceptChange({
		...{ tenantId, changeOf: () => update, requestedBy: "billing", correlationId: "corr-2" },
		...keyed,
		...rest,
	});
}
const active = () => cloud.hold({ tenant: aTenant(), claim, operation: anOperation({ status: "succeeded" }) });
const idIn = ({ location }: { location: string }) => location.replace("/v1/operations/", "");
const operationIn = async (answer: { location: string }) => operationSchema.parse(await cloud.operation(idIn(answer)));
const operations = async () => (await cloud.rows("registry")).filter(({ sk }) => sk === "OPERATION");

describe("accepting a change of a tenant", () => {
	it("refuses to leave a name behind of which nothing can be read", async () => {
		const former = `acme-once.${platformDomain}`;
		await cloud.hold({ tenant: aTenant({ formerHostnames: [former] }), claim });
		await cloud.put("registry", { ...keys.claim(former), intent: "nonsense" });
		const leaving = ask({ changeOf: () => ({ kind: "offboard-tenant" }) });
		await expect(leaving).rejects.toThrow(`cannot be read: ${former}`);
		expect(await operations()).toEqual([]);
	});

	it("writes it, tells the queue, and answers the tenant, the operation and the next ETag", async () => {
		await active();
		const answer = await ask();
		const operation = await operationIn(answer);
		expect(operation).toMatchObject({
			...{ kind: "update-tenant", tenantId, hostname, status: "queued", attempt: 1, generation: 1_000_000_001 },
			...{ requestedBy: "billing", correlationId: "corr-2", steps: ["PublishRoute", "ProbeRoute", "CompleteUpdate"] },
			history: [{ what: "accepted", by: "billing" }],
		});
		expect(await readTenant(tenantId)).toMatchObject({ name: "Other", revision: 2, lastOperationId: idIn(answer) });
		expect(answer.etag).toBe('"2"');
		expect(JSON.parse(answer.body)).toMatchObject({
			tenant: { name: "Other", revision: 2, generation: 1_000_000_001 },
			operation: { operationId: idIn(answer), status: "queued" },
		});
		expect(cloud.sent("operations")).toMatchObject([{ operationId: idIn(answer), attempt: 1 }]);
	});

	it("is accepted when the queue does not answer: the sweeper sends it later", async () => {
		await active();
		cloud.sqs.on(SendMessageCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		expect(await operationIn(await ask())).toMatchObject({ status: "queued" });
	});

	it("keeps what the row is to know besides", async () => {
		await active();
		await ask({ alsoKeep: ({ heard }) => ({ heard: { ...heard, plan: "2027-01-01T00:00:00.000Z" } }) });
		expect(await readTenant(tenantId)).toMatchObject({ name: "Other", heard: { plan: "2027-01-01T00:00:00.000Z" } });
	});

	it("knows a tenant of the first release, which has no last operation", async () => {
		await active();
		await cloud.hold({ tenant: aTenant({ lastOperationId: undefined }) });
		expect(await operationIn(await ask())).toMatchObject({ status: "queued" });
	});

	it("supersedes the failed operation that it takes over from, so that nobody retries that one", async () => {
		const failed = aFailedOperation({ kind: "rename-tenant" });
		await cloud.hold({ tenant: aTenant(), claim, operation: failed });
		const answer = await ask();
		expect(await cloud.operation(operationId)).toMatchObject({
			status: "superseded",
			history: [{ what: "superseded", by: idIn(answer) }],
		});
		expect(await operationIn(answer)).not.toHaveProperty("cancels");
	});
});

describe("a change that is overtaken", () => {
	it("reads again, and decides on what it finds then", async () => {
		await active();
		let overtaken = 0;
		cloud.overtake(() => {
			if (overtaken++ < 7) return cloud.hold({ tenant: aTenant({ revision: 10 + overtaken, plan: "pro" }) });
			return undefined;
		});
		const changeOf = vi.fn(() => update);
		const answer = await ask({ changeOf });
		expect(changeOf).toHaveBeenCalledTimes(8);
		expect(await readTenant(tenantId)).toMatchObject({ name: "Other", plan: "pro", revision: 18 });
		expect(answer.etag).toBe('"18"');
		expect(await operations()).toHaveLength(2);
	});

	it("is one to repeat after eight times, and nothing of it is written", async () => {
		await active();
		let revision = 1;
		cloud.overtake(() => cloud.hold({ tenant: aTenant({ revision: ++revision }) }));
		await expect(ask()).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(revision).toBe(9);
		expect(await operations()).toHaveLength(1);
		expect(cloud.sent("operations")).toEqual([]);
	});

	it("by another change waits for that one", async () => {
		await active();
		const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => ask()));
		const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason.name] : []));
		expect(refused).toEqual(Array(4).fill("OperationInProgress"));
		expect(await operations()).toHaveLength(2);
		expect(cloud.sent("operations")).toHaveLength(1);
	});
});

describe("the same request again", () => {
	it("gets the same answer, also after the operation has ended, and begins nothing", async () => {
		await active();
		const first = await ask({ key: "1" });
		expect(await ask({ key: "1" })).toEqual(first);
		await cloud.hold({ operation: { ...(await operationIn(first)), status: "succeeded" } });
		expect(await ask({ key: "1" })).toEqual(first);
		expect(cloud.sent("operations")).toHaveLength(1);
		expect(await readTenant(tenantId)).toMatchObject({ revision: 2 });
	});

	it("gets it when many come at the same moment", async () => {
		await active();
		const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => ask({ key: "1" })));
		for (const other of others) expect(other).toEqual(first);
		expect(await operations()).toHaveLength(2);
	});

	it("does not stand in its own way when it is accepted between two reads of this one", async () => {
		await active();
		let first: unknown;
		cloud.overtakeReads(async (pk) => {
			if (first !== undefined || pk !== `TENANT#${tenantId}`) return;
			first = "on its way";
			first = await ask({ key: "1" });
		});
		expect(await ask({ key: "1" })).toEqual(first);
	});

	it("is another one when it asks for something else, and is refused", async () => {
		await active();
		await ask({ key: "1" });
		const refused = { name: "IdempotencyKeyReused", field: "Idempotency-Key" };
		await expect(ask({ key: "1", request: "other" })).rejects.toMatchObject(refused);
	});

	it("of another key is refused while the first is under way", async () => {
		await active();
		await ask({ key: "1" });
		await expect(ask({ key: "2" })).rejects.toMatchObject({ name: "OperationInProgress" });
		const row = await cloud.row("registry", keys.idempotency("billing", "2"));
		expect(row).toBeUndefined();
	});
});

describe("a change that cannot be accepted", () => {
	it("is refused for a tenant that there is not", async () => {
		await expect(ask()).rejects.toMatchObject({ name: "TenantNotFound" });
	});

	it("is refused for an externalRef that another tenant has", async () => {
		await active();
		await cloud.put("registry", { ...keys.externalRef("cus_2"), tenantId: "ten_other" });
		const changeOf = (): TenantChange => ({ kind: "update-tenant", set: { externalRef: "cus_2" } });
		const refused = { name: "ExternalRefTaken", field: "externalRef", rule: "unique" };
		await expect(ask({ changeOf })).rejects.toMatchObject(refused);
		expect(await readTenant(tenantId)).toEqual(aTenant());
	});

	it("ends with what the asker throws", async () => {
		await active();
		const changeOf = () => {
			throw new HostmasterError("PreconditionFailed", "no");
		};
		await expect(ask({ changeOf })).rejects.toMatchObject({ name: "PreconditionFailed" });
	});

	it("is a defect, and not the caller's fault, where the claim is missing", async () => {
		await cloud.hold({ tenant: aTenant(), operation: anOperation({ status: "succeeded" }) });
		await expect(ask()).rejects.toMatchObject({ name: "Error", message: expect.stringContaining(hostname) });
	});
});
