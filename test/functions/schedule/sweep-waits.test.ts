import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { recordsOf } from "../../../domain/zone-plan.ts";
import { handler as sweepWaits } from "../../../functions/schedule/sweep-waits.ts";
import { park } from "../../../services/waits.ts";
import { requestChange } from "../../../services/zone-changes.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, aWait, longAgo } from "../../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const probe = (subject: string) => ({ kind: "edge-probe", subject }) as const;

function aChangeWaits(): Promise<void> {
	const { hostname } = aClaim();
	const records = recordsOf(hostname, "d1.cloudfront.net");
	const asked = { hostname, generation: 7, action: "upsert", records, requestedAt: longAgo } as const;
	return requestChange("Z1", { ...asked, wait: aWait() });
}

describe("the sweep over waits", () => {
	it("asks again for every look that is due, and for no other", async () => {
		await park(probe("due"), aWait(), longAgo);
		await park(probe("later"), aWait(), new Date(Date.now() + 60_000).toISOString());
		await sweepWaits();
		expect(cloud.sent("checks")).toEqual([{ version: 1, kind: "edge-probe", subject: "due", delaySeconds: 0 }]);
		expect(cloud.sent("zone")).toEqual([]);
	});

	it("rings for a zone where changes wait", async () => {
		await aChangeWaits();
		await sweepWaits();
		expect(cloud.sent("zone")).toEqual([{ version: 1, zoneId: "Z1", delaySeconds: 0 }]);
	});

	it("rings and asks for the others when one look cannot be asked for, and then says so", async () => {
		await aChangeWaits();
		for (const subject of ["a", "b", "c"]) await park(probe(subject), aWait(), longAgo);
		const down = Object.assign(new Error("down"), { $fault: "server" });
		cloud.sqs.on(SendMessageCommand).callsFake(({ MessageBody }) => {
			if (MessageBody.includes('"subject":"a"')) throw down;
			return {};
		});
		await expect(sweepWaits()).rejects.toMatchObject({ errors: [{ errors: [{ name: "ServiceUnavailable" }] }] });
		expect(cloud.sent("zone")).toHaveLength(1);
		expect(cloud.sent("checks").map(({ subject }) => subject)).toEqual(expect.arrayContaining(["b", "c"]));
	});

	it("asks for due looks although the zone's changes cannot be read", { timeout: 30_000 }, async () => {
		await park(probe("due"), aWait(), longAgo);
		cloud.dynamodb.setUnreachable("zone", true);
		await expect(sweepWaits()).rejects.toMatchObject({ errors: [{ name: "ServiceUnavailable" }] });
		expect(cloud.sent("checks")).toHaveLength(1);
	});

	it("sends no more at a time than the SDK has connections", async () => {
		for (let at = 0; at < 120; at++) await park(probe(`${at}`), aWait(), longAgo);
		let open = 0;
		let most = 0;
		cloud.sqs.on(SendMessageCommand).callsFake(async () => {
			most = Math.max(most, ++open);
			await new Promise(setImmediate);
			open--;
			return {};
		});
		await sweepWaits();
		expect(cloud.sent("checks")).toHaveLength(120);
		expect(most).toBe(50);
	});
});
