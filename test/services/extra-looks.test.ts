import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Check } from "../../domain/wait.ts";
import { transact } from "../../services/dynamodb.ts";
import { bringForward, checkOf, checkPut, noteExtraLook, noteLook, park, readCheckOnly } from "../../services/waits.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aWait, operationId } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const subject = { kind: "domain-ownership", subject: "shop.acme.com#7" } as const;
const at = (seconds: number) => new Date(Date.UTC(2027, 0, 1) + seconds * 1000).toISOString();

async function held(): Promise<Check> {
	const check = await readCheckOnly(subject);
	if (!check) throw new Error("There is no check.");
	return check;
}
async function opened(): Promise<Check> {
	await transact([checkPut(subject, at(0))]);
	return await held();
}

describe("bringing a look forward", () => {
	it("lets it come now, and keeps when the ladder's own was to come", async () => {
		expect(await bringForward(await opened(), at(5))).toBe(true);
		expect(await held()).toMatchObject({ looks: 0, nextCheckAt: at(5), plannedAt: at(60) });
	});

	it("twice keeps the ladder's time, not that of the first", async () => {
		await bringForward(await opened(), at(20));
		await bringForward(await held(), at(10));
		expect(await held()).toMatchObject({ nextCheckAt: at(10), plannedAt: at(60) });
	});

	it("changes nothing of a look that is due already", async () => {
		const check = await opened();
		expect(await bringForward(check, at(60))).toBe(true);
		expect(await held()).toEqual(check);
	});

	it.each([
		["a look was made", async (check: Check) => void (await noteLook(check, "seen", at(900)))],
		["it was opened anew", async () => void (await opened())],
	])("is refused when %s meanwhile", async (_, meanwhile) => {
		const check = await opened();
		await meanwhile(check);
		const before = await held();
		expect(await bringForward(check, at(5))).toBe(false);
		expect(await held()).toEqual(before);
	});

	it("is not what a table means that does not answer", { timeout: 20_000 }, async () => {
		const check = await opened();
		cloud.failing("UpdateItem");
		await expect(bringForward(check, at(5))).rejects.toMatchObject({ name: "ServiceUnavailable" });
		await expect(noteExtraLook(check, "seen", at(60))).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});

describe("noting a look that was asked for", () => {
	it("counts none, and the ladder goes on as planned", async () => {
		await bringForward(await opened(), at(5));
		expect(await noteExtraLook(await held(), "nothing yet", at(60))).toBe(true);
		const { opening: _random, ...check } = await held();
		expect(check).toEqual({ ...subject, startedAt: at(0), looks: 0, nextCheckAt: at(60), lastSeen: "nothing yet" });
	});

	it("is refused when the ladder's own was noted meanwhile", async () => {
		const check = await opened();
		await noteLook(check, "seen", at(900));
		expect(await noteExtraLook(check, "late", at(60))).toBe(false);
		expect(await held()).toMatchObject({ lastSeen: "seen", nextCheckAt: at(900) });
	});
});

describe("the check of an operation", () => {
	it("is found by its parked task, and is none where nothing is parked", async () => {
		expect(await checkOf(operationId)).toBeUndefined();
		await park(subject, aWait(), at(0));
		expect(await checkOf(operationId)).toMatchObject(subject);
	});

	it("that has been taken away is none", async () => {
		await park(subject, aWait(), at(0));
		await cloud.dynamodb.service.operations["DeleteItem"]?.(
			{ TableName: "waits", Key: { pk: { S: `CHECK#${subject.kind}#${subject.subject}` }, sk: { S: "CHECK" } } },
			{ accountId: "222222222222", region: "us-east-1" },
		);
		expect(await checkOf(operationId)).toBeUndefined();
		expect(await readCheckOnly(subject)).toBeUndefined();
	});
});
