import { createHash } from "node:crypto";
import { z } from "zod";
import type { Acm } from "../acm/acm.ts";
import { AwsError, type Caller, type RestRequest, type RestResponse, type RestService } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import { defineSwitch, type Switches } from "../control.ts";
import type { Store } from "../store.ts";
import { createDeclared, type DeclaredDistribution, type DeclaredGroup } from "./declared.ts";
import { createDomainMoves } from "./domain-moves.ts";
import { createOwnership, type OwnershipOptions } from "./ownership.ts";
import { readRequest } from "./requests.ts";
import { groupShape, tenantShape } from "./shapes.ts";
import { type Tenant, tenantTable } from "./tenant-table.ts";
import { createTenants, type Tenants } from "./tenants.ts";
import { printXml } from "./xml.ts";

/** What the embedded CloudFront is made of. */
export interface CloudFrontOptions extends OwnershipOptions {
	store: Store;
	clock: Clock;
	acm: Acm;
	/** How long a change of a tenant is InProgress; 500 ms unless told (minutes on AWS). */
	deployMs?: number;
}

/** CloudFront's SaaS Manager: distribution tenants and their certificates. */
export interface CloudFront {
	service: RestService;
	/** What the edge answers a hostname with; undefined when no tenant that is served has it. */
	servedAt: Tenants["servedAt"];
	/** Makes a stack's distribution or connection group known, in every process anew. */
	addDistribution(distribution: DeclaredDistribution): void;
	addGroup(group: DeclaredGroup): void;
	/** Ends a stack's distribution or connection group. Safe to repeat. Throws while tenants hang on it. */
	forget(id: string): void;
	/** Hears of invalidations: whose cached answers go, and which. Answers how to end that. */
	onInvalidation(hear: (hostname: (name: string) => boolean, pathPattern: string) => void): () => void;
	switches: Switches;
}

const prefix = "/2020-05-31/";

