import { z } from "zod";
import { AwsError, type JsonService } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import { defineSwitch, type Switches } from "../control.ts";
import type { Registration } from "../dns/registry-zones.ts";
import type { Store } from "../store.ts";
import { registrationTable, type Shown, shownSchema } from "./registration-table.ts";

export interface DomainsOptions {
	store: Store;
	clock: Clock;
	/** What stands at the registries; each of them is registered in this account. */
	registered: () => readonly Registration[];
}

/** Route 53 Domains as far as we call it. */
export interface Domains {
	service: JsonService;
	/** Lets a domain look otherwise than in order, across restarts; what is left out is in order again. */
	show(domain: string, shown: Shown): void;
	switches: Switches;
}

const dayMs = 86_400_000;
/** A registration that is in order is never close to its end. */
const daysInOrder = 300;

const listInput = z.object({ Marker: z.string().default("0"), MaxItems: z.int().min(1).max(100).default(20) });
const detailInput = z.object({ DomainName: z.string() });
const contactInput = z.object({ domainName: z.string() });

export function createDomains({ store, clock, registered }: DomainsOptions): Domains {
	const table = registrationTable(store);

	function domains() {
		return registered().map(({ name, nameServers, ds = [] }) => {
			const domain = withoutDot(name);
			const { daysLeft, since, ...shown } = table.of(domain);
			const endMs =
				since === undefined || daysLeft === undefined ? clock.now() + daysInOrder * dayMs : since + daysLeft * dayMs;
			// awsJson writes times in seconds.
			const endSeconds = Math.round(endMs / 1000);
			return { domain, nameServers, ds, autoRenew: true, transferLock: true, contact: "DONE", ...shown, endSeconds };
		});
	}

	function domainOf(name: string) {
		const found = domains().find(({ domain }) => domain === withoutDot(name.toLowerCase()));
		if (found) return found;
		throw new AwsError("InvalidInput", `Domain ${name} not found in this account`);
	}

	const operations: JsonService["operations"] = {
		ListDomains(input) {
			const { Marker, MaxItems } = parsed(listInput, input);
			const all = domains().toSorted((left, right) => left.domain.localeCompare(right.domain));
			const from = Number(Marker);
			const Domains = all.slice(from, from + MaxItems).map(({ domain, autoRenew, transferLock, endSeconds }) => ({
				...{ DomainName: domain, AutoRenew: autoRenew, TransferLock: transferLock, Expiry: endSeconds },
			}));
			return { Domains, ...(from + MaxItems < all.length && { NextPageMarker: String(from + MaxItems) }) };
		},
		GetDomainDetail(input) {
			const { DomainName } = parsed(detailInput, input);
			const { domain, nameServers, ds, autoRenew, transferLock, endSeconds } = domainOf(DomainName);
			return {
				...{ DomainName: domain, AutoRenew: autoRenew, RegistrarName: "Amazon Registrar, Inc." },
				Nameservers: nameServers.map((name) => ({ Name: withoutDot(name), GlueIps: [] })),
				ExpirationDate: endSeconds,
				StatusList: transferLock ? ["clientTransferProhibited"] : ["ok"],
				...(ds.length > 0 && { DnssecKeys: ds.map(keyOf) }),
			};
		},
		GetContactReachabilityStatus(input) {
			const { domain, contact } = domainOf(parsed(contactInput, input).domainName);
			return { domainName: domain, status: contact };
		},
	};

	const show: Domains["show"] = (domain, shown) => table.show(withoutDot(domain.toLowerCase()), shown, clock.now());
	return {
		service: { target: "Route53Domains_v20140515", contentType: "application/x-amz-json-1.1", operations },
		show,
		switches: {
			// A registration that nobody looks after; what is not named is in order again.
			registration: defineSwitch(
				shownSchema.extend({ domain: z.string() }),
				'{"domain":"hostmaster.test","autoRenew":false,"daysLeft":20,"transferLock":false,"contact":"PENDING"}',
				({ domain, ...shown }) => show(domain, shown),
			),
		},
	};
}

function parsed<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
	const read = schema.safeParse(input);
	if (read.success) return read.data;
	throw new AwsError("InvalidInput", `Invalid ${read.error.issues[0]?.path.join(".")}`);
}

/** A DS value as zones print it: tag, algorithm, type of digest, digest. */
function keyOf(value: string) {
	const [KeyTag, Algorithm, DigestType, ...digest] = value.split(/\s+/);
	return {
		...{ KeyTag: Number(KeyTag), Algorithm: Number(Algorithm), DigestType: Number(DigestType) },
		...{ Digest: digest.join(""), Flags: 257 },
	};
}

function withoutDot(name: string): string {
	return name.replace(/\.$/, "");
}
