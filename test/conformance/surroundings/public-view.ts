import { setTimeout as sleep } from "node:timers/promises";
import { type ACMClient, DescribeCertificateCommand, paginateListCertificates } from "@aws-sdk/client-acm";
import {
	type CloudFrontClient,
	GetManagedCertificateDetailsCommand,
	paginateListDistributionTenants,
} from "@aws-sdk/client-cloudfront";
import {
	ListResourceRecordSetsCommand,
	type ListResourceRecordSetsCommandInput,
	paginateListHostedZones,
	type ResourceRecordSet,
	type Route53Client,
} from "@aws-sdk/client-route-53";
import type { CertificateAuthority } from "../../../local/ca/authority.ts";
import { memoryZones } from "../../../local/dns/memory-zones.ts";
import { isRecordType } from "../../../local/dns/rdata.ts";
import { canonicalName, type ServedRecordSet, type ZoneSource } from "../../../local/dns/zone-source.ts";

/** What the public sees of an account: its zones, its certificates, and what its distribution tenants serve; as it was a moment ago. */
export interface PublicView {
	zones: ZoneSource;
	/** Names of the zones, canonical. */
	hosted(): string[];
	/** What an edge shows for a certificate that is issued: PEM. */
	tlsFor(arn: string): { cert: string; key: string } | undefined;
	/** The domain by which a distribution tenant serves a hostname: its own, or a wildcard. */
	servedAt(hostname: string): ServedDomain | undefined;
	/** Looks now. */
	look(): Promise<void>;
	close(): Promise<void>;
}

export interface ServedDomain {
	domain: string;
	certificateArn: string;
}

/** As the surroundings call an account. */
export interface AccountClients {
	acm: ACMClient;
	cloudfront: CloudFrontClient;
	route53: Route53Client;
}

type ZoneRecords = Record<string, ServedRecordSet[]>;

const everyMs = 500;
const yearMs = 365 * 86_400_000;

/** Asks the account's APIs again and again, since none tells of changes. Its certificates' keys are nobody's to see, so an authority gives others. */
export async function watchPublic(clients: AccountClients, authority: CertificateAuthority): Promise<PublicView> {
	let zones: Record<string, ZoneRecords> = {};
	let source = memoryZones(zones);
	let served = new Map<string, ServedDomain>();
	const certificates = new Map<string, { cert: string; key: string }>();
	const look = async () => {
		zones = await zonesOf(clients);
		source = memoryZones(zones);
		const tenants = await servedTenants(clients);
		const inAcm = await newCertificates(clients, certificates);
		const managed = await newManagedCertificates(clients, tenants, new Set([...certificates.keys(), ...inAcm.keys()]));
		for (const [arn, names] of [...inAcm, ...managed]) {
			const { chain: cert, key } = await authority.issue(names, new Date(), new Date(Date.now() + yearMs));
			certificates.set(arn, { cert, key });
		}
		served = new Map(tenants.flatMap(({ domains }) => domains.map((one) => [one.domain, one])));
	};
	await look();
	const closing = new AbortController();
	const watching = (async () => {
		while (!closing.signal.aborted) {
			await sleep(everyMs, undefined, { signal: closing.signal }).catch(() => undefined);
			// A look that fails says nothing: what was seen last stands until the next.
			await look().catch(() => undefined);
		}
	})();
	return {
		zones: { zoneAt: (apex) => source.zoneAt(apex) },
		hosted: () => Object.keys(zones),
		tlsFor: (arn) => certificates.get(arn),
		servedAt: (hostname) => served.get(hostname) ?? served.get(hostname.replace(/^[^.]+/, "*")),
		look,
		async close() {
			closing.abort();
			await watching;
		},
	};
}

async function zonesOf({ route53 }: AccountClients): Promise<Record<string, ZoneRecords>> {
	const zones: Record<string, ZoneRecords> = {};
	for await (const { HostedZones = [] } of paginateListHostedZones({ client: route53 }, {})) {
		for (const { Id, Name = "" } of HostedZones) zones[canonicalName(Name)] = await recordsOf(route53, Id, Name);
	}
	return zones;
}

