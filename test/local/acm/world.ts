import { Resolver } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACMClient } from "@aws-sdk/client-acm";
import { type Acm, createAcm } from "../../../local/acm/acm.ts";
import { createFront } from "../../../local/aws/front.ts";
import type { BusEvent } from "../../../local/aws/service.ts";
import { type CertificateAuthority, openAuthority } from "../../../local/ca/authority.ts";
import type { VirtualClock } from "../../../local/clock.ts";
import { askServer } from "../../../local/dns/ask.ts";
import { startDns } from "../../../local/dns/server.ts";
import type { Route53 } from "../../../local/route53/route53.ts";
import { aWorld, nonprod } from "../route53/world.ts";

/** The four parts together: records by Route 53, found by a query to the DNS server, signed by the authority. */
export interface AcmWorld {
	acm: Acm;
	authority: CertificateAuthority;
	route53: Route53;
	zoneId: string;
	clock: VirtualClock;
	client: ACMClient;
	/** Looks asked of DNS so far. */
	queries: string[];
	/** What ACM has put on the bus. */
	events: BusEvent[];
	/** Lets whole days pass, with all that falls due in them. */
	days(count: number): Promise<void>;
	/** Moves time on in small steps, so that real DNS answers arrive in between, until `done`. */
	until(done: () => boolean | Promise<boolean>): Promise<void>;
	/** Ends this process's ACM and starts the next one's on the same store. */
	restart(): Acm;
	setServfail(name: string, on: boolean): void;
	close(): Promise<void>;
}

export async function anAcmWorld(): Promise<AcmWorld> {
	const world = await aWorld();
	const { store, clock, route53 } = world;
	const directory = mkdtempSync(join(tmpdir(), "acm-"));
	const authority = await openAuthority(directory);
	const dns = await startDns({ sources: [route53.zones], port: 0 });
	const resolver = new Resolver({ tries: 1 });
	resolver.setServers([`${dns.host}:${dns.port}`]);
	const queries: string[] = [];
	const events: BusEvent[] = [];
	const pending = new Set<Promise<unknown>>();
	/** Work that takes real time, for the virtual clock to wait for. */
	function track<T>(work: Promise<T>): Promise<T> {
		pending.add(work);
		const forget = () => pending.delete(work);
		work.then(forget, forget);
		return work;
	}
	const resolveCname = (name: string) => {
		queries.push(name);
		return track(resolver.resolveCname(name));
	};
	const signing: CertificateAuthority = { ...authority, issue: (...wanted) => track(authority.issue(...wanted)) };
	const caaAt = (name: string) => track(caaOf(name));
	const caaOf = async (name: string) => {
		const { flags: status = 0, answers } = await askServer(dns, { name, type: "CAA" }, 2_000);
		if ((status & 15) === 2) throw new Error(`${name} could not be asked for.`);
		return (answers ?? []).flatMap((answer) => {
			if (answer.type !== "CAA") return [];
			const { flags = 0, tag, value } = answer.data;
			return [{ flags, tag, value }];
		});
	};
	const putEvent = (event: BusEvent) => void events.push(event);
	const asking = { resolveCname, caaAt, putEvent };
	const create = () => createAcm({ store, clock, caller: nonprod, authority: signing, route53, ...asking });
	let acm = create();
	const front = await createFront({ json: [acm.service], rest: [], query: [] }).listen("127.0.0.1", 0);
	const client = new ACMClient({
		endpoint: front.url,
		region: "us-east-1",
		credentials: { accessKeyId: `LOCAL${nonprod.accountId}`, secretAccessKey: "local" },
		maxAttempts: 1,
	});
	return {
		acm,
		authority,
		route53,
		zoneId: world.zoneId,
		clock,
		client,
		...{ queries, events },
		async days(count) {
			for (let day = 0; day < count; day++) {
				await clock.advance(86_400_000);
				for (; pending.size > 0; await new Promise(setImmediate)) await Promise.allSettled(pending);
			}
		},
		async until(done) {
			for (let step = 0; step < 2_000 && !(await done()); step++) {
				await clock.advance(250);
				await Promise.allSettled(pending);
			}
			if (!(await done())) throw new Error("it did not happen");
		},
		restart() {
			acm.close();
			acm = create();
			return acm;
		},
		setServfail: dns.setServfail,
		async close() {
			acm.close();
			client.destroy();
			await front.close();
			await dns.close();
			await world.close();
			rmSync(directory, { recursive: true });
		},
	};
}
