import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { delegationRoleArn } from "../../../domain/registrar.ts";
import { accountIds, aLandscape, aStack, domains } from "./a-landscape.ts";

const landscape = aLandscape();
const { cloudformation, sts, type } = landscape;
beforeEach(() => {
	landscape.reset();
	landscape.write();
});
afterAll(() => landscape.close());

const release = "a".repeat(64);
const errorOf = (stdout: string) => JSON.parse(stdout).error;

describe("the list of environments", () => {
	it("is a table of how each stack stands, and a document with the same", async () => {
		cloudformation
			.on(DescribeStacksCommand, { StackName: "hostmaster-nonprod" })
			.resolves(aStack("UPDATE_COMPLETE", { Release: release }));
		const { exit, stdout } = await type("environments list");
		expect(exit).toBe(0);
		expect(stdout.trimEnd().split("\n")).toEqual([
			expect.stringMatching(/^ENVIRONMENT {2}ACCOUNT {7}DOMAIN {19}STATUS {11}RELEASE {7}API$/),
			expect.stringMatching(/^nonprod {6}222222222222 {2}app\.nonprod\.example\.com {2}UPDATE_COMPLETE {2}/),
			expect.stringMatching(/^prod {9}333333333333 {2}app\.example\.com {10}not onboarded$/),
		]);
		const { environments } = JSON.parse((await type("environments list --json")).stdout);
		expect(environments).toMatchObject([
			{ environment: "nonprod", accountId: accountIds.nonprod, domain: domains.nonprod, status: "UPDATE_COMPLETE" },
			{ environment: "prod", status: "not onboarded" },
		]);
	});

	it("does not call an environment missing that is another account's: nobody knows then", async () => {
		sts.on(GetCallerIdentityCommand).resolves({ Account: accountIds.nonprod });
		const { exit, stdout, stderr } = await type("environments list --json");
		const statuses = JSON.parse(stdout).environments.map(({ status }: { status: string }) => status);
		expect({ exit, statuses }).toEqual({ exit: 0, statuses: ["not onboarded", "unknown"] });
		expect(stderr).toContain("for account 222222222222, and prod belongs to 333333333333");
		sts.on(GetCallerIdentityCommand).resolves({ Account: "999999999999" });
		expect((await type("environments list")).exit).toBe(3);
	});

	it.each([
		["no credentials work", new Error("Could not load credentials"), "Could not load credentials"],
		["something else than an error is thrown", Object.assign(new Error(""), { name: "ExpiredToken" }), ""],
	])("could not be asked when %s", async (_, error, detail) => {
		sts.on(GetCallerIdentityCommand).rejects(error);
		const { exit, stdout } = await type("environments list --json");
		expect({ exit, error: errorOf(stdout) }).toMatchObject({
			exit: 3,
			error: { title: "No AWS credentials that work for nonprod.", detail },
		});
	});

	it.each([
		["an outage", Object.assign(new Error("down"), { $fault: "server" }), "CloudFormation did not answer."],
		["missing rights", Object.assign(new Error("no"), { name: "AccessDenied", $metadata: {} }), "AccessDenied: no"],
		["a profile without keys", Object.assign(new Error("no"), { name: "CredentialsProviderError" }), "Credentials"],
		["a defect", new TypeError("x is undefined"), "This is a defect of the command."],
	])("could not be asked for %s", async (_, error, title) => {
		cloudformation.on(DescribeStacksCommand).rejects(error);
		const { exit, stdout } = await type("environments list --json");
		expect(exit).toBe(3);
		expect(errorOf(stdout).title).toContain(title);
	});
});

