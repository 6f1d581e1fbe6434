import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployInto } from "../../../local/cloud.ts";
import { createClient, eventually } from "../../../local/demo/client.ts";
import { createViewer } from "../../../local/demo/viewer.ts";
import { endpointsOf } from "../../../local/endpoints.ts";
import { apexDomain, laptopParameters, surroundingsOf } from "../../../local/laptop.ts";
import { packageStages, templateFile } from "../../../scripts/package.ts";
import { aWorld, aZone, type World } from "./a-world.ts";

const surroundings = surroundingsOf("nonprod");
const { platformDomain } = surroundings;

let world: World;
beforeAll(async () => {
	await packageStages(["nonprod"], () => {});
	world = await aWorld(["nonprod"]);
}, 120_000);
afterAll(() => world.close());

function deploy(more: Record<string, string> = {}, hear: (step: string) => void = () => {}) {
	const { authority } = world.account("nonprod");
	return deployInto(world.account("nonprod"), {
		stackName: "hostmaster-nonprod",
		template: readFileSync(templateFile("nonprod"), "utf8"),
		parameters: {
			...laptopParameters(world.ports.nonprod, authority.certificatePem, surroundings),
			...{ ApexDomain: apexDomain, DelegationRole: "", ...more },
		},
		report: ({ logicalId, status }) => hear(`${logicalId} ${status}`),
	});
}

async function reach() {
	const { tokens, authority } = world.account("nonprod");
	const reachable = { ports: world.ports.nonprod, tokens, authorityFile: authority.certificateFile };
	return await endpointsOf(reachable, surroundings, world.account("nonprod").dns.host);
}

describe("an environment's account", () => {
	it("takes the packaged stack, whose certificate is not issued before the registrar delegates", async () => {
		const steps: string[] = [];
		const deploying = deploy({}, (step) => steps.push(step));
		const zone = await eventually("The zone", 20_000, () =>
			Promise.resolve(world.account("nonprod").route53.hosted()[0]),
		);
		await eventually("The certificate's turn", 20_000, () =>
			Promise.resolve(steps.includes("WildcardCertificate CREATE_IN_PROGRESS") || undefined),
		);
		expect(steps).not.toContain("WildcardCertificate CREATE_COMPLETE");
		await world.deploy("registrar", { Apex: aZone(apexDomain) });
		const delegation = { name: platformDomain, type: "NS" as const, ttlSeconds: 300, values: zone.nameServers };
		world.account("registrar").route53.setRecord(delegation);
		await deploying;
		expect(steps).toContain("WildcardCertificate CREATE_COMPLETE");
		expect(world.account("nonprod").stacks.get("hostmaster-nonprod")).toMatchObject({ status: "deployed" });
	}, 60_000);

	it("serves tenants at its own address, found by whoever follows the delegation", async () => {
		const endpoints = await reach();
		const client = createClient(endpoints);
		const { tenant, operation } = await client.createTenant(client.newTenant("acme"));
		expect(await client.follow(operation.operationId, 20_000, () => {})).toMatchObject({ status: "succeeded" });
		expect(await world.resolver.resolve4(`acme.${platformDomain}`)).toEqual([world.account("nonprod").dns.host]);
		expect(await createViewer(endpoints).open(tenant.hostname)).toMatchObject({
			status: 200,
			tenantId: tenant.tenantId,
		});
	}, 30_000);

	it("takes an update: functions see the new values, and what the tenants have is kept", async () => {
		await deploy({ AllowedOrigins: "elsewhere.test" });
		const client = createClient(await reach());
		const refused = await client.createTenant(client.newTenant("globex")).catch((error: unknown) => error);
		expect(String(refused)).toContain("origin");
		expect(process.env["ALLOWED_ORIGINS"]).toBe("elsewhere.test");
		expect(await createViewer(await reach()).open(`acme.${platformDomain}`)).toMatchObject({ status: 200 });
	}, 30_000);

	it("is empty again when its stack is taken down, but for what is retained", async () => {
		await world.account("nonprod").stacks.remove("hostmaster-nonprod");
		const { api } = await reach();
		await expect(fetch(`${api}/v1/openapi.json`)).rejects.toThrow("fetch failed");
		expect(world.account("nonprod").lambda.functions()).toEqual([]);
		expect(world.account("nonprod").sqs.depth()).toEqual([]);
		expect(world.account("nonprod").route53.hosted()).toMatchObject([{ name: `${platformDomain}.` }]);
	}, 30_000);
});
