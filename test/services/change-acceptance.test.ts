import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { renewedClaim } from "../../domain/claim.ts";
import { givenUp } from "../../domain/operation.ts";
import { acceptChange, type ChangeAcceptance } from "../../services/change-acceptance.ts";
import { documents } from "../../services/dynamodb.ts";
import { keys } from "../../services/registry.ts";
import { readTenant } from "../../services/tenants.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aClaim, aFailedOperation, anOperation, aTenant, tenantId } from "../builders/entities.ts";

const now = "2027-01-01T00:00:00.000Z";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const before = aTenant({ externalRef: "cus_1" });
const claim = aClaim();
const newer = anOperation({ operationId: "op_newer", kind: "update-tenant" });
const answer = { location: "/v1/operations/op_newer", body: "{}", etag: '"2"' };
const idempotency = { caller: "billing", key: "1", requestDigest: "d", expiresAt: Date.parse(now) / 1000 + 60 };
const { hostname } = claim;

/** A change of acme's name, over rows as they stand. */
function aChange(more: Partial<ChangeAcceptance> = {}): ChangeAcceptance {
	return {
		tenant: { before, after: { ...before, name: "Other" } },
		claims: [{ before: claim, after: renewedClaim(claim, {}, { now, epoch: 1 }) }],
		operation: newer,
		givenUp: undefined,
		idempotency: undefined,
		answer,
		...more,
	};
}
const refOf = (externalRef: string | undefined) => ({ before, after: { ...before, externalRef } });
const references = async () =>
	(await cloud.rows("registry")).flatMap(({ pk, sk, tenantId }) =>
		sk === "EXTERNAL-REF" ? [`${pk} ${tenantId}`] : [],
	);

async function hold(): Promise<void> {
	await cloud.hold({ tenant: before, claim });
	await cloud.put("registry", { ...keys.externalRef("cus_1"), tenantId });
}

/** All rows, by their keys. */
const everything = async () => (await cloud.rows("registry")).sort((a, b) => `${a["pk"]}`.localeCompare(`${b["pk"]}`));

describe("accepting a change", () => {
	it("writes tenant, claims, operation and the answer, all at once", async () => {
		await hold();
		expect(await acceptChange(aChange({ idempotency }), now)).toEqual({ outcome: "accepted" });
		expect(await readTenant(tenantId)).toMatchObject({ name: "Other", revision: 2 });
		expect(await cloud.claim(hostname)).toMatchObject({ generation: 1_000_000_001, revision: 2 });
		expect(await cloud.operation("op_newer")).toMatchObject({ status: "queued", statusPk: "OPERATION#queued" });
		expect(await cloud.row("registry", keys.idempotency("billing", "1"))).toMatchObject({ answer });
	});

	it("takes a tenant's row of the first release, which has no revision, for its first", async () => {
		await hold();
		const row = await cloud.row("registry", keys.tenant(tenantId));
		await cloud.put("registry", { ...row, revision: undefined });
		expect(await acceptChange(aChange(), now)).toEqual({ outcome: "accepted" });
		expect(await readTenant(tenantId)).toMatchObject({ revision: 2 });
	});

	it("claims a name where nobody has one", async () => {
		await hold();
		const after = aClaim({ hostname: "new.app.example.com" });
		await acceptChange(aChange({ claims: [{ before: undefined, after }] }), now);
		expect(await cloud.claim("new.app.example.com")).toMatchObject(after);
	});

	it("gives the operation up that it takes over from", async () => {
		await hold();
		const failed = aFailedOperation();
		await cloud.hold({ operation: failed });
		await acceptChange(aChange({ givenUp: { before: failed, after: givenUp(failed, newer, now) } }), now);
		expect(await cloud.operation(failed.operationId)).toMatchObject({
			status: "superseded",
			statusPk: "OPERATION#superseded",
			failure: { error: "Superseded" },
		});
	});
});