describe("on AWS", () => {
	it("placeholders are refused before anything is asked, each with where to set it", async () => {
		const { exit, stdout } = await type("environments onboard nonprod --aws --json");
		expect(exit).toBe(2);
		expect(errorOf(stdout).title).toMatch(
			/^accounts\.registrar, accounts\.nonprod, nonprod\.PlatformDomain, .*: still a placeholder\.$/,
		);
		expect(errorOf(stdout).fix).toContain("infra/stages.yml");
		expect(sts.calls()).toEqual([]);
	});

	it("the registrar's are as well, apexes and delegations by their place in the file", async () => {
		const { exit, stdout, stderr } = await type("registrar deploy --aws --json");
		expect(exit).toBe(2);
		expect(stderr).toContain("Deploying the registrar on AWS.\n");
		const delegations = [0, 1].flatMap((at) => ["name", "account"].map((of) => `registrar.delegations.${at}.${of}`));
		const names = [
			"accounts.registrar",
			"accounts.nonprod",
			"accounts.prod",
			"registrar.apexes.0.name",
			...delegations,
		];
		expect(errorOf(stdout)).toEqual({
			title: `${names.join(", ")}: still a placeholder.`,
			fix: expect.stringContaining("infra/stages.yml"),
		});
		expect(sts.calls()).toEqual([]);
	});
});

describe("in the world of this machine", () => {
	it("another account than the stage's is refused, and so are no credentials", async () => {
		sts.on(GetCallerIdentityCommand).resolves({});
		const { exit, stderr } = await type("registrar deploy");
		expect(exit).toBe(2);
		expect(stderr).toMatch(/Deploying the registrar on .*account: These credentials are for account \(unknown\)/s);
		expect(cloudformation.calls()).toEqual([]);
	});

	it("an environment that does not run is named, and so is what starts it", async () => {
		landscape.write({ without: "prod" });
		const { exit, stderr } = await type("environments remove prod --confirm prod");
		expect(exit).toBe(2);
		expect(stderr).toContain("npm start -- --environments prod");
	});

	it("an account that is not the environment's is refused before anything is made", async () => {
		sts.on(GetCallerIdentityCommand).resolves({ Account: accountIds.prod, Arn: "arn" });
		const { exit, stdout } = await type("environments onboard nonprod --json");
		expect(exit).toBe(2);
		expect(errorOf(stdout)).toMatchObject({
			title: "account: These credentials are for account 333333333333, and nonprod belongs to 222222222222.",
			fix: expect.stringContaining("Nothing was changed."),
		});
		expect(cloudformation.calls()).toEqual([]);
	});

	it.each([
		["another role", "arn:aws:iam::111111111111:role/other", {}, /nonprod\.DelegationRole is arn.*role\/other, and/],
		[
			"another account's name",
			delegationRoleArn(accountIds.registrar, "app.other.example.com"),
			{ PlatformDomain: "app.other.example.com" },
			/app\.other\.example\.com is delegated to nobody/,
		],
		[
			"the other environment's name",
			delegationRoleArn(accountIds.registrar, domains.prod),
			{ PlatformDomain: domains.prod },
			/app\.example\.com is delegated to account 333333333333/,
		],
	])("%s than the registrar delegates is refused before anything is made", async (_, DelegationRole, more, detail) => {
		landscape.write({ parameters: { DelegationRole, ...more } });
		const { exit, stdout } = await type("environments onboard nonprod --json");
		expect(exit).toBe(2);
		expect(errorOf(stdout)).toMatchObject({
			title: expect.stringMatching(/^delegation role: The registrar does not delegate/),
			detail: expect.stringMatching(detail),
		});
		expect(cloudformation.calls()).toEqual([]);
	});

	it("a file of its that is no such file is a defect, which is told", async () => {
		const file = join(landscape.directory, ".hostmaster", "world.json");
		expect(existsSync(file)).toBe(true);
		writeFileSync(file, "{}");
		expect((await type("environments list")).exit).toBe(3);
	});
});

describe("a command line", () => {
	it.each([
		["an environment that is none", "environments onboard staging"],
		["no environment", "environments remove --confirm prod"],
		["no confirmation", "environments remove prod"],
		["another confirmation", "environments remove prod --confirm nonprod"],
		["one environment twice", "environments promote --from prod --to prod"],
		["no verb", "registrar"],
		["an environment that is none", "doctor --env staging"],
	])("is refused with %s", async (_, line) => {
		const { exit, stderr } = await type(line);
		expect(exit, stderr).toBe(2);
		expect(sts.calls()).toEqual([]);
	});
});
