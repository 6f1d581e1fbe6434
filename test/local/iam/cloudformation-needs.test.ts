import { describe, expect, it } from "vitest";
import { needsOf } from "../../../local/iam/needs.ts";

const caller = { accountId: "222222222222", region: "us-east-1" };
const lookup = { machineOfTask: () => undefined, secretArn: () => undefined };
const stack = "arn:aws:cloudformation:us-east-1:222222222222:stack/shop/";

describe("what a call of CloudFormation needs", () => {
	it.each([
		["ExecuteChangeSet", "StackName=shop&ChangeSetName=a", `${stack}*`],
		["DescribeStacks", `StackName=${encodeURIComponent(`${stack}1`)}`, `${stack}1`],
		["DescribeStacks", "", "*"],
	])("%s %s", (operation, body, resource) => {
		const call = { service: "cloudformation", operation, path: "/", body, caller };
		expect(needsOf(call, lookup)).toEqual([{ action: `cloudformation:${operation}`, resource }]);
	});
});