/** All but the apex's SOA and NS, for a name server answers with its own. */
async function recordsOf(route53: Route53Client, HostedZoneId: string | undefined, apex: string) {
	const records: ZoneRecords = {};
	let from: Omit<ListResourceRecordSetsCommandInput, "HostedZoneId"> | undefined = {};
	while (from) {
		const asked: ListResourceRecordSetsCommandInput = { HostedZoneId, ...from };
		const page = await route53.send(new ListResourceRecordSetsCommand(asked));
		for (const set of page.ResourceRecordSets ?? []) {
			// Route 53 writes the asterisk in octal: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
			const name = canonicalName((set.Name ?? "").replaceAll("\\052", "*"));
			const isApexOwn = name === canonicalName(apex) && (set.Type === "SOA" || set.Type === "NS");
			const served = isApexOwn ? undefined : servedSet(set);
			if (served) records[name] = [...(records[name] ?? []), served];
		}
		from = page.IsTruncated
			? { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType }
			: undefined;
	}
	return records;
}

function servedSet({ Type: type, TTL = 300, AliasTarget, ResourceRecords = [] }: ResourceRecordSet) {
	if (type === undefined || !isRecordType(type)) return undefined;
	if (AliasTarget?.DNSName !== undefined) return { type, aliasTo: canonicalName(AliasTarget.DNSName) };
	return { type, ttlSeconds: TTL, values: ResourceRecords.map(({ Value = "" }) => Value) };
}

/** Names of a certificate. */
type Names = [string, ...string[]];

async function newCertificates({ acm }: AccountClients, known: ReadonlyMap<string, unknown>) {
	const found = new Map<string, Names>();
	const asked = { CertificateStatuses: ["ISSUED" as const], Includes: { keyTypes: ["EC_prime256v1" as const] } };
	for await (const page of paginateListCertificates({ client: acm }, asked)) {
		for (const { CertificateArn = "" } of page.CertificateSummaryList ?? []) {
			if (known.has(CertificateArn)) continue;
			const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
			const [first, ...more] = Certificate?.SubjectAlternativeNames ?? [];
			if (first !== undefined) found.set(CertificateArn, [first, ...more]);
		}
	}
	return found;
}

/** Those that CloudFront got by itself: MiniStack's ACM does not know of them. */
async function newManagedCertificates(
	{ cloudfront }: AccountClients,
	tenants: readonly ServedTenant[],
	known: ReadonlySet<string>,
) {
	const found = new Map<string, Names>();
	for (const { id: Identifier, certificateArn } of tenants) {
		if (known.has(certificateArn)) continue;
		const { ManagedCertificateDetails: managed } = await cloudfront.send(
			new GetManagedCertificateDetailsCommand({ Identifier }),
		);
		const [first, ...more] = managed?.ValidationTokenDetails?.flatMap(({ Domain }) => Domain ?? []) ?? [];
		const isIssued = managed?.CertificateArn === certificateArn && managed.CertificateStatus === "issued";
		if (isIssued && first !== undefined) found.set(certificateArn, [first, ...more]);
	}
	return found;
}

interface ServedTenant {
	id: string;
	certificateArn: string;
	domains: ServedDomain[];
}

async function servedTenants({ cloudfront }: AccountClients): Promise<ServedTenant[]> {
	const tenants: ServedTenant[] = [];
	for await (const page of paginateListDistributionTenants({ client: cloudfront }, {})) {
		for (const { Id: id = "", Enabled, Customizations, Domains = [] } of page.DistributionTenantList ?? []) {
			const certificateArn = Customizations?.Certificate?.Arn;
			if (!Enabled || certificateArn === undefined) continue;
			const domains = Domains.map(({ Domain = "" }) => ({ domain: Domain.toLowerCase(), certificateArn }));
			tenants.push({ id, certificateArn, domains });
		}
	}
	return tenants;
}
