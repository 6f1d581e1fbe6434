import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { releasedClaim } from "../../domain/claim.ts";
import { type Operation, operationSchema } from "../../domain/operation.ts";
import { operationKinds } from "../../domain/operation-kinds.ts";
import { acceptOffboarding } from "../../functions/accept-offboarding.ts";
import { followReport } from "../../functions/follow-operation.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import {
	aClaim,
	aFailedOperation,
	anOperation,
	aTenant,
	longAgo,
	operationId,
	tenantId,
} from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const { hostname } = aClaim();
const formerName = "old.app.example.com";
const former = aClaim({ hostname: formerName, intent: "redirect", redirectUntil: longAgo });

async function hold(operation: Operation): Promise<void> {
	await cloud.hold({ tenant: aTenant({ formerHostnames: [formerName] }), claim: aClaim(), operation });
	await cloud.hold({ claim: former });
}
const leave = (reason?: string) =>
	acceptOffboarding({ tenantId, reason, requestedBy: "support", correlationId: "corr-2" });
const idIn = ({ location }: { location: string }) => location.replace("/v1/operations/", "");
const operationIn = async (answer: { location: string }) => operationSchema.parse(await cloud.operation(idIn(answer)));
const operations = async () => (await cloud.rows("registry")).filter(({ sk }) => sk === "OPERATION");

describe("a tenant that leaves", () => {
	it("takes down all of its names by one operation", async () => {
		await hold(anOperation({ status: "succeeded" }));
		const answer = await leave("Closed.");
		const names = [hostname, formerName].map((name) => ({ hostname: name, generation: 1_000_000_001 }));
		expect(await operationIn(answer)).toMatchObject({
			...{ kind: "offboard-tenant", hostname, reason: "Closed.", requestedBy: "support", hostnames: names },
		});
		expect(await operationIn(answer)).not.toHaveProperty("cancels");
		for (const { hostname: name, generation } of names) {
			expect(await cloud.claim(name)).toMatchObject({ intent: "remove", generation, statusPk: "CLAIM#removing" });
		}
		expect(JSON.parse(answer.body)).toMatchObject({ tenant: { status: "removing", revision: 2 } });
		expect(answer.etag).toBe('"2"');
	});

	it.each(operationKinds.filter((kind) => kind !== "offboard-tenant"))(
		"cancels what is under way in the very transaction that takes its names: %s",
		async (kind) => {
			await hold(anOperation({ kind, status: "running", attempt: 2, redriveCount: 1 }));
			let transactions = 0;
			cloud.overtake(() => {
				transactions += 1;
			});
			const answer = await leave();
			expect(transactions).toBe(1);
			expect(await operationIn(answer)).toMatchObject({ cancels: { operationId, attempt: 2, kind } });
			expect(await cloud.operation(operationId)).toMatchObject({
				...{ status: "superseded", statusPk: "OPERATION#superseded", failure: { error: "Superseded" } },
				history: [{ what: "cancelled", by: idIn(answer) }],
			});
		},
	);

	it("cancels also what was never started", async () => {
		await hold(anOperation());
		expect(await operationIn(await leave())).toMatchObject({ cancels: { operationId, attempt: 1 } });
		expect(await cloud.operation(operationId)).toMatchObject({ status: "superseded" });
	});

	it("decides on the operation as it stands by then, when that moves on meanwhile", async () => {
		await hold(anOperation({ status: "running" }));
		let moved = false;
		cloud.overtake(async () => {
			if (moved) return;
			moved = true;
			await cloud.hold({ operation: anOperation({ status: "succeeded" }) });
		});
		expect(await operationIn(await leave())).not.toHaveProperty("cancels");
		expect(await cloud.operation(operationId)).toMatchObject({ status: "succeeded" });
	});

	it("hears nothing of what was cancelled: its end changes neither claim nor history, and tells nobody", async () => {
		await hold(anOperation({ status: "running" }));
		await leave();
		const stands = await cloud.rows("registry");
		for (const status of ["RUNNING", "SUCCEEDED", "ABORTED"] as const) {
			await followReport(operationId, { attempt: 1, redriveCount: 0, status });
		}
		expect(await cloud.rows("registry")).toEqual(stands);
		expect(cloud.told()).toEqual([]);
	});

	it("stays gone when what was cancelled is redriven: that ends as superseded, and changes nothing", async () => {
		await hold(anOperation({ status: "running" }));
		await leave();
		const claim = await cloud.claim(hostname);
		const failure = { step: "SyncRecords", error: "Superseded", detail: "Generation 7 is over." };
		await followReport(operationId, { attempt: 1, redriveCount: 1, status: "RUNNING" });
		await followReport(operationId, { attempt: 1, redriveCount: 1, status: "FAILED", failure });
		expect(await cloud.operation(operationId)).toMatchObject({ status: "superseded", redriveCount: 1 });
		expect(await cloud.claim(hostname)).toEqual(claim);
		expect(cloud.told()).toEqual([]);
	});
});

