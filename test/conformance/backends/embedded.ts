import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud } from "../../../local/cloud.ts";
import { order } from "../../../local/customer-dns/desk-client.ts";
import { endpointsOf } from "../../../local/endpoints.ts";
import { accounts, awsEndpoint } from "../../../local/laptop.ts";
import { freePorts } from "../../../local/ports.ts";
import { packageStages } from "../../../scripts/package.ts";
import { localKey } from "../clients.ts";
import type { Backend } from "./backend.ts";

/** The embedded cloud with the packaged stack in it, as `npm start` starts it. */
export const embedded: Backend = {
	name: "embedded",
	services: "all",
	async start(say) {
		await packageStages(["nonprod"], say);
		const directory = mkdtempSync(join(tmpdir(), "hostmaster-conformance-"));
		const ports = await freePorts(undefined);
		const cloud = await startCloud({ directory, ports });
		return {
			...{ endpoint: awsEndpoint(ports), credentials: localKey(accounts.nonprod), about: "local/" },
			stack: {
				...{ endpoints: await endpointsOf(cloud), leftOut: [], stop: () => Promise.resolve() },
				customerDns: (wanted) => order(awsEndpoint(ports), wanted),
			},
			distributionId: cloud.resolver.ref("MultiTenantDistribution"),
			connectionGroupId: cloud.resolver.ref("ConnectionGroup"),
			async stop() {
				await cloud.close();
				rmSync(directory, { recursive: true, force: true });
			},
		};
	},
};
