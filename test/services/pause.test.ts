import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readPause, writePause } from "../../services/pause.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { longAgo } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const pause = { reason: "Route 53 is ill.", by: "operator", since: longAgo };

describe("the stop for all new work", () => {
	it("is none until somebody asks for it", async () => {
		expect(await readPause()).toBeUndefined();
	});

	it("is read as it was written, until it is taken back, however often", async () => {
		await writePause(pause);
		await writePause(pause);
		expect(await readPause()).toEqual(pause);
		await writePause(undefined);
		await writePause(undefined);
		expect(await readPause()).toBeUndefined();
	});

	it("that nobody can read stops the reader: it is not taken for none", async () => {
		await cloud.put("registry", { pk: "PAUSE", sk: "PAUSE", pause: { reason: 7 } });
		await expect(readPause()).rejects.toThrow();
	});
});
