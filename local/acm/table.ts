import { z } from "zod";
import type { IssuedCertificate } from "../ca/authority.ts";
import { inTransaction, type Store } from "../store.ts";
import { type Certificate, certificateSchema } from "./certificate.ts";

const schema = `
CREATE TABLE IF NOT EXISTS acm_certificates (
	arn TEXT PRIMARY KEY, account_id TEXT NOT NULL, region TEXT NOT NULL, json TEXT NOT NULL, chain TEXT, private_key TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS acm_requests (
	account_id TEXT NOT NULL, region TEXT NOT NULL, token TEXT, names TEXT NOT NULL, arn TEXT NOT NULL, requested_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS acm_requests_by_account ON acm_requests (account_id, region, requested_ms);
`;

const row = z.object({ json: z.string() }).transform(({ json }) => certificateSchema.parse(JSON.parse(json)));
const tls = z.object({ chain: z.string(), private_key: z.string() });

/** One RequestCertificate, kept for its idempotency token and the yearly quota. */
export interface Request {
	accountId: string;
	region: string;
	token: string | undefined;
	names: readonly string[];
	requestedMs: number;
}

/** ACM's durable state. */
export type AcmTable = ReturnType<typeof acmTable>;

export function acmTable(store: Store) {
	store.exec(schema);
	const put = store.prepare(
		"INSERT INTO acm_certificates (arn, account_id, region, json) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET json = excluded.json",
	);
	const save = (certificate: Certificate) => {
		put.run(certificate.arn, certificate.accountId, certificate.region, JSON.stringify(certificate));
	};
	return {
		get(arn: string): Certificate | undefined {
			return row.optional().parse(store.prepare("SELECT json FROM acm_certificates WHERE arn = ?").get(arn));
		},
		save,
		/** The certificate and what it serves with, in one transaction. */
		saveIssued(certificate: Certificate, issued: IssuedCertificate): void {
			inTransaction(store, () => {
				save(certificate);
				store
					.prepare("UPDATE acm_certificates SET chain = ?, private_key = ? WHERE arn = ?")
					.run(issued.chain, issued.key, certificate.arn);
			});
		},
		add(certificate: Certificate, request: Request): void {
			inTransaction(store, () => {
				save(certificate);
				store
					.prepare("INSERT INTO acm_requests VALUES (?, ?, ?, ?, ?, ?)")
					.run(
						request.accountId,
						request.region,
						request.token ?? null,
						request.names.join(" "),
						certificate.arn,
						request.requestedMs,
					);
			});
		},
		remove(arn: string): void {
			store.prepare("DELETE FROM acm_certificates WHERE arn = ?").run(arn);
		},
		/** In the order of making. */
		of(accountId: string, region: string): Certificate[] {
			return z
				.array(row)
				.parse(
					store
						.prepare("SELECT json FROM acm_certificates WHERE account_id = ? AND region = ? ORDER BY rowid")
						.all(accountId, region),
				);
		},
		all(): Certificate[] {
			return z.array(row).parse(store.prepare("SELECT json FROM acm_certificates ORDER BY rowid").all());
		},
		tls(arn: string): { chain: string; key: string } | undefined {
			const found = store
				.prepare("SELECT chain, private_key FROM acm_certificates WHERE arn = ? AND chain IS NOT NULL")
				.get(arn);
			const parsed = tls.optional().parse(found);
			return parsed && { chain: parsed.chain, key: parsed.private_key };
		},
		/** The certificate of an earlier request with this token and these names, made after `sinceMs`. */
		requested({ accountId, region, token, names }: Request, sinceMs: number): string | undefined {
			const found = store
				.prepare(
					"SELECT arn FROM acm_requests WHERE account_id = ? AND region = ? AND token = ? AND names = ? AND requested_ms > ?",
				)
				.get(accountId, region, token ?? null, names.join(" "), sinceMs);
			return z.object({ arn: z.string() }).optional().parse(found)?.arn;
		},
		countRequests(accountId: string, region: string, sinceMs: number): number {
			const found = store
				.prepare("SELECT COUNT(*) AS count FROM acm_requests WHERE account_id = ? AND region = ? AND requested_ms > ?")
				.get(accountId, region, sinceMs);
			return z.object({ count: z.number() }).parse(found).count;
		},
	};
}
