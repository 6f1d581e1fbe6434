import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { HostmasterError } from "../../../domain/errors.ts";
import { handler } from "../../../functions/queue/check-waits.ts";
import { resolveAddresses } from "../../../services/dns-resolver.ts";
import { transact } from "../../../services/dynamodb.ts";
import { probeEdge } from "../../../services/edge-probe.ts";
import { count } from "../../../services/metrics.ts";
import { checkPut, park, readCheck } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aWait, operationId } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

vi.mock(import("../../../services/dns-resolver.ts"));
vi.mock(import("../../../services/edge-probe.ts"));
vi.mock(import("../../../services/metrics.ts"));

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	vi.resetAllMocks();
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const probe = { kind: "edge-probe", subject: "acme.app.example.com#7" } as const;
const { hostname, tenantId } = aClaim();
const look = (check: { kind: string; subject: string } = probe) => handler(sqsEvent({ version: 1, ...check }));
const nothingFailed = { batchItemFailures: [] };
const now = () => new Date().toISOString();
const startsAt = (ms: number) => vi.useFakeTimers({ toFake: ["Date"], now: ms });

function edgeSays(...answers: Awaited<ReturnType<typeof probeEdge>>[]): void {
	const addresses = answers.map((_, at) => `192.0.2.${at}`);
	vi.mocked(resolveAddresses).mockResolvedValue({ outcome: "found", addresses });
	for (const answer of answers) vi.mocked(probeEdge).mockResolvedValueOnce(answer);
}
const tenant = { tenantId, hostname, generation: 7 };
const right = { outcome: "answered", status: 200, tenant } as const;

async function parked(): Promise<void> {
	await cloud.hold({ claim: aClaim(), operation: anOperation({ status: "running" }) });
	await park(probe, aWait({ state: "ProbeRoute" }), now());
}

describe("a probe through the edge", () => {
	it("frees its task when every address answers for the right tenant", async () => {
		await parked();
		edgeSays(right, { ...right, tenant: { ...tenant, generation: 8 } });
		expect(await look()).toEqual(nothingFailed);
		expect(vi.mocked(probeEdge).mock.calls).toEqual([
			[hostname, "192.0.2.0"],
			[hostname, "192.0.2.1"],
		]);
		expect(cloud.freed()).toEqual(["token-1"]);
		expect((await cloud.operation(operationId))?.["stepsDone"]).toHaveProperty("ProbeRoute");
		expect((await cloud.claim(hostname))?.["conditions"].Serving).toMatchObject({ status: "unknown" });
	});

	it.each([
		["another tenant", { ...right, tenant: { ...tenant, tenantId: "ten_other" } }, "tenant ten_other"],
		["an older generation", { ...right, tenant: { ...tenant, generation: 6 } }, "generation 6"],
		["no tenant", { outcome: "answered", status: 404, tenant: undefined }, "answered 404 for no tenant"],
		["nothing", { outcome: "no-answer", because: "self-signed certificate" }, "could not be asked: self-signed"],
	] as const)("is pending when one address answers for %s", async (_, answer, seen) => {
		await parked();
		edgeSays(right, answer);
		await look();
		expect((await readCheck(probe))?.check).toMatchObject({ looks: 1, lastSeen: expect.stringContaining(seen) });
		expect([...cloud.freed(), ...cloud.failed()]).toEqual([]);
	});

	it.each([
		["DNS does not know the name yet", { outcome: "not-found" }, "DNS has no address"],
		["the resolver does not answer", { outcome: "no-answer", code: "ETIMEOUT" }, "ETIMEOUT"],
	] as const)("is pending while %s", async (_, found, seen) => {
		await parked();
		vi.mocked(resolveAddresses).mockResolvedValue(found);
		await look();
		expect((await readCheck(probe))?.check.lastSeen).toContain(seen);
		expect(cloud.failed()).toEqual([]);
	});

	it.each([
		["counted when it ended in a defect", new TypeError("x is undefined"), [["BrokenLooks"]]],
		["no defect when a service was away", new HostmasterError("ServiceUnavailable", "DNS did not answer."), []],
	])("that could not ask is 'not yet', and %s", async (_, error, counted) => {
		await parked();
		vi.mocked(resolveAddresses).mockRejectedValue(error);
		expect(await look()).toEqual(nothingFailed);
		expect((await readCheck(probe))?.check.lastSeen).toContain("Could not ask");
		expect(vi.mocked(count).mock.calls).toEqual(counted);
	});

	it("fails its task after an hour with what was seen last", async () => {
		const start = Date.UTC(2027, 0, 1);
		startsAt(start);
		await parked();
		vi.mocked(resolveAddresses).mockResolvedValue({ outcome: "not-found" });
		vi.setSystemTime(start + 3_600_000);
		await look();
		const cause = `Waited 1 h. Last seen: DNS has no address for '${hostname}' yet.`;
		expect(cloud.failed()).toEqual([{ token: "token-1", error: "WaitExpired", cause }]);
	});

	it("is over when nobody waits for it any more", async () => {
		await transact([checkPut(probe, now())]);
		await look();
		expect(await cloud.rows("waits")).toEqual([]);
		expect(resolveAddresses).not.toHaveBeenCalled();
	});

	it("that nobody knows is no error", async () => {
		expect(await look({ kind: "edge-probe", subject: "nobody#1" })).toEqual(nothingFailed);
	});
});
