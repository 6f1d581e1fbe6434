import {
	ACMClient,
	DeleteCertificateCommand,
	DescribeCertificateCommand,
	LimitExceededException,
	RequestCertificateCommand,
	ResourceInUseException,
	ResourceNotFoundException,
} from "@aws-sdk/client-acm";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
	deleteCertificate,
	describeDomainCertificate,
	requestCertificate,
} from "../../services/domain-certificates.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { certificateArn, notAfter, shop, validationRecord } from "../builders/a-custom-domain.ts";

vi.mock("../../services/pace.ts", () => ({ turnFor: () => Promise.resolve() }));
const acm = mockClient(ACMClient);
beforeEach(() => {
	setEnvironment();
	acm.reset();
});

const said = { $metadata: {}, message: "no" };
const throttled = Object.assign(new Error("slow down"), { name: "ThrottlingException", $fault: "client" });
const ask = () => requestCertificate({ hostname: shop, token: "t1", tags: { tenant: "ten_1" } });

describe("requesting a certificate", () => {
	it("asks for DNS validation, by a token and with tags", async () => {
		acm.on(RequestCertificateCommand).resolves({ CertificateArn: certificateArn });
		expect(await ask()).toBe(certificateArn);
		expect(acm.commandCalls(RequestCertificateCommand)[0]?.args[0].input).toEqual({
			...{ DomainName: shop, ValidationMethod: "DNS", IdempotencyToken: "t1" },
			Tags: [{ Key: "tenant", Value: "ten_1" }],
		});
	});

	it.each([
		[
			"a quota is no throttle: waiting does not help",
			new LimitExceededException(said),
			{ name: "CertificateQuotaReached" },
		],
		["a throttle passes", throttled, { name: "Throttled" }],
	])("%s", async (_, error, refusal) => {
		acm.on(RequestCertificateCommand).rejects(error);
		await expect(ask()).rejects.toMatchObject(refusal);
	});

	it("without an ARN was no request", async () => {
		acm.on(RequestCertificateCommand).resolves({});
		await expect(ask()).rejects.toThrow("without an ARN");
	});
});

describe("how a certificate stands", () => {
	const describing = () => describeDomainCertificate(certificateArn);

	it("has its record, its end, and how its renewal gets on", async () => {
		const { name: Name, value: Value } = validationRecord;
		acm.on(DescribeCertificateCommand).resolves({
			Certificate: {
				...{ Status: "ISSUED", NotAfter: new Date(notAfter), DomainName: shop, SubjectAlternativeNames: [shop] },
				DomainValidationOptions: [{ DomainName: shop, ResourceRecord: { Name, Value, Type: "CNAME" } }],
				RenewalSummary: { RenewalStatus: "PENDING_VALIDATION", DomainValidationOptions: [], UpdatedAt: new Date(0) },
			},
		});
		expect(await describing()).toEqual({
			...{ status: "ISSUED", names: [shop], reason: undefined, notAfter, validationRecord },
			renewal: { status: "PENDING_VALIDATION", reason: undefined },
		});
	});

	it("is told with what ACM knows so far", async () => {
		acm.on(DescribeCertificateCommand).resolvesOnce({ Certificate: {} }).resolves({});
		expect(await describing()).toMatchObject({ status: "unknown", validationRecord: undefined, renewal: undefined });
		expect(await describing()).toBeUndefined();
	});

	it("is nothing when ACM knows none, and unknown when it does not answer", async () => {
		acm.on(DescribeCertificateCommand).rejectsOnce(new ResourceNotFoundException(said)).rejects(throttled);
		expect(await describing()).toBeUndefined();
		await expect(describing()).rejects.toMatchObject({ name: "Throttled" });
	});
});

describe("deleting a certificate", () => {
	it.each([
		["that something uses is not possible yet", new ResourceInUseException(said), false],
		["that is gone is done", new ResourceNotFoundException(said), true],
	])("%s", async (_, error, gone) => {
		acm.on(DeleteCertificateCommand).rejects(error);
		expect(await deleteCertificate(certificateArn)).toBe(gone);
	});

	it("is not done while ACM does not answer", async () => {
		acm.on(DeleteCertificateCommand).rejects(throttled);
		await expect(deleteCertificate(certificateArn)).rejects.toMatchObject({ name: "Throttled" });
	});
});
