import type { Caller, JsonService, PutAwsEvent } from "../aws/service.ts";
import type { CertificateAuthority } from "../ca/authority.ts";
import type { Clock } from "../clock.ts";
import type { Change } from "../route53/record-set.ts";
import type { Store } from "../store.ts";
import {
	type Certificate,
	type CertificateStatus,
	certificateNames,
	statusOf,
	validationRecord,
} from "./certificate.ts";
import type { CaaAt, ResolveCname } from "./evidence.ts";
import { acmOperations, requestCertificate } from "./operations.ts";
import { rated } from "./rates.ts";
import { startRenewal } from "./renewal.ts";
import { acmTable } from "./table.ts";
import { startValidation } from "./validation.ts";

/** What the embedded ACM is made of. */
export interface AcmOptions {
	store: Store;
	clock: Clock;
	/** Whose certificate `ensureStackCertificate` makes. */
	caller: Caller;
	authority: CertificateAuthority;
	/** MUST ask a DNS server: nothing is issued on any other evidence. */
	resolveCname: ResolveCname;
	/** Whether a name leads to the edge, asked of DNS; no unless told. */
	leadsHere?: (name: string) => Promise<boolean>;
	/** Asked of DNS before anything is issued; none anywhere unless told. */
	caaAt?: CaaAt;
	/** Where the stack's validation records go. */
	route53: { change(zoneId: string, changes: readonly Change[]): string };
	/** The account's bus; nobody hears of a certificate's end unless told. */
	putEvent?: PutAwsEvent;
	/** 1,000 ms unless told (some seconds on AWS). */
	recordDelayMs?: number;
}

/** ACM for all accounts: the API, and the doors for the edge, the stack, tests and demos. */
export interface Acm {
	service: JsonService;
	/**
	 * The stack's certificate over these names, made as CloudFormation makes `AWS::CertificateManager::Certificate` with a
	 * HostedZoneId: its validation records are written into the zone. Resolves with the ARN when it is issued; rejects when it
	 * never will be. Safe to repeat, in this process or the next.
	 */
	ensureStackCertificate(wanted: StackCertificate): Promise<string>;
	/** Begins to get a certificate for a domain of CloudFront's own, which it validates once the domain leads to the edge. */
	requestManaged(domain: string, caller: Caller): string;
	/** As ACM shows it; undefined when it is deleted. */
	statusOf(arn: string): CertificateStatus | undefined;
	/** The names of a caller's certificate that is issued now. */
	issuedNames(arn: string, caller: Caller): readonly string[] | undefined;
	/** What an edge serves with: PEM of leaf and root, and of the key. Undefined until it is issued. */
	tlsFor(arn: string): { cert: string; key: string } | undefined;
	/** Marks the certificate as used by a resource, e.g. a distribution's ARN: it cannot be deleted then. Safe to repeat. */
	attach(arn: string, resourceArn: string): void;
	/** Ends all uses by a resource. Safe to repeat. */
	detach(resourceArn: string): void;
	/** Deletes a certificate as CloudFormation does: its validation records stay. Safe to repeat. Throws when it is in use. */
	removeStackCertificate(arn: string): void;
	/** Shows another status or end than the true ones, across restarts; `{}` shows the truth again. TLS is not touched. */
	show(arn: string, shown: { status?: CertificateStatus; notAfter?: Date }): void;
	/** For how many days certificates are issued from now on: 198 unless told, 100 from 2027 and 47 from 2029 on. */
	setValidityDays(days: number): void;
	/** Stops the checks; a later `createAcm` on the same store goes on with them. */
	close(): void;
}

/** The properties of the template's resource. */
export interface StackCertificate {
	domainName: string;
	subjectAlternativeNames?: readonly string[];
	hostedZoneId: string;
}

const validationTtlSeconds = 300; // What CloudFormation and the console write.
const dayMs = 86_400_000;
/** https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html */
const validityDaysNow = 198;

