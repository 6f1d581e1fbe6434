import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { type EventDetail, type EventIn, type EventOut, eventsOut } from "../../domain/events.ts";
import { limits } from "../../domain/limits.ts";
import { operationViewSchema } from "../../domain/operation-view.ts";
import { historyEntrySchema } from "../../functions/api/contracts/tenants.ts";
import { eventually } from "../../local/demo/client.ts";
import type { CallFaultRule } from "../../local/faults.ts";
import { jumpingClock } from "./jumping-clock.ts";
import { aWorld, hostnameOf, stack, type Told, type World } from "./world.ts";

const deadlineMs = 60_000;

const clock = jumpingClock();
let world: World;
let told: Told;
beforeAll(async () => {
	world = await aWorld({ clock });
	told = world.listenTo({ source: ["hostmaster"] });
});
afterAll(async () => {
	await world?.close();
	vi.useRealTimers();
});

const newTenant = (slug: string) => world.client.newTenant(slug);
const onboard = async (slug: string) => await world.client.createTenant(newTenant(slug));
const follow = (operationId: string) => world.client.follow(operationId, deadlineMs, () => {});
const show = async (operationId: string) =>
	operationViewSchema.parse((await world.call("GET", `/v1/operations/${operationId}`)).json);

/** The detail of the event of that type whose member has that value, once it is on the bus; checked against its schema. */
async function toldOf<Type extends EventOut>(type: Type, member: string, value: string): Promise<EventDetail<Type>> {
	const found = await eventually(`${type} of ${value}`, deadlineMs, async () =>
		(await told()).find(({ detailType, detail }) => detailType === type && detail[member] === value),
	);
	// Parsed by the schema that EventDetail infers from.
	return eventsOut[type].parse(found.detail) as EventDetail<Type>;
}

const toldTimes = async (type: EventOut, slug: string) =>
	(await told()).filter(({ detailType, detail }) => detailType === type && detail["slug"] === slug).length;

describe("a TenantSignedUp event", () => {
	it("onboards as a POST does, and TenantActivated tells of the end", async () => {
		await world.signUp(newTenant("globex"));
		const activated = await toldOf("TenantActivated", "slug", "globex");
		expect(activated).toMatchObject({ externalRef: "cus_globex", hostname: hostnameOf("globex") });
		expect(await show(activated.operationId)).toMatchObject({ status: "succeeded", requestedBy: "billing" });
		expect((await world.viewer.open(hostnameOf("globex"))).tenantId).toBe(activated.tenantId);
	});

	it("has no effect of its own when it is delivered twice", async () => {
		world.cloud.faults.order({ kind: "duplicate", functionName: stack.functionName("acceptEvents") });
		await world.signUp(newTenant("umbrella"));
		await toldOf("TenantActivated", "slug", "umbrella");
		expect(world.cloud.faults.given()).toHaveProperty([`${stack.functionName("acceptEvents")} duplicate`]);
		expect((await world.tenants()).filter(({ slug }) => slug === "umbrella")).toHaveLength(1);
		expect(await toldTimes("TenantOnboardingRejected", "umbrella")).toBe(0);
	});

	it.each([
		["a reserved slug", { slug: "www" }, { type: "/errors/slug-reserved", field: "slug", rule: "reserved" }],
		["a slug that is taken", { slug: "globex" }, { type: "/errors/slug-taken", field: "slug", rule: "unique" }],
		[
			"an origin elsewhere",
			{ origin: { host: "attacker.example" } },
			{ type: "/errors/invalid-request", field: "origin.host" },
		],
		["no name", { name: undefined }, { type: "/errors/invalid-request", field: "name" }],
	])("that asks for %s is answered by TenantOnboardingRejected, which says why", async (what, change, error) => {
		const externalRef = what.replaceAll(" ", "-");
		await world.signUp({ ...newTenant("soylent"), externalRef, ...change });
		expect(await toldOf("TenantOnboardingRejected", "externalRef", externalRef)).toMatchObject({ error });
		expect((await world.call("GET", `/v1/tenants?externalRef=${externalRef}`)).json).toEqual({
			tenants: [],
			next: null,
		});
	});

	it("that is no such event at all is rejected too, and ends in no dead letter queue", async () => {
		await world.signUp({ nothing: "of ours", externalRef: "odd" });
		expect(await toldOf("TenantOnboardingRejected", "externalRef", "odd")).toMatchObject({
			error: { type: "/errors/invalid-request" },
		});
		expect(await world.leftInQueues(deadlineMs)).toEqual([]);
	});
});

