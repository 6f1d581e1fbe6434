import { createHash } from "node:crypto";
import { z } from "zod";
import type { Store } from "../store.ts";

/** A key that signs a zone's keys. */
export interface SigningKey {
	name: string;
	/** What a DS record names it by. */
	keyTag: number;
	/** The DS of the key, for the zone above. */
	dsRecord: string;
}

const keySchema = z.object({ name: z.string(), key_tag: z.number(), is_signing: z.number() });

/**
 * Which zones are signed, and with which keys, as far as the API tells of it. The answers of the DNS server carry no signatures: nothing
 * here checks any.
 */
export function signingTable(store: Store) {
	store.exec(`
		CREATE TABLE IF NOT EXISTS route53_signing (
			zone_id TEXT NOT NULL, name TEXT NOT NULL, key_tag INTEGER NOT NULL, is_signing INTEGER NOT NULL, PRIMARY KEY (zone_id, name)
		) STRICT;`);
	const put = store.prepare("INSERT OR IGNORE INTO route53_signing VALUES (?, ?, ?, 0)");
	const forget = store.prepare("DELETE FROM route53_signing WHERE zone_id = ?");
	const enable = store.prepare("UPDATE route53_signing SET is_signing = ? WHERE zone_id = ?");
	const all = store.prepare("SELECT name, key_tag, is_signing FROM route53_signing WHERE zone_id = ? ORDER BY name");
	return {
		/** Undefined when the zone has a key of that name. */
		addKey(zoneId: string, name: string): SigningKey | undefined {
			const keyTag = digestOf(zoneId, name).readUInt16BE(0);
			return Number(put.run(zoneId, name, keyTag).changes) > 0 ? keyOf(zoneId, name, keyTag) : undefined;
		},
		forget: (zoneId: string): void => void forget.run(zoneId),
		/** Answers false when there is no key to sign with. */
		setSigning: (zoneId: string, on: boolean): boolean => Number(enable.run(on ? 1 : 0, zoneId).changes) > 0,
		of(zoneId: string): { isSigning: boolean; keys: SigningKey[] } {
			const rows = z.array(keySchema).parse(all.all(zoneId));
			return {
				isSigning: rows.some(({ is_signing }) => is_signing === 1),
				keys: rows.map(({ name, key_tag }) => keyOf(zoneId, name, key_tag)),
			};
		},
	};
}

/** ECDSA P-256 with SHA-256, as Route 53 has it: algorithm 13, digest type 2. */
function keyOf(zoneId: string, name: string, keyTag: number): SigningKey {
	return { name, keyTag, dsRecord: `${keyTag} 13 2 ${digestOf(zoneId, name).toString("hex").toUpperCase()}` };
}

/** Stands for a key's: there is no key. */
function digestOf(zoneId: string, name: string): Buffer {
	return createHash("sha256").update(`${zoneId}/${name}`).digest();
}
