import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import {
	type CertificateDetail,
	DeleteCertificateCommand,
	DescribeCertificateCommand,
	ListCertificatesCommand,
	RequestCertificateCommand,
	type RequestCertificateCommandInput,
} from "@aws-sdk/client-acm";
import { type Check, eventually, refused, type Stage, type Suite, there } from "../check.ts";

const api = "https://docs.aws.amazon.com/acm/latest/APIReference";
const guide = "https://docs.aws.amazon.com/acm/latest/userguide";
const request = "acm:RequestCertificate";
const describe = "acm:DescribeCertificate";

/** A certificate that is asked for, validated by DNS; it goes with the check. Answers its ARN. */
export async function aCertificate(
	stage: Stage,
	DomainName: string,
	more: Partial<RequestCertificateCommandInput> = {},
) {
	const { acm } = stage.clients;
	const asked = new RequestCertificateCommand({ DomainName, ValidationMethod: "DNS", ...more });
	const CertificateArn = there((await acm.send(asked)).CertificateArn, "the ARN");
	stage.defer(() => acm.send(new DeleteCertificateCommand({ CertificateArn })));
	return CertificateArn;
}

/** What ACM tells of it, as soon as every name has its validation record. */
export function described(stage: Stage, CertificateArn: string): Promise<CertificateDetail> {
	return eventually("every name has a validation record", async () => {
		const { Certificate } = await stage.clients.acm.send(new DescribeCertificateCommand({ CertificateArn }));
		const options = Certificate?.DomainValidationOptions ?? [];
		return options.length > 0 && options.every(({ ResourceRecord }) => ResourceRecord) ? Certificate : undefined;
	});
}

async function summaryOf({ clients }: Stage, arn: string, more: ListCertificatesCommand["input"] = {}) {
	let NextToken: string | undefined;
	do {
		const page = await clients.acm.send(new ListCertificatesCommand({ ...more, NextToken }));
		const found = page.CertificateSummaryList?.find(({ CertificateArn }) => CertificateArn === arn);
		if (found) return found;
		NextToken = page.NextToken;
	} while (NextToken !== undefined);
	return undefined;
}

