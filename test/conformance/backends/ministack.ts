import { join } from "node:path";
import { hasLoopbacks } from "../../../local/laptop.ts";
import { localKey } from "../clients.ts";
import { folder } from "../virtual-environment.ts";
import { type Backend, notYet } from "./backend.ts";
import { deployPackaged } from "./packaged-stack.ts";
import { pinned, pythonPrograms } from "./python.ts";
import { freePort, serve } from "./server.ts";

/** MiniStack: https://pypi.org/project/ministack/ */
export const ministack: Backend = {
	name: "ministack",
	services: "all",
	lacks: {
		...notYet(
			...["ListDomains", "GetDomainDetail", "GetContactReachabilityStatus"].map((name) => `route53domains:${name}`),
		),
		...(!hasLoopbacks && {
			edge: "takes TLS off what its functions send to 127.0.0.1, the only address of this machine",
		}),
	},
	async start(say) {
		const programs = await pythonPrograms(say);
		const port = await freePort();
		const endpoint = `http://127.0.0.1:${port}`;
		const { stop } = await serve({
			command: join(programs, "ministack"),
			args: [],
			// Queues' URLs name this host: https://ministack.org/docs
			environment: { GATEWAY_PORT: String(port), BIND_HOST: "127.0.0.1", MINISTACK_HOST: "127.0.0.1" },
			url: `${endpoint}/_ministack/health`,
			log: join(folder, "ministack.log"),
		});
		// The account that it takes when a key names none.
		const accountId = "000000000000";
		const place = { endpoint, credentials: localKey(accountId) };
		const stack = await deployPackaged(place, accountId);
		return {
			...{ ...place, stack, about: pinned("ministack") },
			async stop() {
				await stack.stop();
				await stop();
			},
		};
	},
};
