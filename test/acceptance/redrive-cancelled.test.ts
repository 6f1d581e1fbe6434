import { DescribeExecutionCommand, RedriveExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { operationViewSchema } from "../../domain/operation-view.ts";
import { historyEntrySchema } from "../../functions/api/contracts/tenants.ts";
import { eventually } from "../../local/demo/client.ts";
import { aWorld, hostnameOf, machineArn, stack, type Told, type World } from "./world.ts";

const deadlineMs = 25_000;
const hostname = hostnameOf("acme");

/** Somebody at the AWS console redrives what nobody wants any more. The tests follow one tenant, each from where the one before it ended. */
describe("an onboarding that a DELETE has cancelled while it waited for its records", () => {
	let world: World;
	let told: Told;
	let tenantId: string;
	let onboarding: string;
	let offboarding: string;
	let executionArn: string;
	let letGo: () => void;
	beforeAll(async () => {
		world = await aWorld({ insyncDelayMs: 0 });
		// 'Could not ask' is 'not yet': whatever waits for a change of Route 53 waits on until this is taken back.
		letGo = world.cloud.faults.order({
			...{ kind: "unavailable", service: "route53", operation: "GetChange", times: Number.POSITIVE_INFINITY },
		});
		told = world.listenTo({ source: ["hostmaster"] });
		const { tenant, operation } = await world.client.createTenant(world.client.newTenant("acme"));
		({ tenantId } = tenant);
		onboarding = operation.operationId;
		executionArn = `${machineArn("onboard-tenant").replace(":stateMachine:", ":execution:")}:${onboarding}-1`;
		await eventually("The records", deadlineMs, () => Promise.resolve(records().length > 0 ? true : undefined));
		offboarding = (await world.client.remove(tenantId)).operation.operationId;
		await eventually("The withdrawal", deadlineMs, async () =>
			(await map())?.["status"] === "removing" && records().length === 0 ? true : undefined,
		);
	});
	afterAll(() => world?.close());

	const records = () =>
		world.cloud.services.route53
			.records(world.cloud.resolver.ref("PlatformZone"))
			.filter(({ name }) => name.includes(hostname));
	const map = async () => (await world.rows(stack.mapTable)).find((row) => row["hostname"] === hostname);
	const execution = () => world.sfn.send(new DescribeExecutionCommand({ executionArn }));
	const show = async (operationId: string) =>
		operationViewSchema.parse((await world.call("GET", `/v1/operations/${operationId}`)).json);
	const history = async () => {
		const { json } = await world.call("GET", `/v1/tenants/${tenantId}/history`);
		return z.object({ history: z.array(historyEntrySchema) }).parse(json).history;
	};

	/** All that a redrive must not change: every row but the operation's own, the map, the zone, and what was told. */
	async function everythingElse() {
		const rows = await world.rows(stack.registryTable);
		return {
			registry: rows.filter(({ pk }) => pk !== `OPERATION#${onboarding}`),
			map: await world.rows(stack.mapTable),
			zone: records(),
			tenant: (await world.call("GET", `/v1/tenants/${tenantId}`)).text,
			told: (await told()).map(({ detailType, detail }) => `${detailType} ${String(detail["eventId"])}`),
		};
	}

	/** Redrives as the console does, and waits until that has ended and is written down. */
	async function redrive(count: number) {
		await world.sfn.send(new RedriveExecutionCommand({ executionArn }));
		const ended = await eventually("The redrive's end", deadlineMs, async () => {
			const { status, redriveCount, error } = await execution();
			return redriveCount === count && status !== "RUNNING" ? { status, error } : undefined;
		});
		await eventually("The operation's end", deadlineMs, async () => {
			const found = (await history()).find(({ operationId }) => operationId === onboarding);
			const last = found?.happenings.at(-1);
			return last?.redriveCount === count && last.what === "superseded" ? true : undefined;
		});
		return ended;
	}

	it("was stopped, and is superseded by the offboarding", async () => {
		expect(await execution()).toMatchObject({ status: "ABORTED", redriveStatus: "REDRIVABLE" });
		expect(await show(onboarding)).toMatchObject({ status: "superseded", failure: { error: "Superseded" } });
		expect(await show(offboarding)).toMatchObject({ status: "running" });
	});

	it("ends as superseded when it is redriven while the offboarding runs, and changes nothing", async () => {
		const before = await everythingElse();
		expect(await redrive(1)).toEqual({ status: "FAILED", error: "Superseded" });
		expect(await show(onboarding)).toMatchObject({ status: "superseded", failure: { step: "SyncRecords" } });
		expect(await show(offboarding)).toMatchObject({ status: "running" });
		expect(await everythingElse()).toEqual(before);
	});

	it("does not keep the offboarding from its end", async () => {
		letGo();
		const { status } = await world.client.follow(offboarding, deadlineMs, () => {});
		expect(status).toBe("succeeded");
		expect(await world.viewer.resolve(hostname)).toEqual([]);
	});

	it("ends as superseded when it is redriven after the offboarding, and changes nothing", async () => {
		await eventually("The event", deadlineMs, async () => ((await told()).length > 0 ? true : undefined));
		const before = await everythingElse();
		expect(before.told.map((event) => event.split(" ")[0])).toEqual(["TenantOffboarded"]);
		expect(await redrive(2)).toEqual({ status: "FAILED", error: "Superseded" });
		expect(await world.leftInQueues(deadlineMs)).toEqual([]);
		expect(await everythingElse()).toEqual(before);
		expect((await world.viewer.open(hostname).catch(() => ({ status: "no name" }))).status).not.toBe(200);
	});

	it("shows in the history who redrove it, and how that ended", async () => {
		const entry = (await history()).find(({ operationId }) => operationId === onboarding);
		expect(entry?.happenings.map(({ what, by = "" }) => `${what} ${by}`.trim())).toEqual([
			...[expect.stringMatching(/^accepted /), "started", `cancelled ${offboarding}`],
			...["redriven aws", "superseded", "redriven aws", "superseded"],
		]);
		expect(entry).toMatchObject({ kind: "onboard-tenant", status: "superseded" });
	});
});
