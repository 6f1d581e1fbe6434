import type { CertificateAuthority } from "../ca/authority.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { Certificate } from "./certificate.ts";
import { caaVerdict, type EvidenceSources, validatedNames } from "./evidence.ts";
import type { AcmTable } from "./table.ts";

/** Looks for a certificate's validation records until they are found or the time is up. */
export interface Validation {
	/** Plans the certificate's next check, as the certificate itself says. */
	follow(certificate: Certificate): void;
	/** Resolves with the certificate once it is no longer pending, at once when it is not; with undefined when it was deleted. */
	settled(arn: string): Promise<Certificate | undefined>;
	close(): void;
}

// https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
const validationWindowMs = 72 * 3_600_000;
// ACM's own check times are not published; these are quick first, for someone who watches.
const firstCheckMs = 500;
const slowestCheckMs = 60_000;

/** When to look for the `checks`-th time, counted from the last look. */
export function checkDelayMs(checks: number): number {
	return Math.min(slowestCheckMs, firstCheckMs * 1.5 ** checks);
}

/** What a validation needs. */
export interface ValidationOptions {
	table: AcmTable;
	clock: Clock;
	authority: CertificateAuthority;
	evidence: EvidenceSources;
	/** Of the certificates that are issued from now on. */
	validityMs: () => number;
	/** Told of each certificate that is issued. */
	onIssued: (certificate: Certificate) => void;
}

/** Resumes every pending certificate that the table holds. */
export function startValidation(options: ValidationOptions): Validation {
	const { table, clock, authority, evidence, validityMs, onIssued } = options;
	const planned = new Map<string, Cancel>();
	const waiting = new Map<string, ((certificate: Certificate | undefined) => void)[]>();
	let closed = false;

	function follow(certificate: Certificate): void {
		if (closed || certificate.status !== "PENDING_VALIDATION") return;
		const dueMs = Math.min(certificate.nextCheckMs, certificate.createdMs + validationWindowMs);
		planned.set(
			certificate.arn,
			clock.at(dueMs, () => void check(certificate.arn)),
		);
	}

	async function check(arn: string): Promise<void> {
		const certificate = table.get(arn);
		if (closed) return;
		if (certificate?.status === "PENDING_VALIDATION") await look(certificate);
		if (!closed) told(arn);
	}

	async function look(before: Certificate): Promise<void> {
		const found = await validatedNames(before, evidence);
		// What was seen once counts.
		const validated = before.names.filter((name) => before.validated.includes(name) || found.includes(name));
		const isComplete = validated.length === before.names.length;
		const verdict = isComplete ? await caaVerdict(before, evidence.caaAt) : "unknown";
		const now = clock.now();
		const validity = { notBeforeMs: now, notAfterMs: now + validityMs() };
		const issued =
			verdict === "permits"
				? await authority.issue(before.names, new Date(validity.notBeforeMs), new Date(validity.notAfterMs))
				: undefined;
		// While we asked, it may have been deleted, or put to use.
		const current = closed ? undefined : table.get(before.arn);
		if (!current) return;
		if (issued) {
			const detail = { atMs: now, ...validity, serialNumber: issued.serialNumber };
			const after: Certificate = { ...current, validated, status: "ISSUED", issued: detail };
			table.saveIssued(after, issued);
			onIssued(after);
		} else if (verdict === "forbids") {
			table.save({ ...current, validated, status: "FAILED", failureReason: "CAA_ERROR" });
		} else if (now >= current.createdMs + validationWindowMs) {
			table.save({ ...current, validated, status: "VALIDATION_TIMED_OUT" });
		} else {
			const checks = current.checks + 1;
			table.save({ ...current, validated, checks, nextCheckMs: now + checkDelayMs(checks) });
		}
	}

	function told(arn: string): void {
		planned.delete(arn);
		const certificate = table.get(arn);
		if (certificate?.status === "PENDING_VALIDATION") {
			follow(certificate);
			return;
		}
		for (const resolve of waiting.get(arn) ?? []) resolve(certificate);
		waiting.delete(arn);
	}

	for (const certificate of table.all()) follow(certificate);
	return {
		follow,
		settled(arn) {
			const certificate = table.get(arn);
			if (certificate && certificate.status !== "PENDING_VALIDATION") return Promise.resolve(certificate);
			return new Promise((resolve) => waiting.set(arn, [...(waiting.get(arn) ?? []), resolve]));
		},
		close() {
			closed = true;
			for (const cancel of planned.values()) cancel();
			planned.clear();
		},
	};
}
