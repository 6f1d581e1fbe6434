import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import { readXml } from "./xml.ts";

const flag = z.stringbool();
const domain = z.string().min(1).max(253).toLowerCase();
const domains = z.object({ member: z.array(z.object({ Domain: domain })).min(1) });
const certificate = z.object({ Certificate: z.object({ Arn: z.string() }).optional() });
const managed = z.object({
	ValidationTokenHost: z.enum(["cloudfront", "self-hosted"]),
	PrimaryDomainName: z.string().optional(),
});
const parameters = z.object({ member: z.array(z.object({ Name: z.string(), Value: z.string() })) });

/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistributionTenant.html */
const creation = z.object({
	DistributionId: z.string().min(1),
	Name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]{1,126}[a-zA-Z0-9]$/),
	Domains: domains,
	ConnectionGroupId: z.string().optional(),
	Customizations: certificate.optional(),
	ManagedCertificateRequest: managed.optional(),
	Parameters: parameters.optional(),
	Tags: z
		.object({ Items: z.object({ Tag: z.array(z.object({ Key: z.string(), Value: z.string() })) }).optional() })
		.optional(),
	Enabled: flag.default(true),
});
export type Creation = z.infer<typeof creation>;

/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistributionTenant.html */
const update = creation
	.pick({
		...{ DistributionId: true, ConnectionGroupId: true, Domains: true, Customizations: true },
		...{ ManagedCertificateRequest: true, Parameters: true },
	})
	.partial()
	.extend({ Enabled: flag.optional() });
export type Update = z.infer<typeof update>;

/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListDistributionTenants.html */
const list = z.object({
	AssociationFilter: z
		.object({ DistributionId: z.string().optional(), ConnectionGroupId: z.string().optional() })
		.default({}),
	Marker: z.coerce.number().int().nonnegative().default(0),
	MaxItems: z.coerce.number().int().min(1).max(100).default(100),
});

const tenantResource = z.object({ DistributionTenantId: z.string() });
/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDomainAssociation.html */
const association = z.object({ Domain: domain, TargetResource: tenantResource });
/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListDomainConflicts.html */
const conflicts = z.object({ Domain: domain, DomainControlValidationResource: tenantResource });
/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_VerifyDnsConfiguration.html */
const verification = z.object({ Identifier: z.string(), Domain: domain.optional() });
/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_InvalidationBatch.html */
const invalidation = z.object({
	Paths: z.object({ Items: z.object({ Path: z.array(z.string().startsWith("/")).min(1) }) }),
	CallerReference: z.string().min(1),
});

const readers = {
	CreateDistributionTenantRequest: creation,
	UpdateDistributionTenantRequest: update,
	ListDistributionTenantsRequest: list,
	UpdateDomainAssociationRequest: association,
	ListDomainConflictsRequest: conflicts,
	VerifyDnsConfigurationRequest: verification,
	InvalidationBatch: invalidation,
};

/** The request's members, by the name of its root. Throws InvalidArgument with the first that is wrong. */
export function readRequest<Root extends keyof typeof readers>(
	root: Root,
	body: string,
): z.infer<(typeof readers)[Root]> {
	const document: unknown = Reflect.get(Object(readXml(body)), root);
	// A document without members is an empty text, or is left out. The schema is the one of this root, which its type cannot say.
	const result = readers[root].safeParse(document === "" || body === "" ? {} : document);
	if (result.success) return result.data as z.infer<(typeof readers)[Root]>;
	const [issue] = result.error.issues;
	throw new AwsError("InvalidArgument", `${issue?.path.join(".")}: ${issue?.message}`);
}
