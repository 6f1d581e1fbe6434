import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Claim } from "../../domain/claim.ts";
import { changeClaim, liveClaim, readClaim, readClaims } from "../../services/claims.ts";
import { readOperation, stepDone } from "../../services/operations.ts";
import { keys } from "../../services/registry.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aClaim, anOperation, longAgo, operationId, withTrue } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const hostname = aClaim().hostname;
const change = (claim: Claim): Claim => ({ ...claim, updatedAt: "2027-01-01T00:00:00.000Z" });

describe("the live claim", () => {
	it("is the one of the generation that counts", async () => {
		await cloud.hold({ claim: aClaim() });
		expect(await liveClaim(hostname, 7)).toEqual(aClaim());
	});

	it.each([
		["a newer generation", aClaim({ generation: 8 }), "generation 8 (serve)"],
		["an older one", aClaim({ generation: 6 }), "generation 6 (serve)"],
		["a released one", aClaim({ intent: "released" }), "generation 7 (released)"],
		["nothing", undefined, "no claim"],
	])("is superseded when there is %s", async (_, claim, found) => {
		if (claim) await cloud.hold({ claim });
		await expect(liveClaim(hostname, 7)).rejects.toMatchObject({
			name: "Superseded",
			detail: expect.stringContaining(found),
		});
	});

	it("cannot be read from a table that does not answer: that is no 'superseded'", { timeout: 20_000 }, async () => {
		cloud.dynamodb.setUnreachable("registry", true);
		await expect(readClaim(hostname)).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});

describe("changing a claim", () => {
	it("writes the claim, with its next revision, and what goes with it", async () => {
		await cloud.hold({ claim: aClaim(), operation: anOperation() });
		const after = await changeClaim({ hostname, generation: 7 }, change, [
			stepDone(operationId, "SyncRecords", longAgo),
		]);
		expect(after).toMatchObject({ revision: 2, updatedAt: "2027-01-01T00:00:00.000Z" });
		expect(await readClaim(hostname)).toEqual(after);
		expect(await readOperation(operationId)).toMatchObject({ stepsDone: { SyncRecords: longAgo } });
	});

	it("loses nothing when many change it at once", async () => {
		await cloud.hold({ claim: aClaim() });
		const types = ["CertificateIssued", "EdgeAttached", "RecordsInSync", "RoutePublished"] as const;
		await Promise.all(types.map((type) => changeClaim({ hostname, generation: 7 }, (claim) => withTrue(claim, type))));
		const claim = await readClaim(hostname);
		expect(types.map((type) => claim?.conditions[type].status)).toEqual(types.map(() => "true"));
		expect(claim?.revision).toBe(5);
	});

	it("changes nothing of a generation that is over", async () => {
		await cloud.hold({ claim: aClaim({ generation: 8 }) });
		await expect(changeClaim({ hostname, generation: 7 }, change)).rejects.toMatchObject({ name: "Superseded" });
		expect(await readClaim(hostname)).toEqual(aClaim({ generation: 8 }));
	});

	it("changes nothing when what goes with it is refused", async () => {
		await cloud.hold({ claim: aClaim() });
		const gone = stepDone(operationId, "SyncRecords", longAgo);
		await expect(changeClaim({ hostname, generation: 7 }, change, [gone])).rejects.toMatchObject({
			name: "Superseded",
		});
		expect(await readClaim(hostname)).toEqual(aClaim());
	});

	it("gives up when others were faster eight times", async () => {
		await cloud.hold({ claim: aClaim() });
		let revision = 1;
		cloud.overtake(() => cloud.hold({ claim: aClaim({ revision: ++revision }) }));
		await expect(changeClaim({ hostname, generation: 7 }, change)).rejects.toMatchObject({
			name: "ServiceUnavailable",
		});
		expect(revision).toBe(9);
	});
});

describe("claims together", () => {
	const many = Array.from({ length: 100 }, (_, at) => aClaim({ hostname: `t${at}.app.example.com` }));

	it("are read a hundred at a time, each once, without those that are not there", async () => {
		for (const claim of many) await cloud.hold({ claim });
		const names = many.map((claim) => claim.hostname);
		const found = await readClaims([...names.slice(1), "t5.app.example.com", "nobody.app.example.com"]);
		expect([...found.claims.keys()].sort()).toEqual(names.slice(1).sort());
		expect(found.unreadable.size).toBe(0);
		expect((await readClaims([])).claims.size).toBe(0);
	});

	it.each([
		["that nobody can read", { hostname, tenantId: "ten_1" }],
		["that is a key and no more", {}],
		["that says it is another name's", { hostname: "t0.app.example.com" }],
	])("are told apart from a row %s, which is not the same as none", async (_, row) => {
		await cloud.hold({ claim: aClaim({ hostname: "t0.app.example.com" }) });
		await cloud.put("registry", { ...keys.claim(hostname), ...row });
		const found = await readClaims([hostname, "t0.app.example.com", "nobody.app.example.com"]);
		expect([...found.claims.keys()]).toEqual(["t0.app.example.com"]);
		expect([...found.unreadable]).toEqual([hostname]);
	});
});
