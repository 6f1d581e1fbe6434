import { join } from "node:path";
import { localKey } from "../clients.ts";
import { folder } from "../virtual-environment.ts";
import { type Backend, notYet } from "./backend.ts";
import { pinned, pythonPrograms } from "./python.ts";
import { freePort, serve } from "./server.ts";

const tenantOperations = [
	...["CreateDistributionTenant", "DeleteDistributionTenant", "GetDistributionTenant", "UpdateDistributionTenant"],
	...["CreateInvalidationForDistributionTenant", "GetConnectionGroup", "GetManagedCertificateDetails"],
	...["ListDistributionTenants", "ListDomainConflicts", "UpdateDomainAssociation", "VerifyDnsConfiguration"],
].map((name) => `cloudfront:${name}`);

/** moto's server: https://docs.getmoto.org/en/latest/docs/server_mode.html */
export const moto: Backend = {
	name: "moto",
	services: "all",
	lacks: {
		jsonata: "it evaluates JSONata by a Java library, which its package does not bring",
		...notYet("states:RedriveExecution", "route53domains:GetContactReachabilityStatus"),
		...notYet(...tenantOperations),
	},
	async start(say) {
		const programs = await pythonPrograms(say);
		const port = await freePort();
		const endpoint = `http://127.0.0.1:${port}`;
		const { stop } = await serve({
			command: join(programs, "moto_server"),
			args: ["-H", "127.0.0.1", "-p", String(port)],
			// A certificate is issued after so many seconds, whatever DNS says.
			environment: { MOTO_ACM_VALIDATION_WAIT: "2" },
			url: `${endpoint}/moto-api/`,
			log: join(folder, "moto.log"),
		});
		// Without it state machines only pretend to run: https://docs.getmoto.org/en/latest/docs/services/stepfunctions.html
		const config = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
		await fetch(`${endpoint}/moto-api/config`, { method: "POST", body: config });
		return { endpoint, credentials: localKey("123456789012"), about: pinned("moto"), stop };
	},
};
