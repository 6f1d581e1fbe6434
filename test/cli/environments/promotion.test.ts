import {
	CreateChangeSetCommand,
	DescribeChangeSetCommand,
	DescribeStacksCommand,
	ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import { GetObjectCommand, HeadObjectCommand, NotFound, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../../scripts/release.ts";
import { zipKey } from "../../../scripts/release-template.ts";
import { aLandscape, aStack } from "./a-landscape.ts";

const landscape = aLandscape();
const { cloudformation, s3, type } = landscape;
const [zip, nonprod, prod] = ["zip", '{"a":1}', '{"a":2}'];
const digest = "d".repeat(64);
const release = {
	digest,
	functions: { listTenants: digestOf(zip) },
	templates: { nonprod: digestOf(nonprod), prod: digestOf(prod) },
};
const bytesOf = (text: string) =>
	({ transformToByteArray: () => Promise.resolve(new TextEncoder().encode(text)) }) as never; // all that is asked of it
const source = { StackName: "hostmaster-nonprod" };
const target = { StackName: "hostmaster-prod" };

beforeEach(() => {
	landscape.reset();
	landscape.write();
	const bucket = { StackName: "hostmaster-artifacts" };
	cloudformation.on(DescribeStacksCommand, bucket).resolves(aStack("CREATE_COMPLETE", { ArtifactBucket: "b" }));
	const StatusReason = "No updates are to be performed.";
	cloudformation.on(DescribeChangeSetCommand, bucket).resolves({ Status: "FAILED", StatusReason });
	cloudformation.on(DescribeStacksCommand, source).resolves(aStack("UPDATE_COMPLETE", { Release: digest }));
	cloudformation.on(DescribeStacksCommand, target).resolves(aStack("UPDATE_COMPLETE", { Release: "e".repeat(64) }));
	const ResourceChange = { Action: "Modify", LogicalResourceId: "Fn", ResourceType: "AWS::Lambda::Function" } as const;
	cloudformation
		.on(DescribeChangeSetCommand, target)
		.resolves({ Status: "CREATE_COMPLETE", Changes: [{ ResourceChange }] });
	s3.on(HeadObjectCommand).rejects(new NotFound({ $metadata: {}, message: "no" }));
	s3.on(PutObjectCommand).resolves({});
	const objects = {
		[`releases/${digest}/release.json`]: JSON.stringify(release),
		[zipKey(release.functions.listTenants)]: zip,
		[`templates/${release.templates.nonprod}.json`]: nonprod,
		[`templates/${release.templates.prod}.json`]: prod,
	};
	for (const [Key, text] of Object.entries(objects)) s3.on(GetObjectCommand, { Key }).resolves({ Body: bytesOf(text) });
});
afterAll(() => landscape.close());

const errorOf = (stdout: string) => JSON.parse(stdout).error;

describe("a promotion", () => {
	it("shows what would change, and changes nothing until it is told to", async () => {
		const { exit, stdout, stderr } = await type("environments promote");
		expect(exit, stderr).toBe(0);
		expect(stdout).toBe("prod would run dddddddddddd, with 1 resources changed. Carry it out: --yes\n");
		expect(stderr).toContain("Release dddddddddddd: 3 of its parts were not in prod yet.\n  Modify  Fn");
		expect(cloudformation.commandCalls(ExecuteChangeSetCommand)).toEqual([]);
	});

	it("brings the very release over, byte by byte, the manifest last", async () => {
		const { exit, stdout, stderr } = await type("environments promote --yes");
		expect(exit, stderr).toBe(0);
		expect(stdout).toBe("prod runs dddddddddddd.\n");
		const put = s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input.Key);
		expect(put).toHaveLength(4);
		expect(put.at(-1)).toBe(`releases/${digest}/release.json`);
		const sent = cloudformation.commandCalls(CreateChangeSetCommand, target)[0]?.args[0].input;
		expect(sent).toMatchObject({
			TemplateURL: expect.stringContaining(release.templates.prod),
			Parameters: expect.arrayContaining([{ ParameterKey: "Release", ParameterValue: digest }]),
		});
	});

	it("of what runs there already says so", async () => {
		const StatusReason = "No updates are to be performed.";
		cloudformation.on(DescribeChangeSetCommand, target).resolves({ Status: "FAILED", StatusReason });
		s3.on(HeadObjectCommand).resolves({});
		const { exit, stdout } = await type("environments promote --yes");
		expect({ exit, stdout }).toEqual({ exit: 0, stdout: "prod runs dddddddddddd already.\n" });
	});

	it.each([
		["what was changed since", zipKey(release.functions.listTenants), "other", /is not what its name says/],
		[
			"another release's list",
			`releases/${digest}/release.json`,
			JSON.stringify({ ...release, digest: "c".repeat(64) }),
			/is not what its name says/,
		],
	])("refuses to copy %s", async (_, Key, text, title) => {
		s3.on(GetObjectCommand, { Key }).resolves({ Body: bytesOf(text) });
		const { exit, stdout } = await type("environments promote --yes --json");
		expect({ exit, title: errorOf(stdout).title }).toEqual({ exit: 1, title: expect.stringMatching(title) });
		expect(cloudformation.commandCalls(CreateChangeSetCommand, target)).toEqual([]);
	});

	it.each([
		["nothing runs", aStack("UPDATE_COMPLETE"), "Nothing runs in nonprod that could be promoted."],
		[
			"the stack is not in order",
			aStack("UPDATE_ROLLBACK_COMPLETE", { Release: digest }),
			"nonprod is UPDATE_ROLLBACK_COMPLETE.",
		],
	])("is refused where %s", async (_, found, title) => {
		cloudformation.on(DescribeStacksCommand, source).resolves(found);
		const { exit, stdout } = await type("environments promote --json");
		expect({ exit, title: errorOf(stdout).title }).toEqual({ exit: 2, title });
	});

	it("is refused where no releases are kept", async () => {
		cloudformation.on(DescribeStacksCommand, { StackName: "hostmaster-artifacts" }).resolves(aStack("CREATE_COMPLETE"));
		const { exit, stdout } = await type("environments promote --json");
		expect({ exit, title: errorOf(stdout).title }).toEqual({
			...{ exit: 2, title: "The account has no bucket for releases." },
		});
	});
});
