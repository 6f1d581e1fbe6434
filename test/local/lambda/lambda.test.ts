import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { virtualClock } from "../../../local/clock.ts";
import { createFaults } from "../../../local/faults.ts";
import { type Handler, handlersIn } from "../../../local/lambda/handlers.ts";
import { createLambda, type Lambda } from "../../../local/lambda/lambda.ts";

const open: Lambda[] = [];
afterEach(() => {
	for (const lambda of open.splice(0)) lambda.close();
});

function aLambda(handlers: Record<string, Handler> = {}, environment: Record<string, string> = {}, limits = {}) {
	const clock = virtualClock(1_000_000);
	const lines: { functionName: string; text: string }[] = [];
	const faults = createFaults({ seed: "s", rate: 0 });
	const lambda = createLambda({
		resolveHandler: (name) => {
			const handler = handlers[name];
			return handler ? Promise.resolve(handler) : Promise.reject(new Error(`no ${name}`));
		},
		clock,
		caller: { accountId: "222222222222", region: "us-east-1" },
		environment,
		log: ({ functionName, text }) => lines.push({ functionName, text }),
		faults,
		...limits,
	});
	open.push(lambda);
	const add = (name: string, properties = {}) =>
		lambda.addFunction({ FunctionName: name, Handler: `functions/${name}.handler`, ...properties });
	return { lambda, clock, lines, faults, add };
}

/** A lambda with one function, `act`. */
function aFunction(handler: Handler, properties = {}) {
	const world = aLambda({ "functions/act.handler": handler });
	world.add("act", properties);
	return world;
}

describe("invoking a function", () => {
	it("hands over the event as it comes out of JSON, and the answer likewise", async () => {
		const { lambda } = aFunction((event) => ({ event, gone: undefined, at: new Date(0) }));
		expect(await lambda.invoke("act", { a: 1, b: undefined })).toEqual({
			ok: true,
			payload: { event: { a: 1 }, at: "1970-01-01T00:00:00.000Z" },
		});
	});

	it("answers null for a handler that returns nothing", async () => {
		expect(await aFunction(() => {}).lambda.invoke("act", {})).toEqual({ ok: true, payload: null });
	});

	it("finds it by name, by ARN and by qualified ARN", async () => {
		const { lambda } = aFunction(() => "here");
		for (const name of ["act", lambda.arnOf("act"), `${lambda.arnOf("act")}:$LATEST`]) {
			expect(await lambda.invoke(name, {})).toEqual({ ok: true, payload: "here" });
		}
		expect(lambda.invocations()).toEqual({ act: 3 });
	});

	it("gives a context whose time runs out with the clock", async () => {
		const { lambda, clock } = aFunction(
			async (_, context) => {
				await clock.advance(2_000);
				return { ...context, left: context.getRemainingTimeInMillis() };
			},
			{ Timeout: 10, MemorySize: "256" },
		);
		expect(await lambda.invoke("act", {})).toMatchObject({
			payload: {
				functionName: "act",
				memoryLimitInMB: "256",
				invokedFunctionArn: "arn:aws:lambda:us-east-1:222222222222:function:act",
				awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
				left: 8_000,
			},
		});
	});

	it("answers ResourceNotFound for a function that is not there", async () => {
		expect(await aLambda().lambda.invoke("act", {})).toEqual({
			ok: false,
			errorType: "Lambda.ResourceNotFoundException",
			errorMessage: "Function not found: arn:aws:lambda:us-east-1:222222222222:function:act",
			trace: [],
		});
	});
});

