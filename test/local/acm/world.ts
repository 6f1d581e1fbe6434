import { Resolver } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACMClient } from "@aws-sdk/client-acm";
import { type Acm, createAcm } from "../../../local/acm/acm.ts";
import { createFront } from "../../../local/aws/front.ts";
import { type CertificateAuthority, openAuthority } from "../../../local/ca/authority.ts";
import type { VirtualClock } from "../../../local/clock.ts";
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
	const create = () => createAcm({ store, clock, caller: nonprod, authority: signing, resolveCname, route53 });
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
		queries,
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
