import { isWithin } from "../hostname.ts";
import { isInNetwork } from "./cidr.ts";

/** A service that answers for its customers' names with addresses of its own. */
interface Provider {
	name: string;
	/** Where the CNAMEs of its customers lead. */
	suffixes: readonly string[];
	/** Addresses with which it answers where it hides the CNAME. */
	networks: readonly string[];
	source: string;
}

/** As they document themselves; short on purpose: what is not here is an unknown target, which is told as it stands. */
const providers: readonly Provider[] = [
	{
		name: "Cloudflare",
		suffixes: ["cdn.cloudflare.net", "pages.dev"],
		networks: [
			...["173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18"],
			...["108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17"],
			...["162.158.0.0/15", "104.16.0.0/13", "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22"],
			...["2400:cb00::/32", "2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32"],
			...["2a06:98c0::/29", "2c0f:f248::/32"],
		],
		source: "https://www.cloudflare.com/ips/",
	},
	{
		name: "Fastly",
		suffixes: ["fastly.net", "fastlylb.net"],
		networks: ["151.101.0.0/16", "199.232.0.0/16", "146.75.0.0/17", "2a04:4e40::/32", "2a04:4e42::/32"],
		source: "https://api.fastly.com/public-ip-list",
	},
	{
		name: "Akamai",
		suffixes: ["edgekey.net", "edgesuite.net", "akamaiedge.net", "akamaized.net"],
		networks: [],
		source: "https://techdocs.akamai.com/property-mgr/docs/understand-edge-hostnames",
	},
	{
		name: "Azure Front Door",
		suffixes: ["azurefd.net", "azureedge.net"],
		networks: [],
		source: "https://learn.microsoft.com/en-us/azure/frontdoor/standard-premium/how-to-add-custom-domain",
	},
	{
		name: "Bunny",
		suffixes: ["b-cdn.net"],
		networks: [],
		source: "https://docs.bunny.net/docs/cdn-custom-hostnames",
	},
	{
		name: "Imperva",
		suffixes: ["impervadns.net", "incapdns.net"],
		networks: [],
		source: "https://docs.imperva.com/bundle/cloud-application-security/page/onboarding/onboard-site.htm",
	},
	{
		name: "Vercel",
		suffixes: ["vercel-dns.com"],
		networks: ["76.76.21.0/24"],
		source: "https://vercel.com/docs/domains/set-up-custom-domain",
	},
	{
		name: "Netlify",
		suffixes: ["netlify.app", "netlifyglobalcdn.com"],
		networks: ["75.2.60.5/32", "99.83.190.102/32"],
		source: "https://docs.netlify.com/manage/domains/configure-domains/configure-external-dns/",
	},
];

/** The service to which a name, or an address, belongs; both canonical. Undefined when none of the known ones. */
export function providerOf(target: string): string | undefined {
	return providers.find(
		({ suffixes, networks }) =>
			suffixes.some((suffix) => isWithin(target, suffix)) || networks.some((network) => isInNetwork(target, network)),
	)?.name;
}

/** CloudFront's, in the main: https://d7uri8nf7uskq.cloudfront.net/tools/list-cloudfront-ips. Of an address that is not here its own answer tells. */
const cloudFrontNetworks: readonly string[] = [
	...["3.160.0.0/14", "13.32.0.0/15", "13.35.0.0/16", "13.224.0.0/14", "18.64.0.0/14", "18.154.0.0/15"],
	...["18.160.0.0/15", "18.164.0.0/15", "18.172.0.0/15", "18.238.0.0/15", "18.244.0.0/15", "52.84.0.0/15"],
	...["52.222.128.0/17", "54.182.0.0/16", "54.192.0.0/16", "54.230.0.0/17", "54.239.128.0/18", "65.8.0.0/16"],
	...["65.9.0.0/17", "99.84.0.0/16", "99.86.0.0/16", "108.138.0.0/15", "108.156.0.0/14", "143.204.0.0/16"],
	"2600:9000::/28",
];

/** True for addresses that CloudFront is known to answer at; whose distribution answers there they do not tell. */
export function isCloudFront(address: string): boolean {
	return cloudFrontNetworks.some((network) => isInNetwork(address, network));
}
