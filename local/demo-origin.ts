import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import type { PublicJwk } from "../functions/edge/context-key.ts";
import { createVerifier } from "../origin/verify-tenant-context.ts";

export interface DemoOriginOptions {
	/** PEM; the certificate covers `hostname`. */
	tls: { key: string; cert: string };
	/** By which tenants' configurations name this origin. */
	hostname: string;
	/** Address to listen on; port 0 takes a free one. */
	host: string;
	port: number;
	/** Of the edge's signing key. */
	publicKey: PublicJwk;
}

export interface DemoOrigin {
	port: number;
	close(): Promise<void>;
}

/** What the page says, and the whole of it for `Accept: application/json`. */
interface Seen {
	tenantId: string | null;
	slug: string | null;
	/** The public host. */
	host: string | null;
	/** Whether all three come from a context that the edge signed for this origin. */
	contextVerified: boolean;
	refusal?: string;
	path: string;
	headers: IncomingHttpHeaders;
}

/**
 * Plays the SaaS application behind the edge: any path answers whose request it is, and what came with it.
 * `?max-age=N` makes the answer cacheable, `&stale-while-revalidate=N` for longer still; `?status=N` sets its status.
 */
export async function startDemoOrigin({
	tls,
	hostname,
	host,
	port,
	publicKey,
}: DemoOriginOptions): Promise<DemoOrigin> {
	const verify = createVerifier({ publicKey: { ...publicKey }, audience: hostname });
	const server = createServer({ ...tls, minVersion: "TLSv1.2" }, (request, response) => {
		const [pathname = "/", query = ""] = (request.url ?? "/").split("?");
		const searchParams = new URLSearchParams(query);
		const seen = whoAsks(request, pathname, verify);
		const json = request.headers.accept?.includes("application/json") ?? false;
		const caching = ["max-age", "stale-while-revalidate"].flatMap((name) => {
			const seconds = searchParams.get(name);
			return seconds === null ? [] : [`${name}=${Number(seconds) || 0}`];
		});
		const status = /^[2-5]\d\d$/.exec(searchParams.get("status") ?? "")?.[0] ?? "200";
		response.writeHead(Number(status), {
			"Content-Type": json ? "application/json" : "text/html; charset=utf-8",
			"Cache-Control": caching.length === 0 ? "no-store" : ["public", ...caching].join(", "),
			Vary: "Accept",
		});
		response.end(json ? JSON.stringify(seen) : page(seen));
	});
	const sockets = new Set<Socket>();
	server.on("connection", (socket: Socket) => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
	});
	server.listen(port, host);
	await once(server, "listening");
	const address = server.address();
	if (typeof address !== "object" || address === null) throw new Error("The demo origin is not listening");
	return {
		port: address.port,
		async close() {
			const closed = once(server, "close");
			server.close();
			for (const socket of sockets) socket.destroy();
			await closed;
		},
	};
}

/** Only the signed context is believed: the plain headers could come from anyone who reaches the origin directly. */
function whoAsks({ headers }: IncomingMessage, path: string, verify: ReturnType<typeof createVerifier>): Seen {
	const verified = verify(headers);
	if (!verified.ok) {
		return { tenantId: null, slug: null, host: null, contextVerified: false, refusal: verified.refusal, path, headers };
	}
	const { tenantId, slug, host } = verified.context;
	return { tenantId, slug, host, contextVerified: true, path, headers };
}

function page({ tenantId, slug, host, contextVerified, refusal, path, headers }: Seen): string {
	const rows = Object.entries(headers)
		.map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(String(value))}</td></tr>`)
		.join("\n");
	const title = contextVerified ? `Hello, ${escaped(slug ?? "")}` : "Hello, whoever you are";
	const proof = contextVerified
		? "The edge signed this tenant context, and the signature is good."
		: `No tenant is believed here: the context is ${escaped(refusal ?? "missing")}.`;
	return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 8vh auto; padding: 0 1rem; color: #1d2433 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem } dt { color: #5a6478 } dd { margin: 0 }
table { border-collapse: collapse; font: .8rem/1.5 ui-monospace, monospace } th { text-align: left; font-weight: normal; color: #5a6478; padding-right: 1.5rem; vertical-align: top; white-space: nowrap } td { word-break: break-all }
.proof { border-left: .25rem solid ${contextVerified ? "#2f9e62" : "#d9822b"}; padding-left: .75rem }
</style>
<h1>${title}</h1>
<p class="proof">${proof}</p>
<dl><dt>tenant</dt><dd>${escaped(tenantId ?? "-")}</dd><dt>host</dt><dd>${escaped(host ?? "-")}</dd><dt>path</dt><dd>${escaped(path)}</dd></dl>
<h2>What the edge sent along</h2>
<table>
${rows}
</table>
</html>
`;
}

function escaped(text: string): string {
	return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
