import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { virtualClock } from "../../../local/clock.ts";
import { eventually } from "../../../local/demo/client.ts";
import { createCustomResources } from "../../../local/stack/custom-resource.ts";
import type { Wanted } from "../../../local/stack/deploy.ts";
import { aCustom, aFunction, anAccount, type Opened } from "./an-account.ts";

/** Answers what CloudFormation asks, as `answer` (an expression over `event`) says. */
const answering = (answer: string) => `
	(globalThis.asked ??= []).push(event);
	const { StackId, RequestId, LogicalResourceId } = event;
	const body = { Status: "SUCCESS", PhysicalResourceId: "thing-1", StackId, RequestId, LogicalResourceId, ...(${answer}) };
	await fetch(event.ResponseURL, { method: "PUT", body: JSON.stringify(body) });`;

const questions = z.array(z.looseObject({ RequestType: z.string() }));
/** What the functions were asked since it was last looked. */
function asked() {
	const all = questions.parse(Reflect.get(globalThis, "asked") ?? []);
	Reflect.set(globalThis, "asked", []);
	return all;
}

describe("a custom resource", () => {
	let opened: Opened;
	beforeEach(async () => {
		opened = await anAccount();
		asked();
	});
	afterEach(() => opened.close());

	it("is made by its function, whose data are its attributes", async () => {
		opened.writeFunction("make", answering(`{ Data: { Size: 3, Name: event.ResourceProperties.Name } }`));
		const resolver = await opened.deploy({
			...aFunction("make"),
			Thing: aCustom({ Name: "a", Count: 2, Deep: [true] }),
		});
		expect(resolver.ref("Thing")).toBe("thing-1");
		expect([resolver.attribute("Thing", "Size"), resolver.attribute("Thing", "Name")]).toEqual(["3", "a"]);
		expect(asked()).toEqual([
			{
				...{ RequestType: "Create", ResourceType: "Custom::Thing", LogicalResourceId: "Thing" },
				ServiceToken: resolver.attribute("Function", "Arn"),
				StackId: resolver.ref("AWS::StackId"),
				RequestId: expect.any(String),
				ResponseURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//),
				ResourceProperties: {
					ServiceToken: resolver.attribute("Function", "Arn"),
					Name: "a",
					Count: "2",
					Deep: ["true"],
				},
			},
		]);
	});

	it("is updated when its properties change, and only then, and deleted before its function", async () => {
		opened.writeFunction("update", answering("{}"));
		const template = (Name: string) => ({ ...aFunction("update"), Thing: aCustom({ Name }) });
		await opened.deploy(template("a"));
		await opened.deploy(template("a"));
		await opened.deploy(template("b"));
		await opened.reopen();
		await opened.remove();
		expect(asked()).toMatchObject([
			{ RequestType: "Create" },
			{
				...{ RequestType: "Update", PhysicalResourceId: "thing-1" },
				...{ ResourceProperties: { Name: "b" }, OldResourceProperties: { Name: "a" } },
			},
			{ RequestType: "Delete", PhysicalResourceId: "thing-1", ResourceProperties: { Name: "b" } },
		]);
		expect(opened.status()).toBeUndefined();
	});

	it("is another one when its function gives another id: the one before is deleted afterwards", async () => {
		opened.writeFunction(
			"replace",
			answering(
				`{ PhysicalResourceId: event.PhysicalResourceId && event.RequestType === "Delete" ? event.PhysicalResourceId : event.ResourceProperties.Name }`,
			),
		);
		await opened.deploy({ ...aFunction("replace"), Thing: aCustom({ Name: "a" }) });
		await opened.deploy({ ...aFunction("replace"), Thing: aCustom({ Name: "b" }) });
		expect(asked()).toMatchObject([
			{ RequestType: "Create" },
			{ RequestType: "Update", PhysicalResourceId: "a" },
			{ RequestType: "Delete", PhysicalResourceId: "a", ResourceProperties: { Name: "a" } },
		]);
	});

	it("fails its stack with the function's own reason; what it left behind is deleted with the stack", async () => {
		opened.writeFunction(
			"fail",
			answering(
				`event.RequestType === "Create" ? { Status: "FAILED", Reason: "The parent names other servers." } : {}`,
			),
		);
		await expect(opened.deploy({ ...aFunction("fail"), Thing: aCustom() })).rejects.toMatchObject({
			logicalId: "Thing",
		});
		expect(opened.reasons).toEqual([
			expect.stringMatching(
				/^Received response status \[FAILED\] from custom resource\. Message returned: The parent names other servers\. \(RequestId: .+\)$/,
			),
		]);
		await opened.remove();
		expect(asked()).toMatchObject([
			{ RequestType: "Create" },
			{ RequestType: "Delete", PhysicalResourceId: "thing-1" },
		]);
		expect(opened.status()).toBeUndefined();
	});

	it("keeps its stack from ending while its function refuses", async () => {
		opened.writeFunction(
			"refuse",
			answering(`event.RequestType === "Delete" ? { Status: "FAILED", Reason: "Claims live." } : {}`),
		);
		await opened.deploy({ ...aFunction("refuse"), Thing: aCustom() });
		await expect(opened.remove()).rejects.toThrow("Claims live.");
		expect(opened.status()).toBe("failed");
		expect(opened.account.lambda.functions()).toHaveLength(1);
	});

	it("fails at once when its function does, and no attempt is left", async () => {
		opened.writeFunction("throw", `throw new RangeError("no");`);
		await expect(opened.deploy({ ...aFunction("throw"), Thing: aCustom() })).rejects.toThrow(
			"The function did not respond: RangeError: no",
		);
	});

	it("is asked for again when the process ended before it was made, and then stands", async () => {
		opened.writeFunction(
			"die",
			`if (!globalThis.asked?.length) return void (globalThis.asked = [event]); ${answering("{}")}`,
		);
		const ended = opened.deploy({ ...aFunction("die"), Thing: aCustom() });
		await eventually("The question", 5_000, () => Promise.resolve(Reflect.get(globalThis, "asked")?.[0]));
		await opened.reopen();
		await eventually("The stack", 5_000, () => Promise.resolve(opened.status() === "deployed" || undefined));
		expect(asked().map(({ RequestType }) => RequestType)).toEqual(["Create", "Create"]);
		expect(await Promise.race([ended, "never"])).toBe("never");
	});
});

