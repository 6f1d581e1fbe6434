import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { deployInto } from "../../local/cloud.ts";
import { apexDomain, awsEndpoint } from "../../local/laptop.ts";
import { packageStages } from "../../scripts/package.ts";
import { registrarTemplate } from "../../scripts/package-registrar.ts";
import { aWorld, type World } from "../local/world/a-world.ts";

const functionName = "hostmaster-registrar-checkRegistrations";
const apex = { name: apexDomain, certificateAuthorities: ["amazon.com"], sendsMail: false };
const reportSchema = z.object({
	domains: z.array(z.object({ name: z.string(), daysToExpiry: z.number() })),
	findings: z.array(z.object({ kind: z.string(), stage: z.string(), message: z.string() })),
});

let world: World;
beforeAll(async () => {
	await packageStages(["nonprod"], () => {});
	world = await aWorld([]);
	const resolvers = ["127.0.0.1", "127.0.53.53"].map((host) => `${host}:${world.ports.registrar.dns}`);
	await deployInto(world.account("registrar"), {
		stackName: "hostmaster-registrar",
		template: JSON.stringify(
			registrarTemplate({ apexes: [{ ...apex, registeredAt: "route53-domains" }], delegations: [] }),
		),
		parameters: { ArtifactBucket: "hostmaster-artifacts", Resolvers: resolvers.join(",") },
	});
});
afterAll(() => world.close());

const turn = (name: string, body: object) =>
	fetch(`${awsEndpoint(world.ports.registrar)}/_local/${name}`, { method: "POST", body: JSON.stringify(body) });

/** Runs the function as deployed, under its own role. */
async function check() {
	const answer = await world.account("registrar").lambda.invoke(functionName, {});
	if (!answer.ok) throw new Error(`${answer.errorType}: ${answer.errorMessage}`);
	return reportSchema.parse(answer.payload);
}
const found = async () => (await check()).findings.map(({ kind, stage }) => `${kind} ${stage}`);
/** Calls of its events so far. */
const putEvents = async () => {
	const counts = await fetch(`${awsEndpoint(world.ports.registrar)}/_local/counts`);
	const { calls } = z.object({ calls: z.record(z.string(), z.number()) }).parse(await counts.json());
	return calls["events.PutEvents"] ?? 0;
};

describe("the registrar's account, as it is deployed", () => {
	it("finds a registration in order, and asks all that there is to ask", async () => {
		expect(await check()).toEqual({ domains: [{ name: apexDomain, daysToExpiry: expect.any(Number) }], findings: [] });
	});

	it("finds what is wrong with it, and tells each of it once", async () => {
		await turn("registration", { domain: apexDomain, autoRenew: false, daysLeft: 29.5, contact: "PENDING" });
		await turn("register", { domain: apexDomain, nameServers: ["ns-1.awsdns-15.com"] });
		await world.flush();
		expect(await found()).toEqual(["expiry 30-days", "auto-renew open", "contacts open", "name-servers open"]);
		expect(await putEvents()).toBe(4);
		await found();
		expect(await putEvents()).toBe(4);
	});

	it("finds a chain of trust that leads nowhere", async () => {
		await turn("registration", { domain: apexDomain });
		await turn("register", { domain: apexDomain, ds: ["370 13 2 BE74359954660069D5C63D200C39F5603827D7DD"] });
		await world.flush();
		const { findings } = await check();
		expect(findings).toMatchObject([
			{ kind: "dnssec", message: expect.stringContaining("(DS 370), and it is not signed") },
		]);
		await turn("register", { domain: apexDomain });
		await world.flush();
		expect(await found()).toEqual([]);
	});

	it("has a role that allows what it does, and nothing more", () => {
		const rights = world.account("registrar").iam.rights();
		const unused = rights.filter(({ statement, used }) => used === 0 && !/Logs|Tracing/.test(statement));
		expect(unused).toEqual([]);
		expect(rights.length).toBeGreaterThan(10);
	});
});
