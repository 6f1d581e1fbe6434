import { randomUUID } from "node:crypto";
import { z } from "zod";
import { AwsError, type Caller } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import {
	type Certificate,
	certificateNames,
	certificateStatuses,
	certificatesPerAccount,
	certificatesPerYear,
	statusOf,
} from "./certificate.ts";
import { detailOf, summaryOf } from "./shapes.ts";
import type { AcmTable } from "./table.ts";
import { checkDelayMs, type Validation } from "./validation.ts";

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;

const requestInput = z.object({
	DomainName: z.string().min(1).max(253),
	SubjectAlternativeNames: z.array(z.string().min(1).max(253)).min(1).max(100).optional(),
	ValidationMethod: z.enum(["DNS", "EMAIL", "HTTP"]).optional(),
	IdempotencyToken: z
		.string()
		.regex(/^\w{1,32}$/)
		.optional(),
	KeyAlgorithm: z.enum(["RSA_2048", "EC_prime256v1", "EC_secp384r1"]).optional(),
});
const arnInput = z.object({ CertificateArn: z.string().regex(/^arn:[\w-]+:acm:[\w-]*:\d{12}:certificate\/[\w-]+$/) });
const listInput = z.object({
	CertificateStatuses: z.array(z.enum(certificateStatuses)).optional(),
	Includes: z.object({ keyTypes: z.array(z.string()).optional() }).optional(),
	MaxItems: z.number().int().min(1).max(1_000).optional(),
	NextToken: z.string().regex(/^\d+$/).optional(),
});

/** What the operations work on. */
export interface AcmContext {
	table: AcmTable;
	clock: Clock;
	validation: Validation;
	/** How long DescribeCertificate leaves the validation record out. */
	recordDelayMs: number;
}

/** ACM's operations by name; https://docs.aws.amazon.com/acm/latest/APIReference/ */
export function acmOperations(context: AcmContext): Record<string, (input: unknown, caller: Caller) => unknown> {
	const { table, clock } = context;
	return {
		RequestCertificate(input, caller) {
			const request = parsed(requestInput, input);
			if (request.ValidationMethod !== "DNS") {
				throw new AwsError("NotImplemented", "The local ACM validates by DNS only.", 501);
			}
			const certificate = requestCertificate(context, caller, {
				names: certificateNames(request.DomainName, request.SubjectAlternativeNames ?? []),
				token: request.IdempotencyToken,
				keyAlgorithm: request.KeyAlgorithm ?? "RSA_2048",
				stack: false,
			});
			return { CertificateArn: certificate.arn };
		},
		DescribeCertificate(input, caller) {
			const certificate = owned(table, input, caller);
			const withRecords = clock.now() >= certificate.createdMs + context.recordDelayMs;
			return { Certificate: detailOf(certificate, { nowMs: clock.now(), withRecords }) };
		},
		ListCertificates(input, caller) {
			const { CertificateStatuses, Includes, MaxItems = 1_000, NextToken = "0" } = parsed(listInput, input);
			// Without `Includes` only RSA certificates are listed: https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html
			const keyTypes = Includes?.keyTypes ?? ["RSA_1024", "RSA_2048"];
			const now = clock.now();
			const matching = table
				.of(caller.accountId, caller.region)
				.filter((certificate) => keyTypes.includes(certificate.keyAlgorithm))
				.filter((certificate) => CertificateStatuses?.includes(statusOf(certificate, now)) ?? true);
			const end = Number(NextToken) + MaxItems;
			return {
				CertificateSummaryList: matching
					.slice(Number(NextToken), end)
					.map((certificate) => summaryOf(certificate, now)),
				...(matching.length > end && { NextToken: String(end) }),
			};
		},
		DeleteCertificate(input, caller) {
			const certificate = owned(table, input, caller);
			if (certificate.inUseBy.length > 0) {
				throw new AwsError("ResourceInUseException", `Certificate ${certificate.arn} is in use.`);
			}
			table.remove(certificate.arn);
			return {};
		},
	};
}

/** What a new certificate is to be. */
export interface Wanted {
	names: Certificate["names"];
	token: string | undefined;
	keyAlgorithm: string;
	stack: boolean;
	validatedBy?: Certificate["validatedBy"];
}

/**
 * A new certificate, whose validation has begun; or the one that this token and these names asked for within the last hour.
 * Throws LimitExceededException.
 */
export function requestCertificate(context: AcmContext, caller: Caller, wanted: Wanted): Certificate {
	const { table, clock, validation } = context;
	const { accountId, region } = caller;
	const now = clock.now();
	const request = { accountId, region, token: wanted.token, names: wanted.names, requestedMs: now };
	const earlier = wanted.token && table.requested(request, now - hourMs);
	const same = earlier ? table.get(earlier) : undefined;
	if (same) return same;
	if (table.of(accountId, region).length >= certificatesPerAccount) {
		const told = `Error: you have reached your limit of ${certificatesPerAccount} certificates.`;
		throw new AwsError("LimitExceededException", told);
	}
	if (table.countRequests(accountId, region, now - yearMs) >= certificatesPerYear) {
		const told = `Error: you have reached your limit of ${certificatesPerYear} certificates in the last year.`;
		throw new AwsError("LimitExceededException", told);
	}
	const certificate: Certificate = {
		arn: `arn:aws:acm:${region}:${accountId}:certificate/${randomUUID()}`,
		accountId,
		region,
		names: wanted.names,
		keyAlgorithm: wanted.keyAlgorithm,
		stack: wanted.stack,
		status: "PENDING_VALIDATION",
		createdMs: now,
		validated: [],
		checks: 0,
		nextCheckMs: now + checkDelayMs(0),
		inUseBy: [],
		validatedBy: wanted.validatedBy ?? "records",
		shown: {},
	};
	table.add(certificate, request);
	validation.follow(certificate);
	return certificate;
}

function owned(table: AcmTable, input: unknown, caller: Caller): Certificate {
	const { CertificateArn } = parsed(arnInput, input);
	const certificate = table.get(CertificateArn);
	if (certificate?.accountId === caller.accountId && certificate.region === caller.region) return certificate;
	const told = `Could not find certificate ${CertificateArn} in account ${caller.accountId}.`;
	throw new AwsError("ResourceNotFoundException", told);
}

function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
	const result = schema.safeParse(input);
	if (result.success) return result.data;
	const issue = result.error.issues[0];
	throw new AwsError(
		"ValidationException",
		`1 validation error detected at '${issue?.path.join(".")}': ${issue?.message}`,
	);
}
