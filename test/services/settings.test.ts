import { afterEach, describe, expect, it, vi } from "vitest";
import { optionalSetting, setting } from "../../services/settings.ts";

afterEach(() => vi.unstubAllEnvs());

describe("a setting", () => {
	it("is what the environment says", () => {
		vi.stubEnv("STAGE", "prod");
		expect(setting("STAGE")).toBe("prod");
	});

	it.each(["", undefined])("that is %j names the variable and where to set it", (value) => {
		vi.stubEnv("ZONE_ID", value);
		const named = expect.stringMatching(/ZONE_ID.*serverless\.yml.*infra\/stages\.yml/);
		expect(() => setting("ZONE_ID")).toThrow(expect.objectContaining({ name: "Misconfigured", detail: named }));
	});

	it("that may be empty is the empty text", () => {
		vi.stubEnv("RESOLVERS", undefined);
		expect(optionalSetting("RESOLVERS")).toBe("");
		vi.stubEnv("RESOLVERS", "127.0.0.1:5353");
		expect(optionalSetting("RESOLVERS")).toBe("127.0.0.1:5353");
	});
});
