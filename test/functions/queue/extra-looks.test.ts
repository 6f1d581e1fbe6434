import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ladders } from "../../../domain/ladder.ts";
import type { Check } from "../../../domain/wait.ts";
import { handler } from "../../../functions/queue/check-waits.ts";
import { look } from "../../../functions/queue/look.ts";
import { bringForward, noteLook, park, readCheck } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, anAttachment, attaching, shop } from "../../builders/a-custom-domain.ts";
import { aWait } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

vi.mock(import("../../../functions/queue/look.ts"));

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
const start = Date.UTC(2027, 0, 1);
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
beforeEach(async () => {
	await cloud.reset();
	vi.resetAllMocks();
	vi.useFakeTimers({ toFake: ["Date"], now: start });
	vi.mocked(look).mockResolvedValue({ outcome: "pending", lastSeen: "nothing" });
	await cloud.hold({ claim: aDomainClaim(), operation: anAttachment() });
	await park(check, aWait({ state: "VerifyOwnership", hostname: shop, operationId: attaching }), at(0));
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const check = { kind: "domain-ownership", subject: `${shop}#7` } as const;
const message = () => handler(sqsEvent({ version: 1, ...check }));
async function held(): Promise<Check> {
	const found = await readCheck(check);
	if (!found) throw new Error("The check is over.");
	return found.check;
}

describe("a look that somebody asked for", () => {
	it("costs none of the ladder's, whose next one comes when it was to come", async () => {
		await message();
		const planned = (await held()).nextCheckAt;
		vi.setSystemTime(start + 20_000);
		await bringForward(await held(), at(20));
		await message();
		expect(look).toHaveBeenCalledTimes(2);
		const after = await held();
		expect(after).toMatchObject({ looks: 1, nextCheckAt: planned, lastSeen: "nothing" });
		expect(after.plannedAt).toBeUndefined();
		expect(cloud.sent("checks").at(-1)).toMatchObject({
			...check,
			delaySeconds: (Date.parse(planned) - start) / 1000 - 20,
		});
	});

	it("asks for no message that is later than SQS can delay: the sweeper finds it", async () => {
		await message();
		const { looks } = await held();
		await noteLook(await held(), "nothing", at(4 * 3_600));
		await bringForward(await held(), at(0));
		const sent = cloud.sent("checks").length;
		await message();
		expect(await held()).toMatchObject({ looks: looks + 1, nextCheckAt: at(4 * 3_600) });
		expect(cloud.sent("checks")).toHaveLength(sent);
	});

	it("asks for a message at once when the planned look is overdue by then", async () => {
		await message();
		await bringForward(await held(), at(1));
		vi.setSystemTime(start + 3_600_000);
		await message();
		expect(cloud.sent("checks").at(-1)).toMatchObject({ delaySeconds: 0 });
	});

	it("that another message has noted already asks for nothing", async () => {
		await message();
		await bringForward(await held(), at(1));
		vi.setSystemTime(start + 1_000);
		const sent = cloud.sent("checks").length;
		vi.mocked(look).mockImplementationOnce(async () => {
			await noteLook(await held(), "seen by another", at(500));
			return { outcome: "pending", lastSeen: "nothing" };
		});
		await message();
		expect(await held()).toMatchObject({ lastSeen: "seen by another" });
		expect(cloud.sent("checks")).toHaveLength(sent);
	});

	it("ends the wait when it finds what is waited for", async () => {
		await message();
		await bringForward(await held(), at(1));
		vi.setSystemTime(start + 1_000);
		vi.mocked(look).mockResolvedValue({ outcome: "done", findings: {} });
		await message();
		expect(cloud.freed()).toEqual(["token-1"]);
		expect(await readCheck(check)).toBeUndefined();
	});
});

describe("a ladder of seven days", () => {
	it("ends at its deadline with what was seen last, also when the last look was asked for", async () => {
		await message();
		vi.setSystemTime(start + ladders["domain-ownership"].deadlineSeconds * 1000);
		await bringForward(await held(), new Date().toISOString());
		for (let looks = 0; looks < 2; looks++) await message();
		expect(cloud.failed()).toEqual([
			{ token: "token-1", error: "CustomerWaitExpired", cause: "Waited 168 h. Last seen: nothing" },
		]);
	});
});

describe("what will never come", () => {
	it("ends its wait with the error and the words of the look", async () => {
		vi.mocked(look).mockResolvedValue({ outcome: "over", error: "DomainTaken", detail: "Somebody else has it." });
		await message();
		expect(cloud.failed()).toEqual([{ token: "token-1", error: "DomainTaken", cause: "Somebody else has it." }]);
		expect(await cloud.rows("waits")).toEqual([]);
		expect((await cloud.operation(attaching))?.["stepsDone"]).toEqual({});
	});
});
