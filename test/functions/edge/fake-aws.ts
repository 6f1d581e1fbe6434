import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { TenantMapEntry } from "../../../domain/tenant-map.ts";

/** A tenant map and a secret, as seen over the wire by whoever reads them, in several regions at one endpoint. */
export interface FakeAws {
	endpoint: string;
	/** Rows by region, then by hostname; a region that is not here shares those of `everywhere`. */
	rows: Map<string, Map<string, unknown>>;
	secret: string | undefined;
	/** How a region behaves, for both services or one. */
	trouble: Map<string, "reset" | "hang" | "throttle" | "ok">;
	/** `<region> <operation> <hostname or secret>`, in order. */
	calls: string[];
	requests: { headers: IncomingMessage["headers"]; body: string }[];
	close(): Promise<void>;
}

export const everywhere = "everywhere";

/** A row as DynamoDB writes it. */
export function rowOf(entry: Partial<TenantMapEntry> & { hostname: string }): unknown {
	const whole: Record<string, unknown> = {
		v: 1,
		generation: 1,
		tenantId: `ten_${entry.hostname.split(".")[0]}`,
		slug: entry.hostname.split(".")[0],
		status: "active",
		origin: { host: "origin.saas.test", port: 443, protocol: "https", pathPrefix: "" },
		routes: [],
		updatedAt: "2026-01-01T00:00:00.000Z",
		...entry,
	};
	return attribute(whole)["M"];
}

function attribute(value: unknown): Record<string, unknown> {
	if (typeof value === "number") return { N: String(value) };
	if (typeof value === "string") return { S: value };
	if (Array.isArray(value)) return { L: value.map(attribute) };
	return { M: Object.fromEntries(Object.entries(Object(value)).map(([name, member]) => [name, attribute(member)])) };
}

export async function startFakeAws(): Promise<FakeAws> {
	const fake: Omit<FakeAws, "endpoint" | "close"> = {
		rows: new Map([[everywhere, new Map()]]),
		secret: "s3cret".repeat(11),
		trouble: new Map(),
		calls: [],
		requests: [],
	};
	const server = createServer((request, response) => {
		let body = "";
		request.on("data", (chunk) => {
			body += chunk;
		});
		request.on("end", () => {
			const [, , region = "", service = ""] =
				/Credential=([^,]+)/.exec(request.headers.authorization ?? "")?.[1]?.split("/") ?? [];
			const input = JSON.parse(body);
			const operation = String(request.headers["x-amz-target"]).split(".")[1];
			const name = input.Key?.hostname.S ?? input.SecretId;
			fake.calls.push(`${region} ${operation} ${name}`);
			fake.requests.push({ headers: request.headers, body });
			const trouble =
				fake.trouble.get(`${service} ${region}`) ?? fake.trouble.get(region) ?? fake.trouble.get(everywhere);
			if (trouble === "reset") return request.socket.destroy();
			if (trouble === "hang") return;
			if (trouble === "throttle") return response.writeHead(400).end('{"__type":"ThrottlingException"}');
			if (operation === "GetSecretValue") {
				if (fake.secret === undefined) return response.writeHead(400).end('{"__type":"ResourceNotFoundException"}');
				return response.end(JSON.stringify({ SecretString: fake.secret }));
			}
			const rows = fake.rows.get(region) ?? fake.rows.get(everywhere);
			const item = rows?.get(name);
			return response.end(JSON.stringify(item === undefined ? {} : { Item: item }));
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	const port = typeof address === "object" ? address?.port : 0;
	return Object.assign(fake, {
		endpoint: `http://127.0.0.1:${port}`,
		async close() {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	});
}
