import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:tls";
import { z } from "zod";
import type { Endpoints } from "../endpoints.ts";

const pageSchema = z.object({ tenantId: z.string().nullable(), contextVerified: z.boolean() });

/** What a viewer gets: the status, and the tenant id whose signed context the application verified (empty: none). */
export interface Seen {
	status: number;
	tenantId: string;
}

/** The certificate that the edge shows for a name, to somebody who verifies it. */
export interface ShownCertificate {
	/** That it is good for. */
	names: string[];
	/** Whole ones, from now on. */
	days: number;
}

/** A viewer with a browser: resolves names by query, and opens them at the edge over verified TLS with SNI. */
export function createViewer({ dns, edge, ca }: Endpoints) {
	const resolver = new Resolver();
	resolver.setServers([`${dns.host}:${dns.port}`]);
	const authority = readFileSync(ca);
	const { hostname: host, port } = new URL(edge.https);

	return {
		/** The name's A records; none when it has none. */
		resolve(hostname: string): Promise<string[]> {
			return resolver.resolve4(hostname).catch(() => []);
		},
		open(hostname: string): Promise<Seen> {
			return new Promise((answered, failed) => {
				const asking = request(
					{
						host,
						port,
						servername: hostname,
						headers: { host: hostname, accept: "application/json" },
						ca: authority,
						agent: false,
						timeout: 10_000,
					},
					(response) => {
						let body = "";
						response.setEncoding("utf8").on("data", (chunk: string) => {
							body += chunk;
						});
						response.on("end", () => answered({ status: response.statusCode ?? 0, tenantId: tenantIn(body) }));
					},
				);
				asking.on("timeout", () => asking.destroy(new Error(`The edge did not answer for ${hostname}.`)));
				asking.on("error", failed);
				asking.end();
			});
		},
		/** Rejects when it is not valid for the name. */
		certificateOf(hostname: string): Promise<ShownCertificate> {
			return new Promise((shown, failed) => {
				const socket = connect(
					{ host, port: Number(port), servername: hostname, ca: authority, timeout: 10_000 },
					() => {
						const { subjectaltname = "", valid_to: validTo } = socket.getPeerCertificate();
						socket.destroy();
						const days = Math.floor((Date.parse(validTo) - Date.now()) / 86_400_000);
						shown({ names: subjectaltname.split(", ").map((name) => name.replace(/^DNS:/, "")), days });
					},
				);
				socket.on("timeout", () => socket.destroy(new Error(`The edge shows no certificate for ${hostname}.`)));
				socket.on("error", failed);
			});
		},
	};
}
export type Viewer = ReturnType<typeof createViewer>;

function tenantIn(body: string): string {
	try {
		const { tenantId, contextVerified } = pageSchema.parse(JSON.parse(body));
		return contextVerified ? (tenantId ?? "") : "";
	} catch {
		return "";
	}
}
