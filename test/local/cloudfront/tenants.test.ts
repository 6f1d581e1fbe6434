import {
	CloudFrontServiceException,
	CreateDistributionTenantCommand,
	type CreateDistributionTenantCommandInput,
	CreateInvalidationForDistributionTenantCommand,
	DeleteDistributionTenantCommand,
	GetConnectionGroupByRoutingEndpointCommand,
	GetConnectionGroupCommand,
	GetDistributionTenantByDomainCommand,
	GetDistributionTenantCommand,
	GetManagedCertificateDetailsCommand,
	ListDistributionTenantsCommand,
	ListDomainConflictsCommand,
	UpdateDistributionTenantCommand,
	UpdateDomainAssociationCommand,
	VerifyDnsConfigurationCommand,
} from "@aws-sdk/client-cloudfront";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aCloudFrontWorld, type CloudFrontWorld, connectionGroupId, distributionId, routingEndpoint } from "./world.ts";

let world: CloudFrontWorld;
beforeEach(async () => {
	world = await aCloudFrontWorld();
});
afterEach(() => world.close());

const shop = "shop.app.example.com";
const named = (error: unknown) => (error instanceof CloudFrontServiceException ? error.name : String(error));
const refusal = (call: Promise<unknown>) => call.then(() => "done", named);

function create(changes: Partial<CreateDistributionTenantCommandInput> = {}, client = world.client) {
	const wanted = { DistributionId: distributionId, ConnectionGroupId: connectionGroupId, Name: "shop" };
	return client.send(
		new CreateDistributionTenantCommand({ ...wanted, Domains: [{ Domain: shop }], Enabled: true, ...changes }),
	);
}
const managed = { ManagedCertificateRequest: { ValidationTokenHost: "cloudfront" as const } };
const withCertificate = (Arn: string) => ({ Customizations: { Certificate: { Arn } } });
const get = (Identifier: string) => world.client.send(new GetDistributionTenantCommand({ Identifier }));
async function update(id: string, change: object): Promise<void> {
	const { ETag } = await get(id);
	await world.client.send(new UpdateDistributionTenantCommand({ Id: id, IfMatch: ETag, ...change }));
}
const idOf = (made: { DistributionTenant?: { Id?: string | undefined } | undefined }) =>
	made.DistributionTenant?.Id ?? "";

describe("a distribution tenant with CloudFront's own certificate", () => {
	it("is refused until DNS points at the edge, asked for real", async () => {
		expect(await refusal(create(managed))).toBe("InvalidArgument");
		world.point(shop, "elsewhere");
		await expect(create(managed)).rejects.toThrow("Could not verify Domain Name ownership");
		world.point(shop, "edge");
		expect((await create(managed)).DistributionTenant).toMatchObject({
			...{ Status: "InProgress", Enabled: true, Domains: [{ Domain: shop, Status: "inactive" }] },
			...{ DistributionId: distributionId, ConnectionGroupId: connectionGroupId },
		});
	});

	it("gets it, is served with it once it is attached and deployed, and then counts as in use", async () => {
		world.point(shop, "edge");
		const id = idOf(await create(managed));
		const details = async () =>
			(await world.client.send(new GetManagedCertificateDetailsCommand({ Identifier: id }))).ManagedCertificateDetails;
		expect(await details()).toMatchObject({
			CertificateStatus: "pending-validation",
			ValidationTokenHost: "cloudfront",
		});
		const before = (await get(id)).ETag;
		for (let step = 0; step < 50 && (await details())?.CertificateStatus !== "issued"; step++) await world.pass(250);
		const arn = (await details())?.CertificateArn ?? "";
		// CloudFront wrote the tenant meanwhile, so that the version from before is an old one.
		const late = new UpdateDistributionTenantCommand({ Id: id, IfMatch: before, ...withCertificate(arn) });
		expect(await refusal(world.client.send(late))).toBe("PreconditionFailed");
		expect(world.cloudFront().servedAt(shop)).toBeUndefined();
		await update(id, withCertificate(arn));
		expect(world.cloudFront().servedAt(shop)).toBeUndefined();
		await world.pass(1_000);
		expect(world.cloudFront().servedAt(shop)).toEqual({ domain: shop, certificateArn: arn });
		const { DistributionTenant } = await world.client.send(new GetDistributionTenantByDomainCommand({ Domain: shop }));
		expect(DistributionTenant).toMatchObject({ Status: "Deployed", Domains: [{ Status: "active" }] });
		expect(() => world.acm().removeStackCertificate(arn)).toThrow("in use");
	});
});

