import { z } from "zod";
import type { Registration } from "../dns/registry-zones.ts";
import { canonicalName, isWithin } from "../dns/zone-source.ts";
import type { Store } from "../store.ts";

/** What stands at the registries. */
export interface Registrations {
	list(): Registration[];
	/** Sets what a registry tells of a domain, whatever zones there are; without name servers it tells what the zones say again. */
	set(name: string, told: { nameServers?: readonly string[] | undefined; ds?: readonly string[] | undefined }): void;
}

const listText = z.string().transform((text) => text.split("\n").filter(Boolean));
const rowSchema = z
	.object({ name: z.string(), name_servers: listText.nullable(), ds: listText })
	.transform(({ name, name_servers: nameServers, ds }) => ({ name, nameServers, ds }));

/**
 * Every zone of the registrar's account that lies below none of its others is a registered domain, delegated to the zone's own name
 * servers as Route 53 Domains does it; what is set otherwise is kept in the store.
 */
export function createRegistrations(
	store: Store,
	zones: () => readonly { name: string; nameServers: readonly string[] }[],
): Registrations {
	store.exec(
		"CREATE TABLE IF NOT EXISTS world_registrations (name TEXT PRIMARY KEY, name_servers TEXT, ds TEXT NOT NULL) STRICT",
	);
	const all = store.prepare("SELECT * FROM world_registrations");
	const put = store.prepare("INSERT OR REPLACE INTO world_registrations VALUES (?, ?, ?)");

	return {
		list() {
			const hosted = zones();
			const apexes = hosted.filter(
				({ name }) => !hosted.some((other) => other.name !== name && isWithin(name, other.name)),
			);
			const known = new Map<string, Registration>();
			for (const { name, nameServers } of apexes) if (!known.has(name)) known.set(name, { name, nameServers });
			for (const { name, nameServers, ds } of z.array(rowSchema).parse(all.all())) {
				known.set(name, { name, nameServers: nameServers ?? known.get(name)?.nameServers ?? [], ds });
			}
			return [...known.values()];
		},
		set: (name, { nameServers, ds = [] }) =>
			void put.run(canonicalName(name), nameServers?.map(canonicalName).join("\n") ?? null, ds.join("\n")),
	};
}
