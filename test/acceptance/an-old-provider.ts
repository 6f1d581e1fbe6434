import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { openAuthority } from "../../local/ca/authority.ts";
import type { Surroundings } from "./world.ts";

/** Where the site has been until now: another address, another certificate, at the port at which viewers ask. */
export async function anOldProvider(hostname: string, port: number) {
	const host = "127.0.0.9";
	const directory = mkdtempSync(join(tmpdir(), "old-provider-"));
	const authority = await openAuthority(directory);
	const day = 86_400_000;
	const tls = await authority.issue([hostname], new Date(Date.now() - day), new Date(Date.now() + 90 * day));
	const server = createServer({ cert: tls.chain, key: tls.key }, (_, response) => {
		response.setHeader("content-type", "application/json").end('{"tenantId":"the old provider"}');
	});
	server.listen(port, host);
	await once(server, "listening");
	return {
		...{ host, authority: authority.certificatePem },
		close() {
			server.closeAllConnections();
			server.close();
			rmSync(directory, { recursive: true, force: true });
		},
	};
}

/** Who answered a visitor, or what went wrong. */
export type Visit = { by: string } | { failed: string };

/**
 * Visitors, one after the other without a pause, until they are told to stop: each asks DNS for the name anew, and opens the first
 * address over TLS that is verified by name. What they met is in order, and only where it changed.
 */
export function visitors({ viewer, endpoints }: Surroundings, hostname: string, authority: string) {
	const ca = [authority, readFileSync(endpoints.ca, "utf8")];
	const port = Number(new URL(endpoints.edge.https).port);
	const met: Visit[] = [];
	let count = 0;
	let isOver = false;

	async function visit(): Promise<Visit> {
		const [address] = await viewer.resolve(hostname);
		if (address === undefined) return { failed: "no address" };
		return await new Promise((seen) => {
			const headers = { host: hostname, accept: "application/json" };
			const asking = request(
				{ host: address, port, servername: hostname, ca, agent: false, headers, timeout: 10_000 },
				(response) => {
					text(response).then(
						(body) => seen(response.statusCode === 200 ? whoIn(body) : { failed: `${response.statusCode}` }),
						(error) => seen({ failed: String(error) }),
					);
				},
			);
			asking.on("timeout", () => asking.destroy(new Error("no answer")));
			asking.on("error", (error) => seen({ failed: error.message }));
			asking.end();
		});
	}

	const going = (async () => {
		while (!isOver) {
			const visited = await visit();
			count += 1;
			if (JSON.stringify(visited) !== JSON.stringify(met.at(-1))) met.push(visited);
		}
	})();
	return {
		met: () => met,
		count: () => count,
		async end() {
			isOver = true;
			await going;
		},
	};
}

function whoIn(body: string): Visit {
	const found: unknown = JSON.parse(body);
	const by = typeof found === "object" && found !== null && "tenantId" in found ? found.tenantId : undefined;
	return typeof by === "string" ? { by } : { failed: body };
}
