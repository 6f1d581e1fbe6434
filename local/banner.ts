import type { Endpoints } from "./endpoints.ts";

/** What a person reads when everything is up: what runs where, and what to try next. */
export function banner({ api, aws, dns, edge, ca, demoOrigin, platformDomain }: Endpoints): string {
	const acme = `acme.${platformDomain}`;
	const edgePort = new URL(edge.https).port;
	return `
Hostmaster is running.

  api          ${api}            REST: ${api}/v1/openapi.json
  edge         ${edge.https}           every tenant's hostname, below ${platformDomain}
  dns          ${dns.host} port ${dns.port}             UDP and TCP
  aws          ${aws}            the embedded cloud; switches to break things: ${aws}/_local/
  customers    ${aws}/_local/customer-dns   their DNS provider, to set records at; or: npm run customer-dns -- --help
  demo origin  https://${demoOrigin.host}:${demoOrigin.port}
  all of it in .hostmaster/endpoints.json; what the functions log, in .hostmaster/functions.log

Try, in another terminal:

1. Onboard a tenant, and follow its operation

   npm run hostmaster -- tenants add acme --watch
   npm run hostmaster -- tenants show acme

2. Resolve its name and open it through the edge

   dig +short @${dns.host} -p ${dns.port} ${acme}
   curl -s --cacert ${ca} --resolve ${acme}:${edgePort}:127.0.0.1 https://${acme}:${edgePort}/

3. Break the zone step of another tenant, see why it failed, mend it, retry

   curl -s ${aws}/_local/refuse -d '{"name":"broken.${platformDomain}"}'
   npm run hostmaster -- tenants add broken --watch
   curl -s ${aws}/_local/allow -d '{"name":"broken.${platformDomain}"}'
   npm run hostmaster -- operations list --status failed
   npm run hostmaster -- operations retry <operation> --watch

4. Live on: suspend the tenant (the edge answers 403), bring it back, let it leave (410; the name is kept)

   npm run hostmaster -- tenants suspend acme --reason "Invoice 7 is overdue" --watch
   npm run hostmaster -- tenants resume acme --watch
   npm run hostmaster -- tenants remove acme --watch

5. Bring a domain: the answer names the CNAME; set another first, see what verify says, then the right one

   npm run hostmaster -- tenants add bakery --watch
   npm run hostmaster -- domains add bakery www.the-bakery.com
   npm run customer-dns -- set www.the-bakery.com CNAME shops.former-host.com
   npm run customer-dns -- flush
   npm run hostmaster -- domains verify bakery www.the-bakery.com
   npm run customer-dns -- set www.the-bakery.com CNAME <value>
   npm run customer-dns -- flush
   npm run hostmaster -- domains verify bakery www.the-bakery.com --watch

The same by REST, for programs: the token is in .hostmaster/endpoints.json, the routes in ${api}/v1/openapi.json.
Three accounts with real delegations instead of one: npm start -- --environments nonprod,prod
Or see it all by itself: npm run demo. Ctrl-C ends Hostmaster; everything goes on at the next npm start.
`;
}
