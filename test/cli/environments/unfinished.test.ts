import {
	DescribeChangeSetCommand,
	DescribeStacksCommand,
	ExecuteChangeSetCommand,
	type ResourceChange,
} from "@aws-sdk/client-cloudformation";
import { HeadObjectCommand, NotFound, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { aLandscape, aStack } from "./a-landscape.ts";

const landscape = aLandscape();
const { cloudformation, s3, type } = landscape;
const registrar = { StackName: "hostmaster-registrar" };
const noChanges = { Status: "FAILED", StatusReason: "No updates are to be performed." } as const;
const changing = (Action: ResourceChange["Action"], LogicalResourceId: string, more: Partial<ResourceChange> = {}) => ({
	ResourceChange: { Action, LogicalResourceId, ResourceType: "AWS::Route53::RecordSet", ...more },
});
beforeEach(() => {
	landscape.reset();
	landscape.write();
	const artifacts = { StackName: "hostmaster-artifacts" };
	cloudformation.on(DescribeStacksCommand, artifacts).resolves(aStack("CREATE_COMPLETE", { ArtifactBucket: "b" }));
	cloudformation.on(DescribeChangeSetCommand, artifacts).resolves(noChanges);
	s3.on(HeadObjectCommand).rejects(new NotFound({ $metadata: {}, message: "no" }));
	s3.on(PutObjectCommand).resolves({});
});
afterAll(() => landscape.close());

describe("a deployment of a stack that does not stand as a whole", () => {
	it.each([
		["one resource", ["Zone"]],
		["several", ["Zone", "Log"]],
	])("is refused when it would make %s anew, with the ways out", async (_, anew) => {
		cloudformation.on(DescribeStacksCommand, registrar).resolves(aStack("CREATE_FAILED"));
		const Changes = [
			...anew.map((name) => changing("Modify", name, { Replacement: "True" })),
			changing("Modify", "Perhaps", { Replacement: "Conditional" }),
		];
		cloudformation.on(DescribeChangeSetCommand, registrar).resolves({ Status: "CREATE_COMPLETE", Changes });
		const { exit, stdout } = await type("registrar deploy --json");
		const { error } = JSON.parse(stdout);
		expect({ exit, error }).toMatchObject({
			exit: 2,
			error: {
				title: `stack: hostmaster-registrar does not stand as a whole yet, and this would make ${anew.join(", ")} anew.`,
				fix: expect.stringMatching(/rollback-stack --stack-name hostmaster-registrar\b/),
			},
		});
		expect(cloudformation.commandCalls(ExecuteChangeSetCommand)).toEqual([]);
	});

	it("goes on with what may stay as it is, and keeps what was made", async () => {
		cloudformation
			.on(DescribeStacksCommand, registrar)
			.resolvesOnce(aStack("UPDATE_FAILED"))
			.resolvesOnce(aStack("UPDATE_FAILED"))
			.resolves(aStack("UPDATE_COMPLETE"));
		const Changes = [changing("Add", "New"), changing("Modify", "Perhaps", { Replacement: "Conditional" })];
		cloudformation.on(DescribeChangeSetCommand, registrar).resolves({ Status: "CREATE_COMPLETE", Changes });
		const { exit, stderr } = await type("registrar deploy");
		expect(exit, stderr).toBe(0);
		expect(cloudformation.commandCalls(ExecuteChangeSetCommand)[0]?.args[0].input.DisableRollback).toBe(true);
	});
});
