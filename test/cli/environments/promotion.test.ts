import {
	CreateChangeSetCommand,
	DescribeChangeSetCommand,
	DescribeStacksCommand,
	ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, HeadObjectCommand, NotFound, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { digestOf, releaseDigest } from "../../../scripts/release.ts";
import { zipKey } from "../../../scripts/release-template.ts";
import { aLandscape, aStack, noStack } from "./a-landscape.ts";

const landscape = aLandscape();
const { cloudformation, s3, type } = landscape;
const zip = "zip";
const functions = { listTenants: digestOf(zip) };
const Type = "AWS::DynamoDB::Table";
/** As it is packaged: what differs is the stage's name, and the values of named parameters. */
const templateOf = (stage: string, Code: object = { S3Key: zipKey(functions.listTenants) }) =>
	JSON.stringify({
		Parameters: { TokenIssuer: { Type: "String", Default: `https://id.${stage}.example.com` } },
		Resources: {
			Fn: { Type: "AWS::Lambda::Function", Properties: { FunctionName: `hostmaster-${stage}-fn`, Code } },
			Kept: { Type, DeletionPolicy: "Retain", Properties: { TableName: `hostmaster-${stage}-kept` } },
		},
	});
const [nonprod, prod] = [templateOf("nonprod"), templateOf("prod")];
const digest = releaseDigest(functions, nonprod, "nonprod");
const short = digest.slice(0, 12);
const release = { digest, functions, templates: { nonprod: digestOf(nonprod), prod: digestOf(prod) } };
const manifest = `releases/${digest}/release.json`;
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
		[manifest]: JSON.stringify(release),
		[zipKey(release.functions.listTenants)]: zip,
		[`templates/${release.templates.nonprod}.json`]: nonprod,
		[`templates/${release.templates.prod}.json`]: prod,
	};
	for (const [Key, text] of Object.entries(objects)) s3.on(GetObjectCommand, { Key }).resolves({ Body: bytesOf(text) });
});
afterAll(() => landscape.close());

const errorOf = (stdout: string) => JSON.parse(stdout).error;

/** Puts other templates there, each under its own digest, and a list that names them. */
function forge(texts: { nonprod: string; prod: string }, more: object = {}) {
	const templates = { nonprod: digestOf(texts.nonprod), prod: digestOf(texts.prod) };
	for (const text of Object.values(texts)) {
		s3.on(GetObjectCommand, { Key: `templates/${digestOf(text)}.json` }).resolves({ Body: bytesOf(text) });
	}
	const list = JSON.stringify({ ...release, templates, ...more });
	s3.on(GetObjectCommand, { Key: manifest }).resolves({ Body: bytesOf(list) });
}

