import { ListResourceRecordSetsCommand, Route53ServiceException } from "@aws-sdk/client-route-53";
import { SendTaskSuccessCommand } from "@aws-sdk/client-sfn";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { documents } from "../../../services/dynamodb.ts";
import { pendingChanges } from "../../../services/zone-changes.ts";
import { takeLease } from "../../../services/zone-lease.ts";
import type { Cloud } from "../../builders/a-cloud.ts";
import { anOperation } from "../../builders/entities.ts";
import { aZone, down, nameOf, ring, tokenOf, type Zone } from "./a-zone.ts";
import { withRecords } from "./a-zone-with-records.ts";

let zone: Zone;
let cloud: Cloud;
let records: ReturnType<typeof withRecords>;
beforeAll(async () => {
	zone = await aZone();
	({ cloud } = zone);
});
beforeEach(async () => {
	await zone.reset();
	records = withRecords(zone);
	await cloud.hold({ operation: anOperation() });
});
afterEach(() => {
	vi.useRealTimers();
	vi.restoreAllMocks();
	records.close();
});
afterAll(() => cloud.close());

const parked = async () => (await cloud.rows("waits")).flatMap(({ taskToken }) => taskToken ?? []).sort();

describe("the zone's writer, when a delete cannot be seen to now,", () => {
	it("lets it wait where the zone cannot be listed, and deals with the others", async () => {
		await records.leaving(3);
		records.route53.removeRecord(nameOf(1));
		const denied = { name: "AccessDenied", $fault: "client", $metadata: {}, message: "no" } as const;
		cloud.route53.on(ListResourceRecordSetsCommand).rejects(new Route53ServiceException(denied));
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(await parked()).toEqual([0, 2].map(tokenOf));
		expect(await pendingChanges("Z1")).toMatchObject([{ hostname: nameOf(1) }]);
		expect([...cloud.failed(), ...cloud.freed()]).toEqual([]);
		expect(cloud.sent("zone")).toEqual([]);
	});

	it("rings again in seconds when the list was only not answered", async () => {
		await records.leaving(1);
		records.route53.removeRecord(nameOf(0));
		cloud.route53.on(ListResourceRecordSetsCommand).rejects(down);
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(await pendingChanges("Z1")).toHaveLength(1);
		expect(cloud.sent("zone")).toEqual([{ version: 1, zoneId: "Z1", delaySeconds: 5 }]);
	});

	it("rings again when somebody else has used up the limits", async () => {
		await records.leaving(1);
		records.route53.removeRecord(nameOf(0));
		const slow = Object.assign(new Error("slow"), { name: "Throttling" });
		cloud.route53.on(ListResourceRecordSetsCommand).rejects(slow);
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(await pendingChanges("Z1")).toHaveLength(1);
		expect(cloud.sent("zone")).toHaveLength(1);
	});

	it("lets it wait when its task cannot be freed, and frees it later", async () => {
		await records.leaving(1);
		records.route53.removeRecord(nameOf(0));
		cloud.sfn.on(SendTaskSuccessCommand).rejects(down);
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(await pendingChanges("Z1")).toHaveLength(1);
		cloud.sfn.on(SendTaskSuccessCommand).resolves({});
		await ring();
		expect(cloud.freed()).toEqual([tokenOf(0), tokenOf(0)]);
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("stops when it has lost the lease before it could look", async () => {
		await records.leaving(1);
		records.route53.refuse(nameOf(0));
		const send = documents.send.bind(documents);
		vi.spyOn(documents, "send").mockImplementation(async (command: Parameters<typeof send>[0]) => {
			if (command instanceof BatchGetCommand) await takeLease("Z1", "successor", Date.now() + 31_000);
			return send(command);
		});
		await ring();
		expect(cloud.route53.commandCalls(ListResourceRecordSetsCommand)).toEqual([]);
		expect(await pendingChanges("Z1")).toHaveLength(1);
		expect(cloud.failed()).toEqual([]);
	});

	it("writes nothing after it slept through its lease: another may have done it, and the name may live again", async () => {
		await records.leaving(1);
		const startMs = Date.now();
		const send = documents.send.bind(documents);
		vi.spyOn(documents, "send").mockImplementation((command: Parameters<typeof send>[0]) => {
			if (command instanceof BatchGetCommand) vi.useFakeTimers({ toFake: ["Date"], now: startMs + 16_000 });
			return send(command);
		});
		await ring();
		expect(records.batches).toEqual([]);
		expect(await pendingChanges("Z1")).toHaveLength(1);
		expect(cloud.sent("zone")).toHaveLength(1);
	});

	it("begins no further batch after its time, however much is left to halve", async () => {
		await records.leaving(4);
		records.route53.removeRecord(nameOf(0));
		const startMs = Date.now();
		zone.meanwhile = () => vi.useFakeTimers({ toFake: ["Date"], now: startMs + 21_000 });
		await ring();
		expect(records.batches).toHaveLength(1);
		expect(await pendingChanges("Z1")).toHaveLength(4);
		expect(cloud.sent("zone")).toHaveLength(1);
		expect(cloud.failed()).toEqual([]);
	});
});
