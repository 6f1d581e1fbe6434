import {
	CloudFormationClient,
	DetectStackResourceDriftCommand,
	type StackResourceDriftStatus,
} from "@aws-sdk/client-cloudformation";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { driftOf } from "../../services/stack-drift.ts";

const cloudformation = mockClient(CloudFormationClient);
const target = { client: new CloudFormationClient({}), stackName: "hostmaster-prod", pollMs: 1 };
beforeEach(() => cloudformation.reset());

const stands = (StackResourceDriftStatus: StackResourceDriftStatus, more: object = {}) => {
	const drift = { StackId: "s", LogicalResourceId: "Distribution", ResourceType: "t", Timestamp: new Date(0) };
	cloudformation
		.on(DetectStackResourceDriftCommand, { StackName: "hostmaster-prod", LogicalResourceId: "Distribution" })
		.resolves({ StackResourceDrift: { ...drift, StackResourceDriftStatus, ...more } });
};
const found = () => driftOf(target, "Distribution");

describe("a resource's drift", () => {
	it("is none where it is as the stack has it", async () => {
		stands("IN_SYNC");
		expect(await found()).toEqual([]);
	});

	it("is each property that hands have changed", async () => {
		const PropertyPath = "/DistributionConfig/Enabled";
		const difference = { PropertyPath, ExpectedValue: "true", ActualValue: "false", DifferenceType: "NOT_EQUAL" };
		stands("MODIFIED", { PropertyDifferences: [difference] });
		expect(await found()).toEqual(["/DistributionConfig/Enabled is false"]);
		stands("MODIFIED", { PropertyDifferences: undefined });
		expect(await found()).toEqual(["it is changed, and nobody says how"]);
	});

	it("is all of it where it was deleted", async () => {
		stands("DELETED");
		expect(await found()).toEqual(["it is not there any more"]);
	});

	it("is unknown where CloudFormation did not compare", async () => {
		stands("NOT_CHECKED");
		await expect(found()).rejects.toThrow("CloudFormation did not compare Distribution with what stands.");
		cloudformation.on(DetectStackResourceDriftCommand).resolves({ StackResourceDrift: undefined });
		await expect(found()).rejects.toThrow("did not compare");
	});
});