describe("what a function answers", () => {
	const clock = virtualClock(0);
	const caller = { accountId: "222222222222", region: "us-east-1" };
	const ServiceToken = "arn:aws:lambda:us-east-1:222222222222:function:make";
	const eventSchema = z.looseObject({ ResponseURL: z.string() });

	/** A resource whose function answers with `body`, by its event; undefined: not at all. */
	function make(body: (event: Record<string, unknown>) => string | undefined, results: ("ok" | "fails")[] = ["ok"]) {
		const attempts: number[] = [];
		const custom = createCustomResources({
			...{ clock, caller, endpoint: "http://local", asyncSettings: () => undefined },
			invoke: (_, payload) => {
				const event = eventSchema.parse(payload);
				attempts.push(clock.now());
				const result = results[attempts.length - 1] ?? results.at(-1);
				const answer = body(event);
				if (answer !== undefined && result === "ok") {
					custom.take({ method: "PUT", path: event.ResponseURL.slice("http://local".length), body: answer });
				}
				return Promise.resolve(
					result === "ok"
						? { ok: true, payload: null }
						: { ok: false, errorType: "Error", errorMessage: "no", trace: [] },
				);
			},
		});
		// Cast: the resolver is not looked at.
		const wanted = {
			stackName: "s",
			logicalId: "Thing",
			type: "Custom::Thing",
			properties: { ServiceToken },
		} as Wanted;
		const made = custom.make(wanted).catch((error: Error) => error.message);
		return { made, attempts, custom };
	}

	const good = (event: Record<string, unknown>) => ({
		...{ Status: "SUCCESS", PhysicalResourceId: "p" },
		...{ StackId: event["StackId"], RequestId: event["RequestId"], LogicalResourceId: event["LogicalResourceId"] },
	});

	it.each<[string, (event: Record<string, unknown>) => string, string]>([
		["what is no JSON", () => "{", "Response is not valid JSON."],
		[
			"an answer without an id",
			(event) => JSON.stringify({ ...good(event), PhysicalResourceId: "" }),
			"PhysicalResourceId",
		],
		[
			"another request's answer",
			(event) => JSON.stringify({ ...good(event), RequestId: "other" }),
			"RequestId is not that",
		],
		["too much", (event) => JSON.stringify({ ...good(event), Data: { a: "x".repeat(4_096) } }), "too long"],
		[
			"a failure without a reason",
			(event) => JSON.stringify({ ...good(event), Status: "FAILED" }),
			"CloudWatch Log Stream",
		],
	])("is not taken when it is %s", async (_, body, told) => {
		expect(await make(body).made).toContain(told);
	});

	it("is waited for as long as CloudFormation does", async () => {
		const { made } = make(() => undefined);
		await clock.advance(3_600_000);
		expect(await made).toContain("CloudFormation did not receive a response from your Custom Resource.");
	});

	it("may come from a second or third attempt, a minute and two minutes later", async () => {
		const { made, attempts } = make((event) => JSON.stringify(good(event)), ["fails", "fails", "ok"]);
		const startMs = clock.now();
		await clock.advance(200_000);
		expect(await made).toEqual({ ref: "p", attributes: {} });
		expect(attempts.map((at) => at - startMs)).toEqual([0, 60_000, 180_000]);
	});

	it("is not heard by others than custom resources, and not by one that no longer waits", () => {
		const { custom } = make(() => undefined);
		expect(custom.take({ method: "PUT", path: "/bucket/key", body: "" })).toBeUndefined();
		expect(custom.take({ method: "PUT", path: "/_responses/unknown", body: "{}" })).toMatchObject({ status: 200 });
	});
});