describe("a distribution tenant with a certificate of the account", () => {
	it("needs no DNS, but a certificate that is issued and covers its domains", async () => {
		const arn = await world.issued(shop);
		const Domains = [{ Domain: "other.app.example.com" }];
		expect(await refusal(create({ ...withCertificate(arn), Domains }))).toBe("InvalidViewerCertificate");
		expect(await refusal(create(withCertificate(`${arn}0`)))).toBe("InvalidViewerCertificate");
		await create(withCertificate(arn));
		await world.pass(1_000);
		expect(world.cloudFront().servedAt(shop)?.certificateArn).toBe(arn);
	});

	it("of a wildcard answers for one label, after a tenant of the name itself", async () => {
		const [wild, own] = [await world.issued("*.app.example.com"), await world.issued(shop)];
		await create({ ...withCertificate(wild), Name: "wild", Domains: [{ Domain: "*.app.example.com" }] });
		await create(withCertificate(own));
		await world.pass(1_000);
		const { servedAt } = world.cloudFront();
		expect([servedAt("any.app.example.com")?.certificateArn, servedAt(shop)?.certificateArn]).toEqual([wild, own]);
		expect(servedAt("a.b.app.example.com")).toBeUndefined();
	});

	it("is served as before until a change is everywhere, and goes on in the next process", async () => {
		const id = idOf(await create(withCertificate(await world.issued(shop))));
		await world.pass(1_000);
		await update(id, { Enabled: false });
		expect(world.cloudFront().servedAt(shop)).toBeDefined();
		await world.pass(1_000);
		expect(world.cloudFront().servedAt(shop)).toBeUndefined();
		world.restart();
		expect((await get(id)).DistributionTenant).toMatchObject({ Enabled: false, Domains: [{ Status: "inactive" }] });
		expect(await refusal(create({ ...managed, Name: "again" }))).toBe("CNAMEAlreadyExists");
	});

	it("is deleted only when it is disabled everywhere, and lets its certificate go then", async () => {
		const arn = await world.issued(shop);
		const id = idOf(await create(withCertificate(arn)));
		const remove = async () => {
			const { ETag } = await get(id);
			await world.client.send(new DeleteDistributionTenantCommand({ Id: id, IfMatch: ETag }));
		};
		expect(await refusal(remove())).toBe("ResourceNotDisabled");
		await update(id, { Enabled: false });
		expect(await refusal(remove())).toBe("ResourceNotDisabled");
		await world.pass(1_000);
		await remove();
		expect(await refusal(get(id))).toBe("EntityNotFound");
		world.acm().removeStackCertificate(arn);
	});
});

describe("what a tenant may not be", () => {
	it.each([
		["of a distribution that is not there", { DistributionId: "E0" }, "EntityNotFound"],
		["of one that takes no tenants", { DistributionId: "E1POOLED" }, "InvalidArgument"],
		["in a connection group that is not there", { ConnectionGroupId: "cg_0" }, "EntityNotFound"],
		["of a name that another distribution has", { Domains: [{ Domain: "*.pool.test" }] }, "CNAMEAlreadyExists"],
		[
			"of more than 100 domains",
			{ Domains: Array.from({ length: 101 }, (_, at) => ({ Domain: `${at}.app.example.com` })) },
			"EntityLimitExceeded",
		],
		[
			"of more than 5 parameters",
			{ Parameters: Array.from({ length: 6 }, (_, at) => ({ Name: `p${at}`, Value: "x" })) },
			"EntityLimitExceeded",
		],
	])("%s", async (_, changes, error) => {
		world.point(shop, "edge");
		expect(await refusal(create(changes))).toBe(error);
	});

	it("of a domain that another account has, here or elsewhere, until it lets it go", async () => {
		world.point(shop, "edge");
		await create(managed, world.clientOf("333333333333"));
		expect(await refusal(create(managed))).toBe("CNAMEAlreadyExists");
		const other = "other.app.example.com";
		world.point(other, "edge");
		const order = (on: boolean) => world.cloudFront().switches["elsewhere"]?.turn({ domain: other, on });
		order(true);
		world.restart();
		expect(await refusal(create({ Domains: [{ Domain: other }] }))).toBe("CNAMEAlreadyExists");
		order(false);
		await create({ Domains: [{ Domain: other }] });
	});
});

