const ended: ReadonlySet<string> = new Set(["FAILED", "VALIDATION_TIMED_OUT", "REVOKED", "EXPIRED", "INACTIVE"]);

/**
 * Whether nothing becomes of a certificate in this status (ACM's spelling) any more, and only another one helps. A status that is not known here
 * may pass: https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
 */
export function hasEnded(status: string): boolean {
	return ended.has(status);
}
