import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { loadEdgeFunction } from "../../../../local/edge/load-edge-function.ts";
import type { EdgeRule } from "../../../../local/edge/rules/edge-rules.ts";
import { assertAssociable, functionViolation } from "../../../../local/edge/rules/function-rules.ts";
import { at, packagedTemplates, type Template } from "../../../infra/packaged.ts";

const trusting = (...Service: string[]) => ({
	Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
});
const sound = {
	trigger: "origin-request" as const,
	properties: { Runtime: "nodejs24.x", MemorySize: 256, Timeout: 10, TracingConfig: { Mode: "PassThrough" } },
	versionArn: "arn:aws:lambda:us-east-1:222222222222:function:route:7",
	trust: trusting("lambda.amazonaws.com", "edgelambda.amazonaws.com"),
	bytes: 10_000,
};
const withProperties = (properties: object) => ({ ...sound, properties: { ...sound.properties, ...properties } });

describe("a function that is associated with a distribution", () => {
	it("may be as ours is", () => {
		expect(() => assertAssociable(sound)).not.toThrow();
		expect(
			functionViolation(withProperties({ Layers: [], Architectures: ["x86_64"], PackageType: "Zip" })),
		).toBeUndefined();
	});

	it.each<[EdgeRule, object]>([
		["environment", withProperties({ Environment: { Variables: { TABLE: "map" } } })],
		["features", withProperties({ VpcConfig: { SubnetIds: ["subnet-1"] } })],
		["features", withProperties({ DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:222222222222:dead" } })],
		["features", withProperties({ Layers: ["arn:aws:lambda:us-east-1:222222222222:layer:x:1"] })],
		["features", withProperties({ TracingConfig: { Mode: "Active" } })],
		["features", withProperties({ ReservedConcurrentExecutions: 5 })],
		["features", withProperties({ PackageType: "Image" })],
		["features", withProperties({ Architectures: ["arm64"] })],
		["features", withProperties({ EphemeralStorage: { Size: 513 } })],
		["runtime", withProperties({ Runtime: "provided.al2023" })],
		["version", { versionArn: "arn:aws:lambda:us-east-1:222222222222:function:route:$LATEST" }],
		["version", { versionArn: "arn:aws:lambda:us-east-1:222222222222:function:route:live" }],
		["version", { versionArn: "arn:aws:lambda:eu-west-1:222222222222:function:route:7" }],
		["role", { trust: trusting("lambda.amazonaws.com") }],
		["function-size", { bytes: 52_428_801 }],
		["function-memory", withProperties({ MemorySize: 127 })],
		["function-timeout", withProperties({ Timeout: 31 })],
	])("breaks the rule %s", (rule, changes) => {
		expect(functionViolation({ ...sound, ...changes })).toMatchObject({ rule, trigger: "origin-request" });
		expect(() => assertAssociable({ ...sound, ...changes })).toThrow(`rule ${rule}`);
	});
});

describe("the function of the packaged stack", () => {
	let templates: Record<"nonprod" | "prod", Template>;
	beforeAll(async () => {
		templates = await packagedTemplates();
	}, 120_000);

	it.each(["nonprod", "prod"] as const)("keeps every rule, in %s", (stage) => {
		const resources = templates[stage].Resources;
		const violation = functionViolation({
			...sound,
			properties: resources["RouteTenantLambdaFunction"]?.Properties,
			trust: at(resources["RouteTenantRole"]?.Properties, "AssumeRolePolicyDocument"),
			bytes: gzipSync(readFileSync(".build/functions/routeTenant.zip")).length,
		});
		expect(violation).toBeUndefined();
	});
});

describe("the environment at the edge", () => {
	const environment = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "S" };
	const reading = (name: string) =>
		loadEdgeFunction(`export const handler = async () => process.env.${name};`, environment)({});

	it("has what Lambda reserves, and tells a function that reads anything else", async () => {
		await expect(reading("AWS_REGION")).resolves.toBe("us-east-1");
		await expect(reading("AWS_LAMBDA_FUNCTION_NAME")).resolves.toBeUndefined();
		await expect(reading("TABLE")).rejects.toThrow("origin-request, rule environment: the function reads TABLE");
	});
});
