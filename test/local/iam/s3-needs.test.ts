import { describe, expect, it } from "vitest";
import { needsOf } from "../../../local/iam/needs.ts";

const caller = { accountId: "222222222222", region: "us-east-1" };
const lookup = { machineOfTask: () => undefined, secretArn: () => undefined };
const needs = (operation: string, path: string) =>
	needsOf({ service: "s3", operation, path, body: "", caller }, lookup).map(
		({ action, resource }) => `${action} ${resource}`,
	);

describe("what a call of S3 needs", () => {
	it.each([
		["ListObjectsV2", "/logs", "s3:ListBucket arn:aws:s3:::logs"],
		["ListObjectsV2", "/logs/", "s3:ListBucket arn:aws:s3:::logs"],
		["GetObject", "/logs/AWSLogs/1/a%20b.gz", "s3:GetObject arn:aws:s3:::logs/AWSLogs/1/a b.gz"],
		["HeadObject", "/logs/a", "s3:GetObject arn:aws:s3:::logs/a"],
		["PutObject", "/logs/a", "s3:PutObject arn:aws:s3:::logs/a"],
		["DeleteObject", "/logs/a", "s3:DeleteObject arn:aws:s3:::logs/a"],
		["POST object", "/logs/a", "s3:POST object *"],
	])("%s %s", (operation, path, need) => {
		expect(needs(operation, path)).toEqual([need]);
	});

	it("DeleteObjects needs the right for each key, and all when it cannot be read", () => {
		const call = { service: "s3", operation: "DeleteObjects", path: "/logs", caller };
		const keys = "<Delete><Object><Key>a</Key></Object><Object><Key> b&amp;c</Key></Object></Delete>";
		const resources = (body: string) => needsOf({ ...call, body }, lookup).map(({ resource }) => resource);
		expect(resources(keys)).toEqual(["arn:aws:s3:::logs/a", "arn:aws:s3:::logs/ b&c"]);
		expect(resources("<Delete")).toEqual(["*"]);
	});
});
