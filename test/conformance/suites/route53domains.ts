import { strict as assert } from "node:assert";
import {
	GetContactReachabilityStatusCommand,
	GetDomainDetailCommand,
	ListDomainsCommand,
} from "@aws-sdk/client-route-53-domains";
import { type Check, refused, type Suite } from "../check.ts";

const api = "https://docs.aws.amazon.com/Route53/latest/APIReference";

const checks: readonly Check[] = [
	{
		name: "ListDomains answers a list, also of nothing",
		operations: ["route53domains:ListDomains"],
		source: `${api}/API_domains_ListDomains.html`,
		async run({ clients }) {
			const { Domains } = await clients.route53domains.send(new ListDomainsCommand({ MaxItems: 20 }));
			for (const { DomainName } of Domains ?? []) assert.match(DomainName ?? "", /\./);
		},
	},
	{
		name: "a domain that is not the account's is refused with InvalidInput",
		operations: ["route53domains:GetDomainDetail"],
		source: `${api}/API_domains_GetDomainDetail.html`,
		async run({ clients, hostname }) {
			const asked = new GetDomainDetailCommand({ DomainName: hostname() });
			await refused(clients.route53domains.send(asked), "InvalidInput");
		},
	},
	{
		name: "the contact of a domain that is not the account's is refused with InvalidInput",
		operations: ["route53domains:GetContactReachabilityStatus"],
		source: `${api}/API_domains_GetContactReachabilityStatus.html`,
		async run({ clients, hostname }) {
			const asked = new GetContactReachabilityStatusCommand({ domainName: hostname() });
			await refused(clients.route53domains.send(asked), "InvalidInput");
		},
	},
];

/** Registrations of Route 53 Domains. */
export const route53domains: Suite = { service: "route53domains", checks };
