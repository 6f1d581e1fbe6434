import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ownCredentials, readConfiguration, regionsNearestFirst } from "../../../functions/edge/configuration.ts";
import { originRequestEvent } from "./event.ts";

function requestFrom(options: Parameters<typeof originRequestEvent>[0]) {
	const record = originRequestEvent(options).Records[0];
	if (!record) throw new Error("no record");
	return record.cf.request;
}

describe("the edge's configuration", () => {
	it.each(["s3", "custom"] as const)("is in the custom headers of a default origin of kind %s", (kind) => {
		expect(readConfiguration(requestFrom({ kind, endpoint: "http://127.0.0.1:1" }))).toEqual({
			mapTable: "map",
			platformDomain: "app.test",
			mapRegions: ["us-east-1", "eu-west-1"],
			contextSecret: "context",
			awsEndpoint: "http://127.0.0.1:1",
		});
	});

	it("names no endpoint on AWS", () => {
		expect(readConfiguration(requestFrom({}))).toHaveProperty("awsEndpoint", undefined);
	});

	it.each(["x-hostmaster-map-table", "x-hostmaster-map-regions", "x-hostmaster-context-secret"])(
		"is refused without %s, by name",
		(without) => {
			expect(() => readConfiguration(requestFrom({ without }))).toThrow(without);
		},
	);

	it("is refused when the event has no origin, rather than taken from anywhere else", () => {
		const { origin: _origin, ...request } = requestFrom({});
		expect(() => readConfiguration(request)).toThrow("x-hostmaster-map-table");
	});

	it("has the map's regions asked in their order, the own one first when it is among them", () => {
		expect(regionsNearestFirst(["a", "b", "c"], "c")).toEqual(["c", "a", "b"]);
		expect(regionsNearestFirst(["a", "b", "c"], "elsewhere")).toEqual(["a", "b", "c"]);
		expect(regionsNearestFirst(["a", "b", "c"], undefined)).toEqual(["a", "b", "c"]);
	});
});

describe("the edge's credentials", () => {
	beforeEach(() => {
		vi.stubEnv("AWS_ACCESS_KEY_ID", "AKID");
		vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
		vi.stubEnv("AWS_SESSION_TOKEN", "token");
	});
	afterEach(() => {
		vi.unstubAllEnvs();
	});

	it("are those of the runtime, read anew each time since they rotate", () => {
		expect(ownCredentials()).toEqual({ accessKeyId: "AKID", secretAccessKey: "secret", sessionToken: "token" });
		vi.stubEnv("AWS_SESSION_TOKEN", "another");
		expect(ownCredentials()).toHaveProperty("sessionToken", "another");
	});

	it.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("are none without %s: nothing is sent unsigned", (name) => {
		vi.stubEnv(name, undefined);
		expect(ownCredentials).toThrow("no credentials");
	});
});