describe("leaving, asked for again,", () => {
	it.each(["queued", "running"] as const)("answers the same operation while it is %s", async (status) => {
		await hold(anOperation({ status: "succeeded" }));
		const first = await leave();
		await cloud.hold({ operation: { ...(await operationIn(first)), status } });
		const again = await leave("Another reason.");
		expect(again).toMatchObject({ location: first.location, etag: first.etag });
		expect(JSON.parse(again.body)).toMatchObject({ operation: { operationId: idIn(first), status } });
		expect(await operations()).toHaveLength(2);
		expect(cloud.sent("operations")).toHaveLength(1);
	});

	it("answers it also after the name has gone to somebody else", async () => {
		await hold(anOperation({ status: "succeeded" }));
		const first = await leave();
		const operation = await operationIn(first);
		await cloud.hold({
			tenant: aTenant({ releasedAt: longAgo, revision: 3, lastOperationId: idIn(first) }),
			operation: { ...operation, status: "succeeded" },
			claim: aClaim({ tenantId: "ten_other" }),
		});
		const again = await leave();
		expect(again).toMatchObject({ location: first.location, etag: '"3"' });
		expect(JSON.parse(again.body)).toMatchObject({ tenant: { status: "released" } });
	});

	it("at the same moment begins one operation, which all are answered with", async () => {
		await hold(anOperation({ status: "running" }));
		const answers = await Promise.all(Array.from({ length: 5 }, () => leave()));
		expect(new Set(answers.map(({ location }) => location)).size).toBe(1);
		expect(await operations()).toHaveLength(2);
		expect(await cloud.operation(idIn(answers[0] ?? { location: "" }))).toMatchObject({ status: "queued" });
	});

	it("begins another operation after one that failed, which is superseded then", async () => {
		await hold(anOperation({ status: "succeeded" }));
		const first = await operationIn(await leave());
		await cloud.hold({ operation: { ...aFailedOperation(), ...first, status: "failed" } });
		const second = await operationIn(await leave());
		expect(second.operationId).not.toBe(first.operationId);
		expect(second.generation).toBeGreaterThan(first.generation);
		expect(await cloud.operation(first.operationId)).toMatchObject({ status: "superseded" });
	});

	it("begins again where the end was told to a registry that a restore took back to before it", async () => {
		await hold(anOperation({ status: "succeeded" }));
		const first = await operationIn(await leave());
		await cloud.hold({ operation: { ...first, status: "succeeded" } });
		const second = await operationIn(await leave());
		expect(second.operationId).not.toBe(first.operationId);
		expect(second).toMatchObject({ kind: "offboard-tenant", status: "queued" });
		expect(await cloud.operation(first.operationId)).toMatchObject({ status: "succeeded" });
	});

	it("is refused where the tenant has left and nothing tells by which operation", async () => {
		await hold(anOperation({ status: "succeeded" }));
		await cloud.hold({ tenant: aTenant({ releasedAt: longAgo }), claim: releasedClaim(aClaim(), longAgo) });
		await expect(leave()).rejects.toMatchObject({ name: "TenantLeaving" });
	});

	it("is refused for a tenant that there is not", async () => {
		await expect(leave()).rejects.toMatchObject({ name: "TenantNotFound" });
	});
});
