import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createContext } from "../../../cli/context.ts";
import type { Landscape } from "../../../cli/environments/landscape.ts";
import { registrarSteps } from "../../../cli/environments/registrar.ts";
import { takeSteps } from "../../../cli/environments/steps.ts";
import { accounts } from "../../../local/laptop.ts";
import type { Registrar } from "../../../scripts/registrar-values.ts";
import { aDeployer, type Deployer } from "./a-deployer.ts";

let deployer: Deployer;
beforeAll(async () => {
	deployer = await aDeployer();
});
afterAll(() => deployer.close());

const apex: Registrar["apexes"][number] = {
	...{ name: "hostmaster.test", certificateAuthorities: ["amazon.com"], sendsMail: false },
	registeredAt: "route53-domains",
};
const delegation = (stage: string) => ({
	...{ name: `app.${stage}.hostmaster.test`, account: accounts.prod, stack: `hostmaster-${stage}` },
});

/** Takes the steps of `registrar deploy`; answers how each of the last two ended, and the progress. */
async function deploy(...delegations: Registrar["delegations"]) {
	const told: string[] = [];
	const silent = { write: () => {} };
	const context = createContext(
		{
			...{ env: {}, directory: "/nowhere", stdin: (async function* () {})(), stdout: silent },
			...{ stderr: { write: (text: string) => told.push(text.trim()) }, now: Date.now, pause: () => Promise.resolve() },
		},
		() => ({}),
		() => {},
	);
	const { account } = deployer;
	const landscape: Landscape = {
		...{ where: "here", isHere: true },
		registrar: {
			...{ accountId: accounts.nonprod, account, values: { apexes: [apex], delegations } },
			...{ parameters: {}, unset: [] },
		},
		environment: () => {
			throw new Error("There is none.");
		},
	};
	const ends = await takeSteps(registrarSteps(landscape, context), context);
	return { ends: ends.slice(1).map(({ detail }) => detail), told };
}

describe("the command's own steps", () => {
	it("make the bucket from YAML and the registrar's stack from the bucket, with every record of an apex", async () => {
		const { ends } = await deploy(delegation("nonprod"));
		expect(ends).toEqual([expect.stringMatching(/artifacts/), "1 apexes, 1 delegations"]);
		const { route53, s3 } = deployer.opened.account;
		const [zone] = route53.hosted();
		const records = route53.records(zone?.id ?? "").map(({ name, type }) => `${name} ${type}`);
		expect(records).toEqual(
			expect.arrayContaining(["hostmaster.test. CAA", "hostmaster.test. MX", "hostmaster.test. TXT"]),
		);
		expect(s3.buckets.keys(ends[0] ?? "", "templates/")).toHaveLength(1);
	});

	it("change nothing the second time", async () => {
		expect((await deploy(delegation("nonprod"))).ends).toEqual([
			expect.stringMatching(/artifacts/),
			"hostmaster-registrar is so already",
		]);
	});

	it("tell what another delegation adds before it is added", async () => {
		const { ends, told } = await deploy(delegation("nonprod"), delegation("prod"));
		expect(ends[1]).toBe("1 apexes, 2 delegations");
		const plan = told.filter((line) => /^(?:Add|Modify|Remove) /.test(line));
		expect(plan).toEqual([expect.stringMatching(/^Add {5}\w+ {2}AWS::IAM::Role$/)]);
		expect(told.some((line) => /^CREATE_COMPLETE +\w+ AWS::IAM::Role$/.test(line))).toBe(true);
	});
});
