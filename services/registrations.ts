import {
	type DnssecKey,
	GetContactReachabilityStatusCommand,
	GetDomainDetailCommand,
	type GetDomainDetailCommandOutput,
	InvalidInput,
	ListDomainsCommand,
	Route53DomainsClient,
	UnsupportedTLD,
} from "@aws-sdk/client-route-53-domains";
import {
	type DsRecord,
	type Registration,
	type RegistrationAnswer,
	type RegistrationSource,
	type Told,
	told,
	unanswered,
	untold,
} from "../domain/registration.ts";
import { clientDefaults } from "./aws-client.ts";
import { calling, reasonOf } from "./aws-errors.ts";

/** Domains are registered in one region, wherever they are used: https://docs.aws.amazon.com/general/latest/gr/r53.html */
export const domainsRegion = "us-east-1";

const own = new Route53DomainsClient({ ...clientDefaults, region: domainsRegion });

/** A page's largest size: https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_ListDomains.html */
const pageSize = 100;

/** Names of all domains that the account has registered. Throws Throttled, ServiceUnavailable. */
export async function listRegisteredDomains(client: Route53DomainsClient = own): Promise<string[]> {
	const names: string[] = [];
	let Marker: string | undefined;
	do {
		const page = await calling("Route 53 Domains", () =>
			client.send(new ListDomainsCommand({ MaxItems: pageSize, ...(Marker !== undefined && { Marker }) })),
		);
		names.push(...(page.Domains ?? []).flatMap(({ DomainName }) => (DomainName ? [canonical(DomainName)] : [])));
		Marker = page.NextPageMarker || undefined;
	} while (Marker !== undefined);
	return names;
}

/** Registrations of an account, as Route 53 Domains has them. */
export function accountRegistrations(client: Route53DomainsClient = own): RegistrationSource {
	return {
		async ask(name): Promise<RegistrationAnswer> {
			try {
				const detail = await calling("Route 53 Domains", () =>
					client.send(new GetDomainDetailCommand({ DomainName: name })),
				);
				const contactsVerified = await reachabilityOf(client, name);
				return { outcome: "registered", registration: { ...registrationIn(detail, name), contactsVerified } };
			} catch (error) {
				// 'A domain name that doesn't belong to the account': https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_GetDomainDetail.html
				const isNotOurs = error instanceof InvalidInput || error instanceof UnsupportedTLD;
				if (isNotOurs) return { outcome: "not-registered", because: "Route 53 Domains has none of it in this account" };
				return unanswered(reasonOf(error));
			}
		},
	};
}

/** That it cannot be asked takes nothing from what else is known. */
async function reachabilityOf(client: Route53DomainsClient, name: string): Promise<Told<boolean>> {
	try {
		const { status } = await calling("Route 53 Domains", () =>
			client.send(new GetContactReachabilityStatusCommand({ domainName: name })),
		);
		return status === undefined ? untold("Nobody has to confirm anything for it") : told(status === "DONE");
	} catch (error) {
		return unanswered(`its contact: ${reasonOf(error)}`);
	}
}

/** EPP's statuses: https://www.icann.org/resources/pages/epp-status-codes-2014-06-16-en */
const locks = ["clientTransferProhibited", "serverTransferProhibited"];

function registrationIn(detail: GetDomainDetailCommandOutput, name: string): Omit<Registration, "contactsVerified"> {
	const { RegistrarName, ExpirationDate, AutoRenew, StatusList, Nameservers, DnssecKeys } = detail;
	return {
		name,
		registrar: orUntold(RegistrarName),
		expiresAt: orUntold(ExpirationDate?.toISOString()),
		autoRenew: orUntold(AutoRenew),
		// Some registries print a link behind the status.
		transferLock: orUntold(StatusList?.some((status) => locks.includes(status.split(" ", 1)[0] ?? ""))),
		nameServers: orUntold(Nameservers?.map(({ Name = "" }) => canonical(Name)).sort()),
		// Left out where there are none: https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_GetDomainDetail.html
		dsRecords: told((DnssecKeys ?? []).flatMap(dsOf)),
	};
}

function dsOf({ KeyTag, Algorithm, DigestType, Digest }: DnssecKey): DsRecord[] {
	if (KeyTag === undefined || Algorithm === undefined || DigestType === undefined || Digest === undefined) return [];
	return [{ keyTag: KeyTag, algorithm: Algorithm, digestType: DigestType, digest: Digest.toUpperCase() }];
}

function orUntold<T>(value: T | undefined): Told<T> {
	return value === undefined ? untold("Route 53 Domains does not tell") : told(value);
}

function canonical(name: string): string {
	return name.toLowerCase().replace(/\.$/, "");
}