describe("a domain", () => {
	it("moves to a tenant with a certificate for it once its own is disabled", async () => {
		const arn = await world.issued("*.app.example.com");
		const source = idOf(await create(withCertificate(arn)));
		const Domains = [{ Domain: "new.app.example.com" }];
		const target = idOf(await create({ ...withCertificate(arn), Name: "target", Domains }));
		const conflicts = new ListDomainConflictsCommand({
			Domain: shop,
			DomainControlValidationResource: { DistributionTenantId: target },
		});
		expect((await world.client.send(conflicts)).DomainConflicts).toMatchObject([
			{ Domain: shop, ResourceType: "distribution-tenant", AccountId: "******222222" },
		]);
		const move = async () =>
			world.client.send(
				new UpdateDomainAssociationCommand({
					...{ Domain: shop, TargetResource: { DistributionTenantId: target } },
					IfMatch: (await get(target)).ETag,
				}),
			);
		expect(await refusal(move())).toBe("InvalidArgument");
		await update(source, { Enabled: false });
		await world.pass(1_000);
		expect(await move()).toMatchObject({ Domain: shop, ResourceId: target });
		await world.pass(1_000);
		expect(world.cloudFront().servedAt(shop)).toBeDefined();
		expect((await get(source)).DistributionTenant?.Domains ?? []).toEqual([]);
	});

	it.each([
		["valid-configuration", () => world.point(shop, "edge")],
		["invalid-configuration", () => world.point(shop, "elsewhere")],
		["unknown-configuration", () => world.setServfail(shop, true)],
	])("has DNS that is a %s", async (status, arrange) => {
		const id = idOf(await create(withCertificate(await world.issued(shop))));
		arrange();
		const { DnsConfigurationList } = await world.client.send(new VerifyDnsConfigurationCommand({ Identifier: id }));
		expect(DnsConfigurationList).toMatchObject([{ Domain: shop, Status: status }]);
	});
});

it("tenants are listed by pages and by what they belong to", async () => {
	const arn = await world.issued("*.app.example.com");
	for (const at of [1, 2, 3]) {
		await create({ ...withCertificate(arn), Name: `t-${at}`, Domains: [{ Domain: `t${at}.app.example.com` }] });
	}
	const list = (input: object) => world.client.send(new ListDistributionTenantsCommand(input));
	const first = await list({ MaxItems: 2 });
	const rest = await list({ MaxItems: 2, Marker: first.NextMarker });
	const names = [first, rest].map(({ DistributionTenantList = [] }) => DistributionTenantList.map(({ Name }) => Name));
	expect(names).toEqual([["t-1", "t-2"], ["t-3"]]);
	const others = await list({ AssociationFilter: { DistributionId: "E0" } });
	expect(others.DistributionTenantList ?? []).toEqual([]);
	expect(() => world.cloudFront().forget(distributionId)).toThrow("3 distribution tenants");
});

it("a connection group is found by its id and by its endpoint", async () => {
	const byId = await world.client.send(new GetConnectionGroupCommand({ Identifier: connectionGroupId }));
	const RoutingEndpoint = routingEndpoint;
	const byName = await world.client.send(new GetConnectionGroupByRoutingEndpointCommand({ RoutingEndpoint }));
	expect(byId.ConnectionGroup).toMatchObject({ RoutingEndpoint, Enabled: true });
	expect(byName.ConnectionGroup?.Id).toBe(connectionGroupId);
});

it("an invalidation concerns the tenant's own domains", async () => {
	const id = idOf(await create(withCertificate(await world.issued(shop))));
	const heard: unknown[] = [];
	world.cloudFront().onInvalidation((isOf, path) => heard.push([path, isOf(shop), isOf("other.app.example.com")]));
	const InvalidationBatch = { CallerReference: "1", Paths: { Quantity: 1, Items: ["/*"] } };
	await world.client.send(new CreateInvalidationForDistributionTenantCommand({ Id: id, InvalidationBatch }));
	expect(heard).toEqual([["/*", true, false]]);
});
