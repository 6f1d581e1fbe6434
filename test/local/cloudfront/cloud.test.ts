import { setTimeout as sleep } from "node:timers/promises";
import {
	CloudFrontClient,
	CreateDistributionTenantCommand,
	DeleteDistributionTenantCommand,
	GetDistributionTenantCommand,
	GetManagedCertificateDetailsCommand,
	UpdateDistributionTenantCommand,
} from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cloud, startCloud } from "../../../local/cloud.ts";
import { createViewer } from "../../../local/demo/viewer.ts";
import { endpointsOf } from "../../../local/endpoints.ts";
import { platformDomain } from "../../../local/laptop.ts";
import { freePorts } from "../../../local/ports.ts";
import { packageStages } from "../../../scripts/package.ts";

let cloud: Cloud;
let client: CloudFrontClient;
beforeAll(async () => {
	await packageStages(["nonprod"]);
	cloud = await startCloud({ ports: await freePorts(undefined), insyncDelayMs: 100 });
	const credentials = { accessKeyId: "LOCAL222222222222", secretAccessKey: "local" };
	const endpoint = `http://127.0.0.1:${cloud.ports.aws}`;
	client = new CloudFrontClient({ endpoint, region: "us-east-1", maxAttempts: 1, credentials });
}, 120_000);
afterAll(() => cloud.close());

const hostname = "shop.acme.com";
async function until(isSo: () => Promise<boolean>): Promise<void> {
	for (let tries = 0; tries < 100 && !(await isSo()); tries++) await sleep(100);
	expect(await isSo()).toBe(true);
}
async function order(what: object): Promise<void> {
	const body = JSON.stringify(what);
	const { status } = await fetch(`http://127.0.0.1:${cloud.ports.aws}/_local/customer-dns`, { method: "POST", body });
	expect(status).toBe(200);
}
const get = (Identifier: string) => client.send(new GetDistributionTenantCommand({ Identifier }));
const update = async (Id: string, change: object) =>
	client.send(new UpdateDistributionTenantCommand({ Id, IfMatch: (await get(Id)).ETag, ...change }));

describe("in the whole cloud, by the packaged template", () => {
	it("a customer's CNAME below our name leads to the edge, which then serves the domain with a certificate of its own", async () => {
		const viewer = createViewer(await endpointsOf(cloud));
		const wanted = new CreateDistributionTenantCommand({
			...{ DistributionId: cloud.resolver.ref("MultiTenantDistribution"), Name: "shop", Enabled: true },
			...{ ConnectionGroupId: cloud.resolver.ref("ConnectionGroup"), Domains: [{ Domain: hostname }] },
			ManagedCertificateRequest: { ValidationTokenHost: "cloudfront" },
		});
		await expect(client.send(wanted)).rejects.toThrow("Could not verify Domain Name ownership");
		await order({ do: "set", name: hostname, type: "CNAME", values: [`abc123.edge.${platformDomain}`] });
		const { DistributionTenant: { Id = "" } = {} } = await client.send(wanted);
		await expect(viewer.open(hostname)).rejects.toThrow();
		const details = async () =>
			(await client.send(new GetManagedCertificateDetailsCommand({ Identifier: Id }))).ManagedCertificateDetails;
		await until(async () => (await details())?.CertificateStatus === "issued");
		const Certificate = { Arn: (await details())?.CertificateArn };
		await update(Id, { Customizations: { Certificate } });
		await until(async () => (await get(Id)).DistributionTenant?.Status === "Deployed");
		// The edge function answers, over TLS that verifies: no tenant of ours has the name.
		expect((await viewer.open(hostname)).status).toBe(404);
		await update(Id, { Enabled: false });
		await until(async () => (await get(Id)).DistributionTenant?.Status === "Deployed");
		await expect(viewer.open(hostname)).rejects.toThrow();
		await client.send(new DeleteDistributionTenantCommand({ Id, IfMatch: (await get(Id)).ETag }));
	});
});