export function createAcm(options: AcmOptions): Acm {
	const { store, clock, caller, authority, resolveCname, route53 } = options;
	const { leadsHere = () => Promise.resolve(false), caaAt = () => Promise.resolve([]) } = options;
	const table = acmTable(store);
	let validityDays = validityDaysNow;
	const issuing = {
		...{ table, clock, authority, evidence: { resolveCname, leadsHere, caaAt } },
		validityMs: () => validityDays * dayMs,
	};
	const renewal = startRenewal({ ...issuing, putEvent: options.putEvent ?? (() => {}) });
	const validation = startValidation({ ...issuing, onIssued: renewal.follow });
	const context = { table, clock, validation, recordDelayMs: options.recordDelayMs ?? 1_000 };

	function stackCertificate(names: Certificate["names"]): Certificate {
		const failed: readonly CertificateStatus[] = ["FAILED", "VALIDATION_TIMED_OUT"];
		const existing = table
			.of(caller.accountId, caller.region)
			.find((one) => one.stack && one.names.join() === names.join() && !failed.includes(one.status));
		return (
			existing ??
			requestCertificate(context, caller, { names, token: undefined, keyAlgorithm: "RSA_2048", stack: true })
		);
	}

	function mustGet(arn: string): Certificate {
		const certificate = table.get(arn);
		if (!certificate) throw new Error(`There is no certificate ${arn}.`);
		return certificate;
	}

	return {
		service: {
			target: "CertificateManager",
			contentType: "application/x-amz-json-1.1",
			operations: rated(acmOperations(context), clock),
		},
		async ensureStackCertificate({ domainName, subjectAlternativeNames = [], hostedZoneId }) {
			const certificate = stackCertificate(certificateNames(domainName, subjectAlternativeNames));
			if (certificate.status === "PENDING_VALIDATION") route53.change(hostedZoneId, validationChanges(certificate));
			const status = (await validation.settled(certificate.arn))?.status ?? "deleted";
			if (status !== "ISSUED") throw new Error(`The certificate for ${domainName} ended as ${status}.`);
			return certificate.arn;
		},
		requestManaged(domain, owner) {
			const names = certificateNames(domain, []);
			const wanted = {
				names,
				token: undefined,
				keyAlgorithm: "RSA_2048",
				stack: false,
				validatedBy: "traffic",
			} as const;
			return requestCertificate(context, owner, wanted).arn;
		},
		statusOf(arn) {
			const certificate = table.get(arn);
			return certificate && statusOf(certificate, clock.now());
		},
		issuedNames(arn, owner) {
			const certificate = table.get(arn);
			const isOwn = certificate?.accountId === owner.accountId;
			return isOwn && statusOf(certificate, clock.now()) === "ISSUED" ? certificate.names : undefined;
		},
		tlsFor(arn) {
			const tls = table.tls(arn);
			return tls && { cert: tls.chain, key: tls.key };
		},
		attach(arn, resourceArn) {
			const certificate = mustGet(arn);
			table.save({ ...certificate, inUseBy: [...new Set([...certificate.inUseBy, resourceArn])] });
		},
		detach(resourceArn) {
			for (const certificate of table.all()) {
				const inUseBy = certificate.inUseBy.filter((other) => other !== resourceArn);
				if (inUseBy.length < certificate.inUseBy.length) table.save({ ...certificate, inUseBy });
			}
		},
		removeStackCertificate(arn) {
			if (table.get(arn)?.inUseBy.length) throw new Error(`Certificate ${arn} is in use.`);
			table.remove(arn);
		},
		show(arn, { status, notAfter }) {
			const shown = { ...(status && { status }), ...(notAfter && { notAfterMs: notAfter.getTime() }) };
			table.save({ ...mustGet(arn), shown });
		},
		setValidityDays(days) {
			validityDays = days;
		},
		close() {
			validation.close();
			renewal.close();
		},
	};
}

/** One record per domain: a name and its wildcard share theirs. */
function validationChanges(certificate: Certificate): Change[] {
	const records = certificate.names.map((name) => validationRecord(certificate.accountId, name));
	const byName = new Map(records.map((record) => [record.name, record]));
	return [...byName.values()].map(({ name, value }) => ({
		action: "UPSERT",
		set: { name, type: "CNAME", ttlSeconds: validationTtlSeconds, values: [value] },
	}));
}
