import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tenantSchema } from "../../domain/tenant.ts";
import { mapEntryOf } from "../../domain/tenant-map.ts";
import { accept } from "../../services/acceptance.ts";
import { acceptChange } from "../../services/change-acceptance.ts";
import { readClaim, readClaims } from "../../services/claims.ts";
import { earlierAnswer } from "../../services/idempotency.ts";
import { lists, readPage } from "../../services/lists.ts";
import { readOperation, touchOperation, writeNewAttempt } from "../../services/operations.ts";
import { pendingEvents } from "../../services/outbox.ts";
import { readPause, writePause } from "../../services/pause.ts";
import { readCursor, writeCursor } from "../../services/sweep-cursors.ts";
import { putMapEntry } from "../../services/tenant-map.ts";
import { readTenant, readTenants, tenantIdOf } from "../../services/tenants.ts";
import { dueChecks, noteLook, park, readCheck, removeCheck, removeWait } from "../../services/waits.ts";
import { hasPendingChanges, pendingChanges, requestChange } from "../../services/zone-changes.ts";
import { releaseLease, spend, takeLease } from "../../services/zone-lease.ts";
import { aCloud, type Cloud, type TableName } from "../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, aWait, longAgo } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const probe = { kind: "edge-probe", subject: "acme" } as const;
const check = { ...probe, opening: "1", startedAt: longAgo, looks: 0, nextCheckAt: longAgo };
const change = {
	...({ hostname: "acme", generation: 1, action: "upsert" } as const),
	...{ records: [], wait: aWait(), requestedAt: longAgo },
};
const { hostname, tenantId } = aTenant();
const entry = mapEntryOf(aClaim(), aTenant(), longAgo);
const operation = { after: anOperation(), before: anOperation() };
const claim = { after: aClaim(), before: aClaim() };
const idempotency = { caller: "billing", key: "1", requestDigest: "d", expiresAt: 1 };
const acceptance = {
	tenant: aTenant(),
	claim: aClaim(),
	predecessor: undefined,
	operation: anOperation(),
	idempotency,
	answer: { location: "", body: "" },
};

const changed = {
	tenant: { before: aTenant(), after: aTenant() },
	claims: [],
	operation: anOperation(),
	givenUp: undefined,
	idempotency: undefined,
	answer: acceptance.answer,
};

const calls: [string, TableName, () => Promise<unknown>][] = [
	["accept", "registry", () => accept(acceptance, longAgo)],
	["acceptChange", "registry", () => acceptChange(changed, longAgo)],
	["readPause", "registry", () => readPause()],
	["writePause", "registry", () => writePause(undefined)],
	["earlierAnswer", "registry", () => earlierAnswer(idempotency, longAgo)],
	["readClaim", "registry", () => readClaim(hostname)],
	["readClaims", "registry", () => readClaims([hostname])],
	["readPage", "registry", () => readPage(lists.tenants, tenantSchema, { after: undefined, limit: 10 })],
	["readOperation", "registry", () => readOperation("op_1")],
	["touchOperation", "registry", () => touchOperation(anOperation(), longAgo)],
	["writeNewAttempt", "registry", () => writeNewAttempt(operation, claim)],
	["pendingEvents", "registry", () => pendingEvents({ after: undefined, limit: 100 })],
	["readCursor", "registry", () => readCursor("queued")],
	["writeCursor", "registry", () => writeCursor("queued", undefined)],
	["readTenant", "registry", () => readTenant(tenantId)],
	["readTenants", "registry", () => readTenants([tenantId])],
	["tenantIdOf", "registry", () => tenantIdOf("cus_1")],
	["putMapEntry", "map", () => putMapEntry(entry)],
	["park", "waits", () => park(probe, aWait(), longAgo)],
	["readCheck", "waits", () => readCheck(probe)],
	["noteLook", "waits", () => noteLook(check, "", longAgo)],
	["removeWait", "waits", () => removeWait(check, aWait())],
	["removeCheck", "waits", () => removeCheck(check)],
	["dueChecks", "waits", () => dueChecks(longAgo)],
	["requestChange", "zone", () => requestChange("Z1", change)],
	["pendingChanges", "zone", () => pendingChanges("Z1")],
	["hasPendingChanges", "zone", () => hasPendingChanges("Z1")],
	["takeLease", "zone", () => takeLease("Z1", "a", 0)],
	["releaseLease", "zone", () => releaseLease({ zoneId: "Z1", owner: "a", fencingToken: 1 })],
	["spend", "zone", () => spend("Z1", 0, 0)],
];

describe("a table that does not answer", () => {
	it.each(calls)(
		"is never taken for an empty one or for a refusal: %s",
		{ timeout: 20_000 },
		async (_, table, call) => {
			cloud.dynamodb.setUnreachable(table, true);
			await expect(call()).rejects.toMatchObject({ name: "ServiceUnavailable" });
		},
	);
});

describe("a table that takes no writes", () => {
	it("gives nobody a lease", { timeout: 20_000 }, async () => {
		cloud.failing("PutItem");
		await expect(takeLease("Z1", "a", 0)).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(await cloud.rows("zone")).toEqual([]);
	});
});
