import type { Endpoints } from "./endpoints.ts";

/** What a person reads when everything is up: what runs where, and what to try next. */
export function banner({ api, aws, dns, edge, ca, demoOrigin, platformDomain }: Endpoints): string {
	const acme = `acme.${platformDomain}`;
	const edgePort = new URL(edge.https).port;
	const origin = JSON.stringify(demoOrigin);
	return `
Hostmaster is running.

  api          ${api}            REST: ${api}/v1/openapi.json
  edge         ${edge.https}           every tenant's hostname, below ${platformDomain}
  dns          ${dns.host} port ${dns.port}             UDP and TCP
  aws          ${aws}            the embedded cloud; switches to break things: ${aws}/_local/
  demo origin  https://${demoOrigin.host}:${demoOrigin.port}
  all of it in .hostmaster/endpoints.json; what the functions log, in .hostmaster/functions.log

Try, in another terminal:

1. Onboard a tenant, and follow its operation

   TOKEN=$(node -p 'require("./.hostmaster/endpoints.json").token')
   curl -s ${api}/v1/tenants -H "authorization: Bearer $TOKEN" -H "idempotency-key: acme-1" \\
     -H "content-type: application/json" -d '{"slug":"acme","name":"Acme","origin":${origin}}'
   curl -s "${api}/v1/operations" -H "authorization: Bearer $TOKEN"

2. Resolve its name and open it through the edge

   dig +short @${dns.host} -p ${dns.port} ${acme}
   curl -s --cacert ${ca} --resolve ${acme}:${edgePort}:127.0.0.1 https://${acme}:${edgePort}/

3. Break the zone step of another tenant, see why it failed, mend it, retry

   curl -s ${aws}/_local/refuse -d '{"name":"broken.${platformDomain}"}'
   curl -s ${api}/v1/tenants -H "authorization: Bearer $TOKEN" -H "idempotency-key: broken-1" \\
     -H "content-type: application/json" -d '{"slug":"broken","name":"Broken","origin":${origin}}'
   curl -s "${api}/v1/operations?status=failed" -H "authorization: Bearer $TOKEN"
   curl -s ${aws}/_local/allow -d '{"name":"broken.${platformDomain}"}'
   curl -s -X POST ${api}/v1/operations/<operationId>/retry -H "authorization: Bearer $TOKEN"

4. Live on: suspend the tenant (the edge answers 403), bring it back, see who asked what, let it leave (410; the name is kept)

   curl -s ${api}/v1/tenants/<tenantId>/suspend -H "authorization: Bearer $TOKEN" -H "idempotency-key: s-1" \\
     -H "content-type: application/json" -d '{"reason":"Invoice 7 is overdue"}'
   curl -s ${api}/v1/tenants/<tenantId>/resume -H "authorization: Bearer $TOKEN" -H "idempotency-key: r-1" \\
     -H "content-type: application/json" -d '{}'
   curl -s ${api}/v1/tenants/<tenantId>/history -H "authorization: Bearer $TOKEN"
   curl -s -X DELETE ${api}/v1/tenants/<tenantId> -H "authorization: Bearer $TOKEN"

Or see it all by itself: npm run demo. Ctrl-C ends Hostmaster; everything goes on at the next npm start.
`;
}