describe("what the billing system tells of a tenant", () => {
	type Topic = Exclude<EventIn, "TenantSignedUp">;
	async function tell(detailType: Topic, detail: object): Promise<void> {
		const entry = {
			EventBusName: stack.bus,
			Source: "billing",
			DetailType: detailType,
			Detail: JSON.stringify(detail),
		};
		expect(await world.bus.send(new PutEventsCommand({ Entries: [entry] }))).toMatchObject({ FailedEntryCount: 0 });
	}
	const externalRef = "cus_hooli";
	const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
	const seen = async () => (await world.viewer.open(hostnameOf("hooli"))).status;
	/** The edge may route by what it read of the map some seconds ago. */
	const becomes = (status: number) =>
		expect.poll(seen, { timeout: limits.edgeEntryAge.value * 1_000 + 2_000, interval: 200 }).toBe(status);
	const kindsOf = async (tenantId: string) => {
		const { json } = await world.call("GET", `/v1/tenants/${tenantId}/history`);
		return z
			.object({ history: z.array(historyEntrySchema) })
			.parse(json)
			.history.map(({ kind }) => kind);
	};

	it("suspends when the subscription has ended, and resumes when it is restored", { timeout: 60_000 }, async () => {
		await onboard("hooli");
		await toldOf("TenantActivated", "externalRef", externalRef);
		await tell("TenantSubscriptionEnded", { externalRef, reason: "Card expired", occurredAt: minutesAgo(9) });
		expect(await toldOf("TenantSuspended", "externalRef", externalRef)).toMatchObject({ reason: "Card expired" });
		await becomes(403);
		await tell("TenantSubscriptionRestored", { externalRef, occurredAt: minutesAgo(7) });
		await toldOf("TenantResumed", "externalRef", externalRef);
		await becomes(200);
	});

	it("leaves a tenant active whose restoration was told before the end that it followed", async () => {
		const { tenantId } = await toldOf("TenantResumed", "externalRef", externalRef);
		await tell("TenantSubscriptionRestored", { externalRef, occurredAt: minutesAgo(1) });
		await heard(tenantId, 1);
		await tell("TenantSubscriptionEnded", { externalRef, occurredAt: minutesAgo(4) });
		expect(await world.leftInQueues(deadlineMs)).toEqual([]);
		expect(await kindsOf(tenantId)).toEqual(["onboard-tenant", "suspend-tenant", "resume-tenant"]);
		expect(await seen()).toBe(200);
	});

	/** Once the newest event of the tenant's subscription that was taken is not older than so many minutes. */
	const heard = (tenantId: string, minutes: number) =>
		eventually("The event's time", deadlineMs, async () => {
			const row = (await world.rows(stack.registryTable)).find(
				({ pk, sk }) => pk === `TENANT#${tenantId}` && sk === "TENANT",
			);
			const { subscription = "" } = z.object({ subscription: z.string().optional() }).parse(row?.["heard"] ?? {});
			return subscription >= minutesAgo(minutes + 0.5) ? true : undefined;
		});

	it("waits while the tenant is being onboarded, and is done afterwards", { timeout: 90_000 }, async () => {
		world.cloud.services.route53.setInsyncDelayMs(8_000);
		const { tenant, operation } = await onboard("piper");
		await tell("TenantPlanChanged", { tenantId: tenant.tenantId, plan: "gold" });
		await eventually("The event that waits", deadlineMs, async () =>
			world.cloud.services.sqs.depth().find(({ queueName, delayed }) => queueName.endsWith("-events") && delayed > 0),
		);
		expect((await show(operation.operationId)).status).not.toBe("succeeded");
		world.cloud.services.route53.setInsyncDelayMs(2_000);
		await follow(operation.operationId);
		clock.jumpTo(Date.now() + 30_000);
		expect(await toldOf("TenantUpdated", "slug", "piper")).toMatchObject({ tenantId: tenant.tenantId });
		expect((await world.call("GET", `/v1/tenants/${tenant.tenantId}`)).json).toMatchObject({ plan: "gold" });
		expect(await kindsOf(tenant.tenantId)).toEqual(["onboard-tenant", "update-tenant"]);
	});
});

