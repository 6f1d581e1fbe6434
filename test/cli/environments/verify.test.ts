import { afterEach, describe, expect, it } from "vitest";
import { takeSteps } from "../../../cli/environments/steps.ts";
import { verifySteps } from "../../../cli/environments/verify.ts";
import { aFakeApi, ok, type Reply } from "../a-fake-api.ts";
import { aContext, environment, standing } from "./a-verification.ts";

let api: Awaited<ReturnType<typeof aFakeApi>> | undefined;
afterEach(() => api?.close());

/** The step that asks the API; what comes before it is in verify-world.test.ts. */
function stepsOf({ context }: ReturnType<typeof aContext>, of: typeof environment, outputs: Record<string, string>) {
	return verifySteps(of, context, standing(outputs)).filter(({ name }) => name === "api");
}

/** Verifies against an API that answers so; the stack says where it is. */
async function verify(...replies: Reply[]) {
	api = await aFakeApi({ "GET /v1/health": replies });
	const here = aContext();
	const ends = takeSteps(stepsOf(here, environment, { HttpApiUrl: api.url }), here.context);
	return { ...here, ends, url: api.url };
}

describe("verifying an environment", () => {
	it("hears from its API that it is well, at the address that the stack says", async () => {
		const { ends, url, progress } = await verify(ok({ status: "ok" }));
		expect(await ends).toEqual([{ step: "api", outcome: "done", detail: `${url} says ok`, seconds: 0 }]);
		expect(progress()).toBe(`1/1 api  ok  ${url} says ok (0 s)\n`);
	});

	it("waits for an API that is not there yet", async () => {
		const { ends, url, passed } = await verify(
			"drop",
			{ status: 503, body: { status: "starting" } },
			ok({ status: "ok" }),
		);
		expect(await ends).toMatchObject([{ detail: `${url} says ok`, seconds: 4 }]);
		expect(passed()).toBe(4_000);
	});

	it.each<[string, Reply, RegExp]>([
		["says that it is not well", { status: 503, body: { status: "down" } }, /^it answered 503$/],
		["is another program's", ok("<html>"), /JSON/],
		["breaks off", "drop", /fetch failed/],
	])("gives up after a minute one that %s", async (_, reply, detail) => {
		const { ends, url, passed } = await verify(reply);
		await expect(ends).rejects.toMatchObject({
			exit: 1,
			report: { title: `api: ${url}/v1/health does not answer.`, detail: expect.stringMatching(detail) },
		});
		expect(passed()).toBe(62_000);
	});

	it("asks where the environment says, before it asks the stack, and fails where neither does", async () => {
		api = await aFakeApi({ "GET /v1/health": [ok({ status: "ok" })] });
		const here = aContext();
		const [step] = stepsOf(here, { ...environment, api: api.url }, {});
		expect(await step?.act()).toBe(`${api.url} says ok`);
		const [nowhere] = stepsOf(here, environment, {});
		await expect(nowhere?.act()).rejects.toMatchObject({ report: { title: "/v1/health does not answer." } });
	});
});

describe("steps", () => {
	it("stop at the first that fails, and a defect stays what it is", async () => {
		const { context, progress } = aContext();
		const defect = new TypeError("x is undefined");
		const steps = [
			{ name: "first", act: () => Promise.resolve("done") },
			{ name: "second", act: () => Promise.reject(defect) },
			{ name: "third", act: () => Promise.resolve("never") },
		];
		await expect(takeSteps(steps, context)).rejects.toBe(defect);
		expect(progress()).toBe("1/3 first   ok  done (0 s)\n2/3 second  failed\n");
	});
});