describe("a function that fails", () => {
	it("reports the error's name, message and stack", async () => {
		const { lambda } = aFunction(() => {
			throw Object.assign(new Error("too many"), { name: "Throttled" });
		});
		const result = await lambda.invoke("act", {});
		expect(result).toMatchObject({ ok: false, errorType: "Throttled", errorMessage: "too many" });
		expect(!result.ok && result.trace.length).toBeGreaterThan(1);
	});

	it("reports the type of what is no error", async () => {
		const { lambda } = aFunction(() => Promise.reject("plain"));
		expect(await lambda.invoke("act", {})).toEqual({
			ok: false,
			errorType: "string",
			errorMessage: "plain",
			trace: [],
		});
	});

	it("is ended when its time is over", async () => {
		const { lambda, clock } = aFunction(() => new Promise(() => {}));
		const result = lambda.invoke("act", {});
		await clock.advance(3_000);
		expect(await result).toMatchObject({
			ok: false,
			errorType: "Sandbox.Timedout",
			errorMessage: expect.stringMatching(/^RequestId: .* Error: Task timed out after 3\.00 seconds$/),
		});
	});

	it("waits its turn when so many run at once as may, and its time begins only then", async () => {
		const { lambda, clock, add } = aLambda({ "functions/act.handler": () => new Promise(() => {}) }, {}, { atOnce: 2 });
		add("act");
		const ended: number[] = [];
		for (const _ of [1, 2, 3]) void lambda.invoke("act", {}).then(() => ended.push(clock.now()));
		await clock.advance(5_999);
		expect(lambda.invocations()).toEqual({ act: 3 });
		expect(ended).toEqual([1_003_000, 1_003_000]);
		await clock.advance(1);
		expect(ended).toHaveLength(3);
	});

	it("may not answer what is no JSON, or too long", async () => {
		expect(await aFunction(() => 1n).lambda.invoke("act", {})).toMatchObject({ errorType: "Runtime.MarshalError" });
		const long = aFunction(() => "x".repeat(7_000_000));
		expect(await long.lambda.invoke("act", {})).toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
	});

	it("can be made to die before or after its work", async () => {
		let runs = 0;
		const { lambda, faults } = aFunction(() => ++runs);
		faults.order({ kind: "crash", when: "before" });
		expect(await lambda.invoke("act", {})).toMatchObject({ errorType: "Runtime.ExitError" });
		expect(runs).toBe(0);
		faults.order({ kind: "crash", when: "after" });
		expect(await lambda.invoke("act", {})).toMatchObject({ errorType: "Runtime.ExitError" });
		expect(runs).toBe(1);
	});
});

describe("what functions write", () => {
	it("goes to the log under their names, and not to the terminal, also when they run at once", async () => {
		const handler: Handler = async (event) => {
			console.log("begin %s", event);
			await new Promise((resolve) => setImmediate(resolve));
			process.stdout.write(`end ${event}\n`);
		};
		const { lambda, lines, add } = aLambda({ "functions/a.handler": handler, "functions/b.handler": handler });
		add("a");
		add("b");
		await Promise.all([lambda.invoke("a", 1), lambda.invoke("b", 2)]);
		expect(lines.filter(({ functionName }) => functionName === "a").map(({ text }) => text)).toEqual([
			"begin 1\n",
			"end 1\n",
		]);
		expect(lines.filter(({ functionName }) => functionName === "b").map(({ text }) => text)).toEqual([
			"begin 2\n",
			"end 2\n",
		]);
	});
});

describe("the environment", () => {
	it("is that of all functions, until the lambda is closed", () => {
		const { lambda, add } = aLambda({}, { HOSTMASTER_TEST_REGION: "us-east-1" });
		add("a", { Environment: { Variables: { HOSTMASTER_TEST_TABLE: "t", HOSTMASTER_TEST_PORT: 443 } } });
		add("b", { Environment: { Variables: { HOSTMASTER_TEST_TABLE: "t" } } });
		expect(process.env["HOSTMASTER_TEST_REGION"]).toBe("us-east-1");
		expect(process.env["HOSTMASTER_TEST_PORT"]).toBe("443");
		lambda.close();
		expect(process.env["HOSTMASTER_TEST_TABLE"]).toBeUndefined();
	});

	it("refuses two values for one name", () => {
		const { add } = aLambda();
		add("a", { Environment: { Variables: { HOSTMASTER_TEST_TABLE: "t" } } });
		expect(() => add("b", { Environment: { Variables: { HOSTMASTER_TEST_TABLE: "u" } } })).toThrow(
			"HOSTMASTER_TEST_TABLE is 't' for a and 'u' for b",
		);
	});
});

describe("handlers on disk", () => {
	const directory = mkdtempSync(join(tmpdir(), "handlers-"));
	afterAll(() => rmSync(directory, { recursive: true }));
	mkdirSync(join(directory, "functions"));
	writeFileSync(
		join(directory, "functions", "act.mjs"),
		"export const handler = (event) => ({ got: event }); export const other = 1;",
	);
	const resolve = handlersIn(directory);

	it("are imported by path and export", async () => {
		const handler = await resolve("functions/act.handler");
		expect(Reflect.apply(handler, undefined, [1, {}])).toEqual({ got: 1 });
	});

	it("are missed by the runtime's names", async () => {
		await expect(resolve("functions/none.handler")).rejects.toMatchObject({ name: "Runtime.ImportModuleError" });
		await expect(resolve("functions/act.other")).rejects.toMatchObject({ name: "Runtime.HandlerNotFound" });
	});
});