describe("an onboarding that fails", () => {
	it("is told as TenantOnboardingFailed with step, reason, actor and fix, and as TenantActivated once it was retried", async () => {
		world.cloud.services.route53.refuse(hostnameOf("initech"));
		const { tenant, operation } = await onboard("initech");
		const failed = await toldOf("TenantOnboardingFailed", "slug", "initech");
		expect(failed).toMatchObject({
			tenantId: tenant.tenantId,
			operationId: operation.operationId,
			failure: { step: "SyncRecords", error: "ZoneChangeRefused", actor: "operator" },
		});
		world.cloud.services.route53.allow(hostnameOf("initech"));
		await world.client.retry(operation.operationId);
		const activated = await toldOf("TenantActivated", "slug", "initech");
		expect(activated.eventId).not.toBe(failed.eventId);
	});
});

describe("the sweeper", () => {
	const sweep = async () => {
		const result = await world.cloud.services.lambda.invoke(stack.functionName("sweepOperations"), {});
		expect(result, JSON.stringify(result)).toMatchObject({ ok: true });
	};
	/** Lets the quiet time pass after which a row counts as forgotten. */
	const age = (key: string, attribute: "updatedAt" | "createdAt") =>
		world.documents.send(
			new UpdateCommand({
				TableName: stack.registryTable,
				Key: { pk: key, sk: key.split("#")[0] },
				UpdateExpression: "SET #at = :then",
				ConditionExpression: "attribute_exists(pk)",
				ExpressionAttributeNames: { "#at": attribute },
				ExpressionAttributeValues: { ":then": new Date(Date.now() - 180_000).toISOString() },
			}),
		);
	/** Fails a call, however often it is tried; answers how to end that. */
	const failing = (rule: Pick<CallFaultRule, "service" | "operation" | "bodyIncludes">) =>
		world.cloud.faults.order({ kind: "unavailable", times: Number.POSITIVE_INFINITY, ...rule });

	it("starts an operation whose message was never sent", async () => {
		const mend = failing({ service: "sqs", operation: "SendMessage", bodyIncludes: "operations" });
		const { operation } = await onboard("unsent");
		mend();
		expect(operation.status).toBe("queued");
		await age(`OPERATION#${operation.operationId}`, "updatedAt");
		await sweep();
		expect(await follow(operation.operationId)).toMatchObject({ status: "succeeded" });
	});

	it("writes down the end of an execution when the event that tells of it is lost", async () => {
		const restore = world.loseEventsOf("aws.states");
		const { tenant, operation } = await onboard("unheard");
		await eventually("The execution's end", deadlineMs, async () =>
			(await world.executions()).find(
				({ name, status }) => name === `${operation.operationId}-1` && status === "SUCCEEDED",
			),
		);
		expect(await show(operation.operationId)).toMatchObject({ status: "running" });
		await sweep();
		expect(await show(operation.operationId)).toMatchObject({ status: "running" }); // not quiet for long enough
		await age(`OPERATION#${operation.operationId}`, "updatedAt");
		await sweep();
		expect(await show(operation.operationId)).toMatchObject({ status: "succeeded" });
		expect(await toldOf("TenantActivated", "slug", "unheard")).toMatchObject({ tenantId: tenant.tenantId });
		restore();
	});

	it("sends the event that the bus did not take", async () => {
		const mend = failing({ service: "events", operation: "PutEvents", bodyIncludes: "mumbled" });
		const { operation } = await onboard("mumbled");
		await follow(operation.operationId);
		const inOutbox = () => world.rows(stack.registryTable).then((rows) => rows.find(({ sk }) => sk === "EVENT"));
		const waiting = await eventually("The event in the outbox", deadlineMs, inOutbox);
		await age(String(waiting["pk"]), "createdAt");
		expect(await toldTimes("TenantActivated", "mumbled")).toBe(0);
		mend();
		await sweep();
		expect(await toldOf("TenantActivated", "slug", "mumbled")).toMatchObject({ eventId: waiting["eventId"] });
		expect(await inOutbox()).toBeUndefined();
	});
});

it("events of one id are the same event, however often they are told", async () => {
	const details = new Map((await told()).map(({ detail }) => [detail["eventId"], detail]));
	expect(details.size).toBeGreaterThan(8);
	for (const { detail } of await told()) expect(details.get(detail["eventId"])).toEqual(detail);
});