const checks: readonly Check[] = [
	{
		name: "a requested certificate tells the CNAME that proves each name",
		operations: [request, describe],
		source: `${guide}/dns-validation.html`,
		async run(stage) {
			const name = stage.hostname();
			const arn = await aCertificate(stage, name);
			assert.match(arn, /^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/);
			const { DomainName, Type, DomainValidationOptions = [] } = await described(stage, arn);
			assert.deepEqual([DomainName, Type, DomainValidationOptions.length], [name, "AMAZON_ISSUED", 1]);
			const { ResourceRecord, ValidationMethod } = there(DomainValidationOptions[0], "the validation option");
			assert.deepEqual([ValidationMethod, ResourceRecord?.Type], ["DNS", "CNAME"]);
			assert.match(ResourceRecord?.Name ?? "", new RegExp(`^_[0-9a-f]+\\.${name.replaceAll(".", "\\.")}\\.$`));
			assert.match(ResourceRecord?.Value ?? "", /^_[0-9a-f]+\.[a-z]+\.acm-validations\.aws\.$/);
		},
	},
	{
		name: "a certificate is PENDING_VALIDATION as long as its record does not stand",
		operations: [request, describe],
		source: `${guide}/dns-validation.html`,
		async run(stage) {
			const arn = await aCertificate(stage, stage.hostname());
			for (let look = 0; look < 4; look++) {
				assert.equal((await described(stage, arn)).Status, "PENDING_VALIDATION");
				await sleep(1_000);
			}
		},
	},
	{
		name: "the same token and names within an hour ask for the same certificate",
		operations: [request],
		source: `${api}/API_RequestCertificate.html`,
		async run(stage) {
			const [name, IdempotencyToken] = [stage.hostname(), stage.unique("t").replaceAll("-", "").slice(0, 32)];
			const arn = await aCertificate(stage, name, { IdempotencyToken });
			assert.equal(await aCertificate(stage, name, { IdempotencyToken }), arn);
			assert.notEqual(await aCertificate(stage, name), arn);
		},
	},
	{
		name: "a name and its wildcard share their validation record",
		operations: [request, describe],
		source: `${guide}/dns-validation.html`,
		async run(stage) {
			const name = stage.hostname();
			const arn = await aCertificate(stage, name, { SubjectAlternativeNames: [`*.${name}`] });
			const { DomainValidationOptions = [], SubjectAlternativeNames } = await described(stage, arn);
			assert.deepEqual(SubjectAlternativeNames?.toSorted(), [name, `*.${name}`].sort());
			assert.equal(DomainValidationOptions.length, 2);
			const [one, other] = DomainValidationOptions.map(({ ResourceRecord }) => ResourceRecord);
			assert.deepEqual(one, other);
		},
	},
	{
		name: "a name has the same validation record in every request of an account",
		operations: [request, describe],
		source: `${guide}/dns-validation.html`,
		async run(stage) {
			const name = stage.hostname();
			const arns = [await aCertificate(stage, name), await aCertificate(stage, name)];
			const [one, other] = await Promise.all(arns.map((arn) => described(stage, arn)));
			const recordOf = (detail?: CertificateDetail) => detail?.DomainValidationOptions?.[0]?.ResourceRecord;
			assert.deepEqual(recordOf(one), recordOf(other));
		},
	},
	{
		name: "the first name is among the alternative names",
		operations: [request, describe],
		source: `${api}/API_CertificateDetail.html`,
		async run(stage) {
			const name = stage.hostname();
			const arn = await aCertificate(stage, name, { SubjectAlternativeNames: [`a.${name}`] });
			const { SubjectAlternativeNames, KeyAlgorithm, InUseBy } = await described(stage, arn);
			assert.deepEqual(SubjectAlternativeNames?.toSorted(), [name, `a.${name}`].sort());
			assert.match(KeyAlgorithm ?? "", /^RSA[-_]2048$/);
			assert.deepEqual(InUseBy ?? [], []);
		},
	},
	{
		name: "a list has the certificate, by its status too",
		operations: [request, "acm:ListCertificates"],
		source: `${api}/API_ListCertificates.html`,
		async run(stage) {
			const name = stage.hostname();
			const arn = await aCertificate(stage, name);
			const { Status } = await described(stage, arn);
			assert.equal((await summaryOf(stage, arn))?.DomainName, name);
			assert(await summaryOf(stage, arn, { CertificateStatuses: [there(Status, "the status")] }));
			assert.equal(await summaryOf(stage, arn, { CertificateStatuses: ["EXPIRED"] }), undefined);
		},
	},
	{
		name: "a list leaves out elliptic keys that it was not asked for",
		operations: [request, "acm:ListCertificates"],
		source: `${api}/API_Filters.html`,
		async run(stage) {
			const arn = await aCertificate(stage, stage.hostname(), { KeyAlgorithm: "EC_prime256v1" });
			assert.equal(await summaryOf(stage, arn), undefined);
			assert(await summaryOf(stage, arn, { Includes: { keyTypes: ["EC_prime256v1"] } }));
		},
	},
	{
		name: "a certificate that is deleted, or never was, is refused with ResourceNotFoundException",
		operations: ["acm:DeleteCertificate", describe],
		source: `${api}/API_DeleteCertificate.html`,
		async run(stage) {
			const { acm } = stage.clients;
			const CertificateArn = await aCertificate(stage, stage.hostname());
			await acm.send(new DeleteCertificateCommand({ CertificateArn }));
			await refused(acm.send(new DescribeCertificateCommand({ CertificateArn })), "ResourceNotFoundException");
			await refused(acm.send(new DeleteCertificateCommand({ CertificateArn })), "ResourceNotFoundException");
		},
	},
	{
		name: "a name that is none is refused",
		operations: [request],
		source: `${api}/API_RequestCertificate.html`,
		async run(stage) {
			const bad = aCertificate(stage, `no_name..${stage.hostname()}`);
			await refused(bad, "ValidationException", "InvalidDomainValidationOptionsException", "InvalidParameterException");
		},
	},
	{
		name: "more names than the quota of ten are refused with LimitExceededException",
		operations: [request],
		source: `${api}/API_RequestCertificate.html`,
		async run(stage) {
			const SubjectAlternativeNames = Array.from({ length: 11 }, () => stage.hostname());
			await refused(aCertificate(stage, stage.hostname(), { SubjectAlternativeNames }), "LimitExceededException");
		},
	},
];

/** Certificates of ACM. */
export const acm: Suite = { service: "acm", checks };
