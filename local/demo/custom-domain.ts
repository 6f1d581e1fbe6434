import { setTimeout as pause } from "node:timers/promises";
import { limits } from "../../domain/limits.ts";
import type { CustomerDnsOrder } from "../customer-dns/orders.ts";
import type { Client, SeenDomain, SeenOperation } from "./client.ts";
import type { ShownCertificate, Viewer } from "./viewer.ts";

/** A custom domain of the demo, from the POST to its first page, with the mistake that was made on the way. */
export interface BroughtDomain {
	hostname: string;
	status: string;
	/** From the POST to active: most of it is the ten seconds that two checks on request lie apart. */
	millis: number;
	/** What POST verify said of the mistake. */
	mistake: { reason: string | null; actor: string | null; fix: string | null };
	https: { status: number; tenantId: string };
	/** As the edge showed it to a viewer who verifies it. */
	certificate: ShownCertificate;
}

/** What its customer leaves at the name: the shop of the years before. Short, so that nobody waits for resolvers to forget it. */
const mistaken = { value: "shops.former-host.com", ttlSeconds: 2 };

/** As it is handed to this chapter by the demo. */
interface Stage {
	/** Has the customer's DNS provider carry out an order. Rejects when it is refused. */
	customerDns: (order: CustomerDnsOrder) => Promise<void>;
	client: Client;
	viewer: Viewer;
	say: (line: string) => void;
	deadlineMs: number;
}

/** Brings `shop.<slug>.com` of an active tenant to HTTPS; first with a CNAME that leads elsewhere, which a check explains. */
export async function bringDomain(
	{ tenantId, slug }: { tenantId: string; slug: string },
	{ customerDns, client, viewer, say, deadlineMs }: Stage,
): Promise<BroughtDomain> {
	const hostname = `shop.${slug}.com`;
	const tell = (line: string) => say(`  ${slug.padEnd(8)} ${line}`);
	const setCname = async (saying: string, value: string, ttlSeconds?: number) => {
		await customerDns({ do: "set", name: hostname, type: "CNAME", values: [value], ttlSeconds });
		tell(`${saying}: ${hostname} CNAME ${value}`);
	};

	const startedAt = Date.now();
	await setCname("has at its DNS provider, of the years before", mistaken.value, mistaken.ttlSeconds);
	const { domain, operation } = await client.attachDomain(tenantId, hostname);
	const wanted = cnameOf(domain);
	say(`\nPOST /v1/tenants/${tenantId}/domains: operation ${operation.operationId}, wants ${hostname} CNAME ${wanted}`);

	const { diagnosis: mistake } = await client.verifyDomain(tenantId, hostname);
	tell(`POST …/verify: ${mistake.reason ?? "ok"}: ${mistake.message}\n           ${mistake.actor}: ${mistake.fix}`);
	await setCname("mends it at its DNS provider", wanted);

	const { status: end } = await verifyUntilEnded({ tenantId, hostname, operation }, { client, deadlineMs, tell });
	if (end !== "succeeded") throw new Error(`${hostname} should be attached and its operation is ${end}.`);

	const millis = Date.now() - startedAt;
	const { status } = await client.showDomain(tenantId, hostname);
	const https = await viewer.open(hostname);
	const certificate = await viewer.certificateOf(hostname);
	const { names, days } = certificate;
	tell(`${hostname} is ${status} after ${millis} ms; HTTPS ${https.status} for ${https.tenantId}`);
	tell(`certificate for ${names.join(", ")}, good for ${days} days`);
	const { reason, actor, fix } = mistake;
	return { hostname, status, millis, mistake: { reason, actor, fix }, https, certificate };
}

/**
 * Follows a domain's operation to its end. Nobody has to ask: the ladder's own looks would come, the next within a minute. Whoever watches asks as
 * often as is allowed.
 */
export async function verifyUntilEnded(
	domain: { tenantId: string; hostname: string; operation: { operationId: string } },
	{ client, deadlineMs, tell }: Pick<Stage, "client" | "deadlineMs"> & { tell: (line: string) => void },
): Promise<SeenOperation> {
	const { tenantId, hostname, operation } = domain;
	const ended = client.follow(operation.operationId, deadlineMs, (step) => tell(`${step} done`));
	const over = ended.then(
		() => true,
		() => true,
	);
	while (!(await Promise.race([over, notUntil(Date.now() + verifyEveryMs)]))) {
		const { diagnosis } = await client.verifyDomain(tenantId, hostname);
		tell(`POST …/verify: ${diagnosis.reason ?? "ok"}: ${diagnosis.message}`);
	}
	return await ended;
}

/** Whether it is as it must be: the mistake explained to its customer, the page the tenant's, the certificate the name's own. */
export function isBrought({ hostname, status, mistake, https, certificate }: BroughtDomain, tenantId: string): boolean {
	return (
		status === "active" &&
		mistake.reason === "cname-wrong-target" &&
		mistake.actor === "customer" &&
		https.status === 200 &&
		https.tenantId === tenantId &&
		certificate.names.includes(hostname) &&
		certificate.days > 0
	);
}

/** A moment later than the limit of requests for a check. */
const verifyEveryMs = limits.verifyInterval.value * 1_000 + 200;

async function notUntil(atMs: number): Promise<false> {
	await pause(Math.max(0, atMs - Date.now()));
	return false;
}

function cnameOf({ hostname, records }: SeenDomain): string {
	const cname = records.find(({ name, type }) => name === hostname && type === "CNAME");
	if (!cname?.value) throw new Error(`The answer names no CNAME for ${hostname}.`);
	return cname.value;
}