export function createCloudFront(options: CloudFrontOptions): CloudFront {
	const { store, clock, acm, deployMs = 500 } = options;
	const table = tenantTable(store);
	const declared = createDeclared();
	const ownership = createOwnership(options);
	const tenants = createTenants({ table, acm, clock, declared, ownership, deployMs });
	const moves = createDomainMoves({ table, tenants, declared, ownership, clock });
	const listeners = new Set<Parameters<CloudFront["onInvalidation"]>[0]>();

	const shown = (operation: string, tenant: Tenant, status = 200): RestResponse => ({
		...{ operation, status, headers: { etag: tenants.etagOf(tenant) } },
		body: printXml("DistributionTenant", tenantShape(tenant, clock.now())),
	});
	const answer = (operation: string, root: string, content: object, headers = {}): RestResponse => ({
		...{ operation, status: 200, headers, body: printXml(root, content) },
	});

	function list(body: string, caller: Caller): RestResponse {
		const { AssociationFilter, Marker, MaxItems } = readRequest("ListDistributionTenantsRequest", body);
		const { DistributionId, ConnectionGroupId } = AssociationFilter;
		const matching = tenants
			.list(caller)
			.filter(({ distributionId }) => DistributionId === undefined || distributionId === DistributionId)
			.filter(({ connectionGroupId }) => ConnectionGroupId === undefined || connectionGroupId === ConnectionGroupId);
		const end = Marker + MaxItems;
		const page = matching.slice(Marker, end);
		return answer("ListDistributionTenants", "ListDistributionTenantsResult", {
			...(matching.length > end && { NextMarker: String(end) }),
			DistributionTenantList: {
				DistributionTenantSummary: page.map((tenant) => ({
					...tenantShape(tenant, clock.now()),
					ETag: tenants.etagOf(tenant),
				})),
			},
		});
	}

	function managedCertificate(tenant: Tenant): RestResponse {
		const { managed } = tenant;
		if (!managed) throw new AwsError("EntityNotFound", `${tenant.id} has asked for no certificate.`, 404);
		const status = acm.statusOf(managed.arn)?.toLowerCase().replaceAll("_", "-");
		return answer("GetManagedCertificateDetails", "ManagedCertificateDetails", {
			CertificateArn: managed.arn,
			...(status !== undefined && { CertificateStatus: status }),
			ValidationTokenHost: managed.tokenHost,
		});
	}

	function invalidate({ id, domains }: Tenant, body: string): RestResponse {
		const { Paths, CallerReference } = readRequest("InvalidationBatch", body);
		const { Path } = Paths.Items;
		const isTenants = (name: string) => domains.includes(tenants.servedAt(name)?.domain ?? name);
		for (const pattern of Path) for (const hear of listeners) hear(isTenants, pattern);
		const Id = `I${createHash("sha256").update(`${id} ${CallerReference}`).digest("hex").slice(0, 13).toUpperCase()}`;
		const content = {
			...{ Id, Status: "Completed", CreateTime: new Date(clock.now()).toISOString() },
			InvalidationBatch: { Paths: { Quantity: Path.length, Items: { Path } }, CallerReference },
		};
		return { ...answer("CreateInvalidationForDistributionTenant", "Invalidation", content), status: 201 };
	}

	async function verified(body: string, caller: Caller): Promise<RestResponse> {
		const { Identifier, Domain } = readRequest("VerifyDnsConfigurationRequest", body);
		const { domains } = tenants.get(Identifier, caller);
		const DnsConfiguration = await Promise.all((Domain === undefined ? domains : [Domain]).map(ownership.verdictOf));
		const content = { DnsConfigurationList: { DnsConfiguration } };
		return answer("VerifyDnsConfiguration", "VerifyDnsConfigurationResult", content);
	}

	function conflicts(body: string, caller: Caller): RestResponse {
		const { Domain, DomainControlValidationResource: by } = readRequest("ListDomainConflictsRequest", body);
		const found = moves.conflicts(Domain, by.DistributionTenantId, caller);
		const content = { DomainConflicts: { DomainConflicts: found } };
		return answer("ListDomainConflicts", "ListDomainConflictsResult", content);
	}

	function move({ body, ifMatch }: RestRequest, caller: Caller): RestResponse {
		const { Domain, TargetResource } = readRequest("UpdateDomainAssociationRequest", body);
		const { id, etag } = moves.move(Domain, TargetResource.DistributionTenantId, ifMatch, caller);
		const content = { Domain, ResourceId: id };
		return answer("UpdateDomainAssociation", "UpdateDomainAssociationResult", content, { etag });
	}

	async function handle(request: RestRequest, caller: Caller): Promise<RestResponse | undefined> {
		const { method, query, body, ifMatch } = request;
		const [resource = "", encoded, ...more] = request.path.slice(prefix.length).split("/");
		const id = decodeURIComponent(encoded ?? "");
		switch ([`${method} ${resource}`, ...(id === "" ? [] : ["id"]), ...more].join("/")) {
			case "POST distribution-tenant": {
				const wanted = readRequest("CreateDistributionTenantRequest", body);
				return shown("CreateDistributionTenant", await tenants.create(wanted, caller), 201);
			}
			case "GET distribution-tenant":
				return shown("GetDistributionTenantByDomain", tenants.withDomain(query.get("domain") ?? "", caller));
			case "GET distribution-tenant/id":
				return shown("GetDistributionTenant", tenants.get(id, caller));
			case "PUT distribution-tenant/id": {
				const change = readRequest("UpdateDistributionTenantRequest", body);
				return shown("UpdateDistributionTenant", await tenants.update(id, ifMatch, change, caller));
			}
			case "DELETE distribution-tenant/id":
				tenants.remove(id, ifMatch, caller);
				return { operation: "DeleteDistributionTenant", status: 204, body: "" };
			case "POST distribution-tenant/id/invalidation":
				return invalidate(tenants.get(id, caller), body);
			case "POST distribution-tenants":
				return list(body, caller);
			case "GET managed-certificate/id":
				return managedCertificate(tenants.get(id, caller));
			case "POST verify-dns-configuration":
				return await verified(body, caller);
			case "POST domain-conflicts":
				return conflicts(body, caller);
			case "POST domain-association":
				return move(request, caller);
			case "GET connection-group/id":
				return answer("GetConnectionGroup", "ConnectionGroup", groupShape(declared.group(id)), { etag: "E1GROUP" });
			case "GET connection-group": {
				const group = declared.group(query.get("RoutingEndpoint") ?? "");
				return answer("GetConnectionGroupByRoutingEndpoint", "ConnectionGroup", groupShape(group), { etag: "E1GROUP" });
			}
			default:
				return undefined;
		}
	}

	return {
		service: { name: "cloudfront", prefix, handle },
		servedAt: tenants.servedAt,
		addDistribution: declared.addDistribution,
		addGroup: declared.addGroup,
		forget(id) {
			const held = table.all().filter((tenant) => tenant.distributionId === id || tenant.connectionGroupId === id);
			if (held.length > 0) throw new Error(`${id} is in use: it has ${held.length} distribution tenants.`);
			declared.forget(id);
		},
		onInvalidation(hear) {
			listeners.add(hear);
			return () => listeners.delete(hear);
		},
		switches: {
			// Somebody whose account is not here has the domain at CloudFront; it is nobody's there again with `on: false`.
			elsewhere: defineSwitch(
				z.object({ domain: z.string().toLowerCase(), on: z.boolean() }),
				'{"domain":"shop.acme.com","on":true}',
				({ domain, on }) => table.setElsewhere(domain, on),
			),
		},
	};
}
