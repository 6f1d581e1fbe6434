import { z } from "zod";
import type { Store } from "../store.ts";

/** A hosted zone; `name` is normalized. */
export interface Zone {
	id: string;
	accountId: string;
	name: string;
	callerReference: string;
	comment: string;
	nameServers: string[];
}

const zoneRow = z
	.object({
		id: z.string(),
		account_id: z.string(),
		name: z.string(),
		caller_reference: z.string(),
		comment: z.string(),
		name_servers: z.string(),
	})
	.transform(
		(row): Zone => ({
			id: row.id,
			accountId: row.account_id,
			name: row.name,
			callerReference: row.caller_reference,
			comment: row.comment,
			nameServers: row.name_servers.split(" "),
		}),
	);
/** The rows of `route53_zones`. */
export function zoneTable(store: Store) {
	const zonesNamed = store.prepare("SELECT * FROM route53_zones WHERE name = ? ORDER BY rowid LIMIT 1");
	const zonesByAge = store.prepare("SELECT * FROM route53_zones WHERE account_id = ? ORDER BY rowid");

	return {
		insert(zone: Zone): void {
			store
				.prepare("INSERT INTO route53_zones VALUES (?, ?, ?, ?, ?, ?)")
				.run(zone.id, zone.accountId, zone.name, zone.callerReference, zone.comment, zone.nameServers.join(" "));
		},
		remove(zoneId: string): void {
			store.prepare("DELETE FROM route53_zones WHERE id = ?").run(zoneId);
		},
		byId(id: string): Zone | undefined {
			return zoneRow.optional().parse(store.prepare("SELECT * FROM route53_zones WHERE id = ?").get(id));
		},
		/** The oldest zone of that name, of whatever account: nothing delegates locally. */
		named(name: string): Zone | undefined {
			return zoneRow.optional().parse(zonesNamed.get(name));
		},
		hosted(accountId: string): Zone[] {
			return z.array(zoneRow).parse(zonesByAge.all(accountId));
		},
		of(accountId: string): Zone[] {
			return z
				.array(zoneRow)
				.parse(store.prepare("SELECT * FROM route53_zones WHERE account_id = ? ORDER BY id").all(accountId));
		},
	};
}
