import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud } from "../../../local/cloud.ts";
import { accounts, awsEndpoint, platformDomain } from "../../../local/laptop.ts";
import { freePorts } from "../../../local/ports.ts";
import { packageStages } from "../../../scripts/package.ts";
import { localKey } from "../clients.ts";
import type { Backend } from "./backend.ts";
import { scopes } from "./packaged-stack.ts";

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
				...{ api: `http://127.0.0.1:${ports.api}`, platformDomain, leftOut: [], stop: () => Promise.resolve() },
				token: await cloud.tokens.token({ sub: "conformance", scopes, ttlSeconds: 3_600 }),
				origin: { host: "origin.hostmaster.test", port: ports.demoOrigin },
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