describe("a promotion", () => {
	it("shows what would change and of which release, and changes nothing until it is told to", async () => {
		const { exit, stdout, stderr } = await type("environments promote");
		expect(exit, stderr).toBe(0);
		expect(stdout).toBe(`prod would run ${short}, with 1 resources changed. Carry it out: --yes ${short}\n`);
		expect(stderr).toContain(`Release ${digest}: 3 of its parts were not in prod yet.\n`);
		expect(stderr).toContain("\n  Modify  Fn");
		expect(cloudformation.commandCalls(ExecuteChangeSetCommand)).toEqual([]);
	});

	it("shows which values of the checkout are not those of the standing stack", async () => {
		const standing = aStack("UPDATE_COMPLETE", { Release: "e".repeat(64) });
		const Parameters = Object.entries({
			...{ TokenIssuer: "https://old.example.com", PlatformDomain: "app.example.com", ByDefault: "1" },
			...{ Release: "e".repeat(64), ArtifactBucket: "before" },
		}).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
		const Stacks = standing.Stacks.map((stack) => ({ ...stack, Parameters }));
		cloudformation.on(DescribeStacksCommand, target).resolves({ Stacks });
		landscape.write({ parameters: { TokenIssuer: "https://new.example.com" } });
		const { stderr, stdout } = await type("environments promote --json");
		expect(JSON.parse(stdout).parameters).toEqual([
			{ name: "DelegationRole", after: "" },
			{ name: "TokenIssuer", before: "https://old.example.com", after: "https://new.example.com" },
		]);
		expect(stderr).toContain('  Value   TokenIssuer  "https://old.example.com" -> "https://new.example.com"\n');
		expect(stderr).toContain('  Value   DelegationRole  none -> ""\n');
	});

	it.each([
		["its digest", digest],
		["the beginning of it", short],
	])("told by %s brings the very release over, byte by byte, the manifest last", async (_, yes) => {
		const { exit, stdout, stderr } = await type(`environments promote --yes ${yes}`);
		expect(exit, stderr).toBe(0);
		expect(stdout).toBe(`prod runs ${short}.\n`);
		const put = s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input.Key);
		expect(put).toHaveLength(4);
		expect(put.at(-1)).toBe(manifest);
		const sent = cloudformation.commandCalls(CreateChangeSetCommand, target)[0]?.args[0].input;
		expect(sent).toMatchObject({
			TemplateURL: expect.stringContaining(release.templates.prod),
			Parameters: expect.arrayContaining([{ ParameterKey: "Release", ParameterValue: digest }]),
		});
		expect(cloudformation.commandCalls(ExecuteChangeSetCommand, target)).toHaveLength(1);
	});

	it("is refused where an earlier stack has left what the new one would make", async () => {
		cloudformation.on(DescribeStacksCommand, target).rejects(noStack);
		landscape.dynamodb.on(DescribeTableCommand, { TableName: "hostmaster-prod-kept" }).resolves({});
		const { exit, stdout } = await type("environments promote --json");
		expect([exit, errorOf(stdout).detail]).toEqual([2, "hostmaster-prod-kept  AWS::DynamoDB::Table"]);
	});

	it("of what runs there already says so", async () => {
		const StatusReason = "No updates are to be performed.";
		cloudformation.on(DescribeChangeSetCommand, target).resolves({ Status: "FAILED", StatusReason });
		const { exit, stdout } = await type(`environments promote --yes ${short}`);
		expect({ exit, stdout }).toEqual({ exit: 0, stdout: `prod runs ${short} already.\n` });
	});

	it("is refused when another release runs there by now than was looked at", async () => {
		const { exit, stdout } = await type(`environments promote --yes ${"c".repeat(12)} --json`);
		expect({ exit, title: errorOf(stdout).title }).toEqual({
			...{ exit: 2, title: `nonprod runs release ${short} by now, and not cccccccccccc.` },
		});
		expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
		expect(cloudformation.commandCalls(CreateChangeSetCommand)).toEqual([]);
	});

	it.each([["--yes"], [`--yes ${digest.slice(0, 11)}`], ["--yes prod"], [`--yes ${digest}0`]])(
		"is refused, before anything is asked, with %s, which tells no release",
		async (yes) => {
			const { exit } = await type(`environments promote ${yes}`);
			expect(exit).toBe(2);
			expect(landscape.sts.calls()).toEqual([]);
		},
	);

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

describe("a promotion copies nothing, and plans nothing, when", () => {
	const evil = { S3Key: zipKey(digestOf("evil")) };
	const change = (stage: string) => templateOf(stage).replace("AWS::Lambda::Function", "AWS::Lambda::Other");
	it.each<[string, () => void, RegExp]>([
		[
			"the list is no list",
			() => s3.on(GetObjectCommand, { Key: manifest }).resolves({ Body: bytesOf("{") }),
			/list is none/,
		],
		[
			"the list is of another release",
			() => forge({ nonprod, prod }, { digest: "c".repeat(64) }),
			/^Its list is of release c{64}\.$/,
		],
		[
			"one stage's template is of another release",
			() => forge({ nonprod, prod: change("prod") }),
			/^The template of prod is of another release\.$/,
		],
		[
			"the templates of all stages are of another release",
			() => forge({ nonprod: change("nonprod"), prod: change("prod") }),
			/^The list of functions, or the templates of all stages, are of another release\.$/,
		],
		[
			"the templates take another zip",
			() => forge({ nonprod: templateOf("nonprod", evil), prod: templateOf("prod", evil) }),
			/^The template takes another zip than the list says for listTenants\.$/,
		],
		[
			"templates and list agree on another zip",
			() =>
				forge(
					{ nonprod: templateOf("nonprod", evil), prod: templateOf("prod", evil) },
					{ functions: { listTenants: digestOf("evil") } },
				),
			/^The list of functions, or/,
		],
		["a template is none", () => forge({ nonprod, prod: "no template" }), /another zip than the list says/],
	])("%s", async (_, plant, detail) => {
		plant();
		const { exit, stdout } = await type(`environments promote --yes ${short} --json`);
		expect({ exit, error: errorOf(stdout) }).toEqual({
			exit: 1,
			error: {
				title: `What lies in b as release ${short} is not that release.`,
				detail: expect.stringMatching(detail),
				fix: expect.stringContaining("Nothing was copied."),
			},
		});
		expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
		expect(cloudformation.commandCalls(CreateChangeSetCommand, target)).toEqual([]);
	});

	it.each([
		["a zip was changed since", zipKey(functions.listTenants)],
		["a template was changed since", `templates/${release.templates.prod}.json`],
	])("%s", async (_, Key) => {
		s3.on(GetObjectCommand, { Key }).resolves({ Body: bytesOf("other") });
		const { exit, stdout } = await type("environments promote --json");
		expect({ exit, title: errorOf(stdout).title }).toEqual({
			exit: 1,
			title: `${Key} in b is not what its name says.`,
		});
		expect(cloudformation.commandCalls(CreateChangeSetCommand, target)).toEqual([]);
	});

	it("what lies in the target already is something else", async () => {
		s3.on(HeadObjectCommand, { Key: zipKey(functions.listTenants) }).resolves({ ChecksumSHA256: "AAAA" });
		const { exit, stdout } = await type("environments promote --json");
		expect({ exit, title: errorOf(stdout).title }).toEqual({
			...{ exit: 1, title: `${zipKey(functions.listTenants)} in b is not what its name says.` },
		});
		expect(cloudformation.commandCalls(CreateChangeSetCommand, target)).toEqual([]);
	});
});
