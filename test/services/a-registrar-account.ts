import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Route53DomainsClient } from "@aws-sdk/client-route-53-domains";
import { AwsError } from "../../local/aws/service.ts";
import { virtualClock } from "../../local/clock.ts";
import type { Registration } from "../../local/dns/registry-zones.ts";
import { createDomains } from "../../local/domains/domains.ts";
import { openStore } from "../../local/store.ts";
import type { RegisteredDomain, ServiceTrouble } from "../contracts/registrations.ts";

const caller = { accountId: "111111111111", region: "us-east-1" };

/** The embedded Route 53 Domains on a port of its own, and a client of it. */
export async function aRegistrarAccount() {
	const registered = new Map<string, Registration>();
	const clock = virtualClock(Date.parse("2026-11-23T12:00:00Z"));
	const domains = createDomains({
		...{ store: openStore(":memory:"), clock },
		registered: () => [...registered.values()],
	});
	const calls: string[] = [];
	let trouble: ServiceTrouble | undefined;
	let troubled: RegExp | undefined;
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		const [, operation = ""] = String(request.headers["x-amz-target"]).split(".");
		const input = Buffer.concat(chunks).toString();
		calls.push(operation);
		const json = (status: number, body: unknown) =>
			response.writeHead(status, { "content-type": domains.service.contentType }).end(JSON.stringify(body));
		switch (troubled?.test(`${operation} ${input}`) ? trouble : undefined) {
			case "throttles":
				return void json(400, { __type: "ThrottlingException", message: "Rate exceeded" });
			case "is broken":
				return void json(500, { __type: "InternalFailure" });
			case "is silent":
				return;
			case "hangs up":
				return void request.socket.destroy();
			case "talks nonsense":
				return void response.end("<html>Welcome to the console!</html>");
			case undefined:
				break;
		}
		try {
			json(200, await domains.service.operations[operation]?.(JSON.parse(input), caller));
		} catch (error) {
			if (!(error instanceof AwsError)) throw error;
			json(error.status, { __type: error.name, message: error.message });
		}
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo; // a TCP server's address, since it listens on a port
	const endpoint = `http://127.0.0.1:${port}`;
	return {
		...{ domains, calls, endpoint },
		client: new Route53DomainsClient({
			...{ endpoint, region: "us-east-1", maxAttempts: 1 },
			credentials: { accessKeyId: "LOCAL111111111111", secretAccessKey: "local" },
			requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
		}),
		register({ name, expiresAt, isLocked, nameServers, ds }: RegisteredDomain) {
			const values = ds.map((one) => [one.keyTag, one.algorithm, one.digestType, one.digest].join(" "));
			registered.set(name, { name: `${name}.`, nameServers, ds: values });
			const daysLeft = (Date.parse(expiresAt) - clock.now()) / 86_400_000;
			domains.show(name, { transferLock: isLocked, daysLeft });
		},
		/** `at`: which calls meet it, by operation and input; all unless told. */
		setTrouble: (next: ServiceTrouble, at = /./) => {
			trouble = next;
			troubled = at;
		},
		reset: () => {
			registered.clear();
			trouble = undefined;
			troubled = undefined;
		},
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}
