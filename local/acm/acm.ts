import type { Caller, JsonService } from "../aws/service.ts";
import type { CertificateAuthority } from "../ca/authority.ts";
import type { Clock } from "../clock.ts";
import type { Change } from "../route53/record-set.ts";
import type { Store } from "../store.ts";
import { type Certificate, type CertificateStatus, certificateNames, validationRecord } from "./certificate.ts";
import { acmOperations, requestCertificate } from "./operations.ts";
import { acmTable } from "./table.ts";
import { type ResolveCname, startValidation } from "./validation.ts";

/** What the embedded ACM is made of. */
export interface AcmOptions {
	store: Store;
	clock: Clock;
	/** Whose certificate `ensureStackCertificate` makes. */
	caller: Caller;
	authority: CertificateAuthority;
	/** MUST ask a DNS server: nothing is issued on any other evidence. */
	resolveCname: ResolveCname;
	/** Where the stack's validation records go. */
	route53: { change(zoneId: string, changes: readonly Change[]): string };
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

export function createAcm(options: AcmOptions): Acm {
	const { store, clock, caller, authority, resolveCname, route53 } = options;
	const table = acmTable(store);
	const validation = startValidation({ table, clock, authority, resolveCname });
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
			operations: acmOperations(context),
		},
		async ensureStackCertificate({ domainName, subjectAlternativeNames = [], hostedZoneId }) {
			const certificate = stackCertificate(certificateNames(domainName, subjectAlternativeNames));
			if (certificate.status === "PENDING_VALIDATION") route53.change(hostedZoneId, validationChanges(certificate));
			const status = (await validation.settled(certificate.arn))?.status ?? "deleted";
			if (status !== "ISSUED") throw new Error(`The certificate for ${domainName} ended as ${status}.`);
			return certificate.arn;
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
		close: () => validation.close(),
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