describe("a change of what has moved on", () => {
	const failed = aFailedOperation();
	const took = { before: failed, after: givenUp(failed, newer, now) };
	const created = { before: undefined, after: aClaim({ hostname: "new.app.example.com" }) };

	it.each<[string, () => Promise<void>, Partial<ChangeAcceptance>]>([
		["the tenant was changed", () => cloud.hold({ tenant: { ...before, revision: 2 } }), {}],
		["its claim was changed", () => cloud.hold({ claim: aClaim({ revision: 2 }) }), {}],
		["its claim has another generation", () => cloud.hold({ claim: aClaim({ generation: 8 }) }), {}],
		[
			"the new name was taken",
			() => cloud.hold({ claim: { ...created.after, tenantId: "ten_2" } }),
			{ claims: [created] },
		],
		[
			"the failed operation was retried",
			() => cloud.hold({ operation: { ...failed, status: "running" } }),
			{ givenUp: took },
		],
		["the failed operation is gone", async () => undefined, { givenUp: took }],
	])("is overtaken, and nothing of it is written: %s", async (_, act, more) => {
		await hold();
		await act();
		const stands = await everything();
		expect(await acceptChange(aChange({ idempotency, ...more }), now)).toEqual({ outcome: "overtaken" });
		expect(await everything()).toEqual(stands);
	});

	it("has one winner when many race", async () => {
		await hold();
		const racers = Array.from({ length: 6 }, (_, at) =>
			acceptChange(aChange({ operation: anOperation({ operationId: `op_${at}` }) }), now),
		);
		const outcomes = (await Promise.all(racers)).map(({ outcome }) => outcome).sort();
		expect(outcomes).toEqual(["accepted", ...Array(5).fill("overtaken")]);
	});
});

describe("a repetition", () => {
	it("gets the answer of before, and writes nothing", async () => {
		await hold();
		await acceptChange(aChange({ idempotency }), now);
		const stands = await everything();
		expect(await acceptChange(aChange({ idempotency, answer: { location: "x", body: "x" } }), now)).toEqual({
			outcome: "repeated",
			answer,
		});
		expect(await acceptChange(aChange({ idempotency: { ...idempotency, requestDigest: "other" } }), now)).toEqual({
			outcome: "key-reused",
		});
		expect(await everything()).toEqual(stands);
	});
});

describe("an externalRef", () => {
	it.each<[string, string | undefined, string[]]>([
		["moves with its tenant", "cus_2", ["EXTERNAL-REF#cus_2"]],
		["goes with null", undefined, []],
		["stays where it is not named", "cus_1", ["EXTERNAL-REF#cus_1"]],
	])("%s", async (_, externalRef, left) => {
		await hold();
		expect(await acceptChange(aChange({ tenant: refOf(externalRef) }), now)).toEqual({ outcome: "accepted" });
		expect(await references()).toEqual(left.map((pk) => `${pk} ${tenantId}`));
	});

	it("is given to a tenant that had none", async () => {
		await cloud.hold({ tenant: aTenant(), claim });
		const tenant = { before: aTenant(), after: aTenant({ externalRef: "cus_2" }) };
		expect(await acceptChange(aChange({ tenant }), now)).toEqual({ outcome: "accepted" });
		expect(await references()).toEqual([`EXTERNAL-REF#cus_2 ${tenantId}`]);
	});

	it.each([undefined, idempotency])("of another tenant is refused, and nothing changes", async (idempotency) => {
		await hold();
		await cloud.put("registry", { ...keys.externalRef("cus_2"), tenantId: "ten_other" });
		const stands = await everything();
		const change = aChange({ tenant: refOf("cus_2"), idempotency });
		expect(await acceptChange(change, now)).toEqual({ outcome: "external-ref-taken" });
		expect(await everything()).toEqual(stands);
	});

	it("that the same change gave a moment ago is no other's: read again", async () => {
		await hold();
		await acceptChange(aChange({ tenant: refOf("cus_2") }), now);
		expect(await acceptChange(aChange({ tenant: refOf("cus_2") }), now)).toEqual({ outcome: "overtaken" });
	});

	it("of before that is somebody else's by a hand edit is not taken from them", async () => {
		await hold();
		await cloud.put("registry", { ...keys.externalRef("cus_1"), tenantId: "ten_other" });
		expect(await acceptChange(aChange({ tenant: refOf(undefined) }), now)).toEqual({ outcome: "overtaken" });
		expect(await references()).toEqual(["EXTERNAL-REF#cus_1 ten_other"]);
	});
});

describe("a cancellation for a reason that cannot be", () => {
	it("is a defect, not an acceptance and not a refusal", async () => {
		const client = mockClient(documents);
		const CancellationReasons = ["None", "ItemCollectionSizeLimitExceeded"].map((Code) => ({ Code }));
		client
			.on(TransactWriteCommand)
			.rejects(new TransactionCanceledException({ $metadata: {}, message: "cancelled", CancellationReasons }));
		await expect(acceptChange(aChange(), now)).rejects.toThrow("ItemCollectionSizeLimitExceeded");
		client.restore();
	});
});
