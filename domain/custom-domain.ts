import { z } from "zod";

/** How the certificate is validated: by CloudFront over HTTP once the name leads to it, or by a DNS record before anything moves. */
export const validations = ["http", "dns"] as const;
export type Validation = (typeof validations)[number];

/** What may prove that a hostname is its tenant's: the CNAME's own target, or a TXT record. */
export const proofKinds = ["cname", "txt"] as const;
export type ProofKind = (typeof proofKinds)[number];

/** What a claim keeps of a hostname that its tenant owns at a DNS provider of its own. */
export const customDomainSchema = z.object({
	validation: z.enum(validations),
	/** Grows with each POST after a failure; each attempt has a token of its own. */
	attempt: z.int().positive(),
	/** 26 characters of lower-case Crockford base32, random: nobody but this tenant's attempt could have put it into DNS (R4). */
	token: z.string(),
	/** CloudFront's own name to which the attempt's name is to lead; without it, it leads to the target with the token. */
	endpoint: z.string().optional(),
	/** Tokens of attempts before, the newest first: what still shows one of them was not changed since. */
	formerTokens: z.array(z.string()).default([]),
	/** The proofs that count. */
	proofs: z.array(z.enum(proofKinds)).min(1),
	/** Another tenant gave the name back before: this claim has taken the place of theirs, which would tell so else. */
	onceAnothers: z.boolean().optional(),
	/** ISO time at which the attempt began. */
	requestedAt: z.string(),
	/** Another hostname of the tenant to which this one answers 308. */
	redirectTo: z.string().optional(),
	/** The distribution (tenant) of our own account from which the name is to be moved: whoever asked knows of the interruption. */
	moveFrom: z.string().optional(),
	/** It becomes its tenant's primary name as soon as it is active. */
	primaryWanted: z.boolean().optional(),
	/** Names that this one is easily taken for, of other tenants: a person should look. */
	imitates: z.array(z.string()).optional(),
	certificateArn: z.string().optional(),
	/** Certificates that another has taken the place of, and that are not deleted yet. */
	formerCertificates: z.array(z.string()).optional(),
	/** The record by which ACM validates and renews the certificate; absent until ACM has told it. */
	validationRecord: z.object({ name: z.string(), value: z.string() }).optional(),
	/** ISO time at which the certificate ends. */
	certificateEndsAt: z.string().optional(),
	distributionTenantId: z.string().optional(),
	/** Distribution tenants that another has taken the place of: a move that came to nothing leaves its target. */
	formerDistributionTenants: z.array(z.string()).optional(),
	/** An attempt before has shown that the name is its tenant's: what it left at the edge may be served still. */
	provenBefore: z.boolean().optional(),
	/** ISO time since which an active domain leads elsewhere. */
	movedSince: z.string().optional(),
	/** Of the certificate's expiry notices (days before the end) the last that was given. */
	expiryTold: z.int().optional(),
	/** The condition and the reason that the platform was told last. */
	told: z.string().optional(),
	/** ISO time of the last POST …/verify. */
	verifiedAskedAt: z.string().optional(),
});
export type CustomDomain = z.infer<typeof customDomainSchema>;

/** The domain with this certificate, or none; one that it had before is left to be deleted. */
export function withCertificate(custom: CustomDomain, arn: string | undefined): CustomDomain {
	const { certificateArn: former, formerCertificates: left = [], ...rest } = custom;
	const leaving = [...new Set(former === undefined ? left : [...left, former])].filter((one) => one !== arn);
	return {
		...rest,
		...(arn !== undefined && { certificateArn: arn }),
		...(leaving.length > 0 && { formerCertificates: leaving }),
	};
}

/** The domain with this distribution tenant; one that it had before is left to be taken down with it. */
export function withEdge(custom: CustomDomain, id: string): CustomDomain {
	const { distributionTenantId: former, formerDistributionTenants: left = [], ...rest } = custom;
	const leaving = [...new Set(former === undefined ? left : [...left, former])].filter((one) => one !== id);
	return { ...rest, distributionTenantId: id, ...(leaving.length > 0 && { formerDistributionTenants: leaving }) };
}

/** The domain without former certificates that are gone. */
export function withoutFormer(custom: CustomDomain, gone: readonly string[]): CustomDomain {
	const { formerCertificates = [], ...rest } = custom;
	const left = formerCertificates.filter((arn) => !gone.includes(arn));
	return { ...rest, ...(left.length > 0 && { formerCertificates: left }) };
}

/** The name that a customer's CNAME points at: of this attempt alone, so that one left over from another proves nothing. */
export function edgeTarget(token: string, platformDomain: string): string {
	return `${token}.edge.${platformDomain}`;
}

/** All names that a CNAME may point at. */
export function edgeTargets(platformDomain: string): string {
	return `*.edge.${platformDomain}`;
}

/** Where the TXT record of a proof stands; of a wildcard beneath the name that it stands for. */
export function proofName(hostname: string): string {
	return `_hostmaster.${hostname.replace(/^\*\./, "")}`;
}

/** The whole text of a TXT record that proves. */
export function proofValue(token: string): string {
	return `hostmaster-verification=${token}`;
}
