import { strict as assert } from "node:assert";
import { z } from "zod";
import { domainViewSchema } from "../../../domain/domain-view.ts";
import { bringDomain, isBrought, verifyUntilEnded } from "../../../local/demo/custom-domain.ts";
import { type Check, eventually } from "../check.ts";
import { aStack, deadlineMs } from "./a-stack.ts";

const design = "docs/domains.md";
const shown = z.object({ domain: domainViewSchema });

/** What a tenant's own domain goes through. */
export const stackDomainChecks: readonly Check[] = [
	{
		name: "a domain with a certificate of ACM's is active once its records stand, and gone after DELETE",
		operations: [],
		needs: "edge",
		source: design,
		async run(stage) {
			const { active, call, client, viewer, customerDns, succeeded, slug } = aStack(stage);
			const { tenantId } = await active();
			const hostname = `shop.${slug}.com`;
			const path = `/v1/tenants/${tenantId}/domains`;
			const posted = await call("POST", path, { hostname, validation: "dns" });
			assert.equal(posted.status, 202, posted.text);
			const records = await eventually("every record is told", async () => {
				const { records: told } = shown.parse((await call("GET", `${path}/${hostname}`)).json()).domain;
				return told.every(({ name, value }) => name !== null && value !== null) ? told : undefined;
			});
			for (const { name, type, value } of records) {
				if (name !== null && value !== null) await customerDns({ do: "set", name, type, values: [value] });
			}
			// Resolvers would remember for a minute that there was nothing when it was first looked at.
			await customerDns({ do: "flush" });
			await client.verifyDomain(tenantId, hostname);
			const attached = { tenantId, hostname, operation: posted.json().operation };
			const { status, failure } = await verifyUntilEnded(attached, { client, deadlineMs, tell: () => {} });
			assert.equal(status, "succeeded", JSON.stringify(failure));
			assert.deepEqual(await viewer.open(hostname), { status: 200, tenantId });
			assert((await viewer.certificateOf(hostname)).names.includes(hostname));
			const removed = await call("DELETE", `${path}/${hostname}`);
			assert.equal(removed.status, 202, removed.text);
			await succeeded(removed.json().operation);
			assert.equal(shown.parse((await call("GET", `${path}/${hostname}`)).json()).domain.status, "released");
		},
	},
	{
		name: "a domain with a certificate of CloudFront's own is told of a wrong CNAME, and active once that is mended",
		operations: [],
		needs: "edge",
		source: design,
		async run(stage) {
			const { active, client, viewer, customerDns } = aStack(stage);
			const tenant = await active();
			const brought = await bringDomain(tenant, { client, viewer, customerDns, say: () => {}, deadlineMs });
			assert(isBrought(brought, tenant.tenantId), JSON.stringify(brought));
		},
	},
];
