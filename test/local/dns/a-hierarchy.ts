import { type VirtualClock, virtualClock } from "../../../local/clock.ts";
import { memoryZones } from "../../../local/dns/memory-zones.ts";
import { createRecursor, type Recursor } from "../../../local/dns/recursor.ts";
import { type Registration, registryZones } from "../../../local/dns/registry-zones.ts";
import { type Dns, startDns } from "../../../local/dns/server.ts";
import type { ServedRecordSet } from "../../../local/dns/zone-source.ts";

type Records = Record<string, readonly ServedRecordSet[]>;

/** A registry on its own address, servers of zones on theirs, all on one port, and a recursor that begins at the root. */
export interface Hierarchy {
	clock: VirtualClock;
	recursor: Recursor;
	registrations: Registration[];
	/** Starts a server of zones on 127.0.53.<last>, which is that of slot `last - 2`. */
	serve(last: number, zones: Record<string, Records>): Promise<Dns>;
	/** What a name has, in short: addresses and names, or the response code. */
	ask(name: string, type?: "A" | "NS" | "TXT" | "DS" | "CNAME"): Promise<string[] | string>;
	close(): Promise<void>;
}

/** A name server of the account in a slot. */
export const serverOf = (slot: number) => `ns-7.awsdns-0${slot * 8}.com.`;

export const a = (value: string, ttlSeconds = 60): ServedRecordSet => ({ type: "A", ttlSeconds, values: [value] });
export const ns = (...values: string[]): ServedRecordSet => ({ type: "NS", ttlSeconds: 300, values });

/** An empty one: nothing is registered, nobody serves a zone. */
export async function aHierarchy(): Promise<Hierarchy> {
	const clock = virtualClock(Date.parse("2026-11-01T00:00:00Z"));
	const registrations: Registration[] = [];
	const hosts = new Map([["origin.demo.test.", "127.0.0.9"]]);
	const source = registryZones({ registrations: () => registrations, address: "127.0.53.1", hosts: () => hosts });
	const registry = await startDns({ sources: [source], host: "127.0.53.1", port: 0, edgeNames: "behind-aliases" });
	const running = [registry];
	const recursor = createRecursor({ roots: ["127.0.53.1"], nameServerPort: registry.port, clock, timeoutMs: 300 });
	return {
		clock,
		recursor,
		registrations,
		async serve(last, zones) {
			const host = `127.0.53.${last}`;
			const sources = [memoryZones(zones)];
			const dns = await startDns({ sources, host, port: registry.port, edgeNames: "behind-aliases" });
			running.push(dns);
			return dns;
		},
		async ask(name, type = "A") {
			const { rcode, answers } = await recursor.resolve({ name, type });
			if (answers.length === 0) return rcode;
			return answers.map((record) => ("data" in record ? String(record.data) : record.type));
		},
		close: async () => void (await Promise.all(running.map((dns) => dns.close()))),
	};
}
