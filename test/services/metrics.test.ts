import { afterEach, describe, expect, it, vi } from "vitest";
import { count } from "../../services/metrics.ts";

afterEach(() => {
	vi.restoreAllMocks();
	vi.unstubAllEnvs();
});

describe("a count", () => {
	it("is one line of the embedded metric format, under the function's deployed name", () => {
		vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "hostmaster-prod-checkWaits");
		const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
		const before = Date.now();
		count("BrokenLooks");
		const [[text] = []] = write.mock.calls;
		expect(text).toMatch(/^\{.*\}\n$/);
		const { _aws, ...members } = JSON.parse(String(text));
		expect(members).toEqual({ FunctionName: "hostmaster-prod-checkWaits", BrokenLooks: 1 });
		expect(_aws.CloudWatchMetrics).toEqual([
			{ Namespace: "Hostmaster", Dimensions: [["FunctionName"]], Metrics: [{ Name: "BrokenLooks", Unit: "Count" }] },
		]);
		expect(_aws.Timestamp).toBeGreaterThanOrEqual(before);
	});
});
