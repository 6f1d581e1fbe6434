import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readPause, writePause } from "../../services/pause.ts";
import { pauseRegistry, resumeRegistry } from "../../services/removal-pause.ts";
import { setting } from "../../services/settings.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { longAgo } from "../builders/entities.ts";

let cloud: Cloud;
let client: DynamoDBClient;
beforeAll(async () => {
	cloud = await aCloud();
	client = new DynamoDBClient({});
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const own = { reason: "It goes.", by: "the removal", since: longAgo };
const others = { reason: "Route 53 is ill.", by: "operator", since: longAgo };
const pause = (table = setting("REGISTRY_TABLE")) => pauseRegistry(client, table, own);
const resume = (table = setting("REGISTRY_TABLE")) => resumeRegistry(client, table, own.by);

describe("the pause of a removal", () => {
	it("is the one that functions read, however often it is asked for, until it is taken back", async () => {
		expect([await pause(), await pause()]).toEqual(["paused", "paused"]);
		expect(await readPause()).toEqual(own);
		expect([await resume(), await resume()]).toEqual([true, false]);
		expect(await readPause()).toBeUndefined();
		expect(await pause()).toBe("paused");
	});

	it("comes after one that was taken back through the API", async () => {
		await writePause(undefined);
		expect(await pause()).toBe("paused");
		expect(await readPause()).toEqual(own);
	});

	it("leaves somebody's own as it is, and does not take it back", async () => {
		await writePause(others);
		expect([await pause(), await resume()]).toEqual(["somebody-has", false]);
		expect(await readPause()).toEqual(others);
	});

	it("stops nothing where there is no registry", async () => {
		expect([await pause("no-such-table"), await resume("no-such-table")]).toEqual([undefined, false]);
	});
});
