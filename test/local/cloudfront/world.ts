import { Resolver } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { createAcm } from "../../../local/acm/acm.ts";
import { createFront } from "../../../local/aws/front.ts";
import type { Caller } from "../../../local/aws/service.ts";
import { openAuthority } from "../../../local/ca/authority.ts";
import { createCloudFront } from "../../../local/cloudfront/cloudfront.ts";
import { startDns } from "../../../local/dns/server.ts";
import { aWorld, nonprod, upsert } from "../route53/world.ts";

export const distributionId = "E1MULTITENANT";
export const connectionGroupId = "cg_1";
export const routingEndpoint = "d111.cloudfront.net";
const edgeAddress = "127.0.0.9";

/** CloudFront, ACM and a customer's DNS (the zone `app.example.com`), which both of them really ask; virtual time. */
export type CloudFrontWorld = Awaited<ReturnType<typeof aCloudFrontWorld>>;

export async function aCloudFrontWorld() {
	const world = await aWorld({ insyncDelayMs: 0 });
	const { store, clock, route53, zoneId } = world;
	const directory = mkdtempSync(join(tmpdir(), "cloudfront-"));
	const authority = await openAuthority(directory);
	const dns = await startDns({ sources: [route53.zones], port: 0 });
	const resolver = new Resolver({ tries: 1 });
	resolver.setServers([`${dns.host}:${dns.port}`]);
	const isNowhere = (error: unknown): string[] => {
		if (error instanceof Error && "code" in error && ["ENOTFOUND", "ENODATA"].includes(String(error.code))) return [];
		throw error;
	};
	const addressesOf = (name: string): Promise<string[]> => resolver.resolve4(name).catch(isNowhere);
	const leadsHere = async (name: string) => (await addressesOf(name).catch((): string[] => [])).includes(edgeAddress);
	const start = () => {
		const resolveCname = (name: string) => resolver.resolveCname(name);
		const acm = createAcm({ store, clock, caller: nonprod, authority, route53, resolveCname, leadsHere });
		const cloudFront = createCloudFront({ store, clock, acm, leadsHere, addressesOf });
		const arn = `arn:aws:cloudfront::${nonprod.accountId}:connection-group/${connectionGroupId}`;
		cloudFront.addGroup({ id: connectionGroupId, name: "group", arn, routingEndpoint });
		const shared = { id: distributionId, domainName: "d222.cloudfront.net", aliases: [], isMultiTenant: true };
		cloudFront.addDistribution(shared);
		const pooled = {
			id: "E1POOLED",
			domainName: "d333.cloudfront.net",
			aliases: ["*.pool.test"],
			isMultiTenant: false,
		};
		cloudFront.addDistribution(pooled);
		return { acm, cloudFront };
	};
	let services = start();
	// The ACM of the process that runs now.
	const acmNow = {
		...services.acm.service,
		operations: Object.fromEntries(
			Object.keys(services.acm.service.operations).map((name) => [
				name,
				(input: unknown, caller: Caller) => services.acm.service.operations[name]?.(input, caller),
			]),
		),
	};
	const front = await createFront({
		json: [acmNow],
		rest: [
			{ name: "cloudfront", prefix: "/2020-05-31/", handle: (...call) => services.cloudFront.service.handle(...call) },
		],
		query: [],
	}).listen("127.0.0.1", 0);
	const clientOf = (accountId: string) =>
		new CloudFrontClient({
			endpoint: front.url,
			region: "us-east-1",
			credentials: { accessKeyId: `LOCAL${accountId}`, secretAccessKey: "local" },
			maxAttempts: 1,
		});
	return {
		...{ clock, url: front.url, clientOf, client: clientOf(nonprod.accountId), setServfail: dns.setServfail },
		acm: () => services.acm,
		cloudFront: () => services.cloudFront,
		/** Sets a customer's address record: to the edge, or elsewhere. */
		point(name: string, to: "edge" | "elsewhere") {
			route53.change(zoneId, [upsert(`${name}.`, "A", to === "edge" ? edgeAddress : "192.0.2.1")]);
		},
		/** Writes into the customer's zone. */
		setCname: (name: string, value: string) => route53.change(zoneId, [upsert(name, "CNAME", value)]),
		/** A certificate of the account, issued over a validation record. */
		async issued(name: string): Promise<string> {
			const wanted = { domainName: name, hostedZoneId: zoneId };
			const making = services.acm.ensureStackCertificate(wanted);
			let isMade = false;
			void making.then(() => {
				isMade = true;
			});
			for (let step = 0; step < 200 && !isMade; step++) await this.pass(250);
			return await making;
		},
		/** Lets time pass, and what was asked meanwhile be answered. */
		async pass(ms: number) {
			await clock.advance(ms);
			await new Promise((resolve) => setTimeout(resolve, 10));
		},
		/** Ends the services and starts the next process's on the same store. */
		restart() {
			services.acm.close();
			services = start();
		},
		async close() {
			services.acm.close();
			await front.close();
			await dns.close();
			await world.close();
			rmSync(directory, { recursive: true });
		},
	};
}
