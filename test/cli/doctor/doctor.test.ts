import { DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { areas } from "../../../domain/diagnosis.ts";
import { accountIds, noStack } from "../environments/a-landscape.ts";
import { aHealthyWorld } from "./a-healthy-world.ts";

let world: Awaited<ReturnType<typeof aHealthyWorld>>;
beforeAll(async () => {
	world = await aHealthyWorld();
});
beforeEach(() => world.reset());
afterEach(() => world.quiet());
afterAll(() => world.close());

describe("doctor", () => {
	it("ends with 0 where all is as it was designed, and says so in a table", async () => {
		await world.says();
		const { exit, stdout, stderr } = await world.landscape.type("doctor");
		expect(exit, stdout).toBe(0);
		expect(stdout).toMatch(/^AREA +WHERE +IS +WHAT +WHO +DO\n/);
		expect(stdout).toMatch(/\nstack +nonprod +ok\n/);
		expect(stdout).toMatch(
			/\ncookies +prod +advice +One tenant's page can set cookies for app\.example\.com.* operator /,
		);
		expect(stdout).toMatch(/\n\nAll is as it was designed\.\n$/);
		expect(stderr).toMatch(/^Looking at \d+ things on the embedded cloud of this machine\.\n$/);
		const { advice, lookedAt, findings, unknown } = await world.doctor();
		expect({ advice: advice.length, findings, unknown }).toEqual({ advice: 2, findings: [], unknown: [] });
		expect(new Set(lookedAt.map(({ area }: { area: string }) => area))).toEqual(new Set(areas));
	});

	it("tells how it stands, at the side of what is in order", async () => {
		await world.says();
		const { stdout } = await world.landscape.type("doctor --env prod");
		expect(stdout).toMatch(/\nedge +prod +ok +It runs arn:aws:lambda:us-east-1:1:function:routeTenant:7\.\n/);
		expect(stdout).toMatch(/\nmap +prod +ok +The tenant map has no replica\.\n/);
		expect(stdout).toMatch(/\nquotas +prod +ok +hosted zones: 1 of 500 are used\.\nquotas +prod +records of app\./);
		const { notes } = await world.doctor(" --env prod");
		expect(notes).toEqual(
			expect.arrayContaining([
				"quotas prod: records of app.example.com: 1 of 10000 are used.",
				"quotas prod: certificates: 1 of 2500 are used.",
				"quotas prod: distribution tenants: 0 of 10000 are used.",
			]),
		);
	});

	it("looks at one environment and the registrar when it is asked to", async () => {
		await world.says({ without: "prod" });
		const { exit, lookedAt } = await world.doctor(" --env nonprod");
		const places = new Set(lookedAt.map(({ where }: { where: string }) => where));
		expect({ exit, places: [...places].toSorted() }).toEqual({ exit: 0, places: ["nonprod", "registrar"] });
	});

	it("ends with 1 for a fault, also where something could not be asked", async () => {
		await world.says({ api: "drop" });
		world.landscape.cloudformation.on(DescribeStacksCommand, { StackName: "hostmaster-prod" }).rejects(noStack);
		const { exit, findings, unknown } = await world.doctor();
		expect({ exit, findings }).toEqual({ exit: 1, findings: ["stack prod: prod is not onboarded."] });
		expect(unknown).toContain("certificate prod: prod has no stack.");
		const { stdout } = await world.landscape.type("doctor");
		expect(stdout).toMatch(
			/\nstack +prod +fault +prod is not onboarded\. +operator +hostmaster environments onboard prod\n/,
		);
		expect(stdout).toMatch(/\nhostnames +nonprod +unknown +http.* does not answer/);
		expect(stdout).toMatch(/\n\n1 faults, \d+ could not be asked\.\n$/);
	});

	it("asks DNS for each environment as that one asks, and leaves its own process as it was", async () => {
		await world.says();
		const before = { ...process.env };
		expect((await world.doctor()).exit).toBe(0);
		expect(process.env).toEqual(before);
	});

	it("does not call broken what another account has not", async () => {
		await world.says();
		world.landscape.sts.on(GetCallerIdentityCommand).resolves({ Account: accountIds.nonprod });
		const { exit, findings, unknown } = await world.doctor();
		expect({ exit, findings }).toEqual({ exit: 3, findings: [] });
		const [areasOf, reasons] = [0, 1].map((at) => unknown.map((text) => text.split(": ")[at]));
		expect(new Set(reasons)).toEqual(
			new Set(
				[`the registrar belongs to ${accountIds.registrar}`, `prod belongs to ${accountIds.prod}`].map(
					(what) => `These credentials are for account ${accountIds.nonprod}, and ${what}.`,
				),
			),
		);
		const ofProd = ["certificate", "delegation", "dnssec", "edge", "map", "quarantine", "quotas", "stack", "tags"];
		const ofRegistrar = ["apex", "delegation", "dnssec", "registration"];
		expect([...new Set(areasOf)].toSorted()).toEqual(
			[
				...[...ofProd, "template"].map((area) => `${area} prod`),
				...ofRegistrar.map((area) => `${area} registrar`),
				"parity nonprod, prod",
			].toSorted(),
		);
	});
});
