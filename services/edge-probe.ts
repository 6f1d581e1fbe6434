import { request } from "node:https";
import { z } from "zod";
import { optionalSetting, setting } from "./settings.ts";

const answerSchema = z.object({ tenantId: z.string(), hostname: z.string(), generation: z.number() });

/** What a viewer at `address` would get for `hostname`. `no-answer` says nothing about the tenant: it could not be asked (R9). */
export type ProbeAnswer =
	| { outcome: "answered"; status: number; tenant: z.infer<typeof answerSchema> | undefined }
	| { outcome: "no-answer"; because: string };

/** Asks the edge itself who it takes `hostname` for, over verified TLS with SNI, at one address of the name. Never throws. */
export function probeEdge(hostname: string, address: string): Promise<ProbeAnswer> {
	const authority = optionalSetting("EDGE_AUTHORITY");
	return new Promise((resolve) => {
		const asking = request(
			{
				host: address,
				port: Number(setting("EDGE_PORT")),
				servername: hostname,
				path: "/.well-known/hostmaster",
				headers: { host: hostname },
				timeout: 5_000,
				// The time-out above is of silence; a trickle must not hold the look for ever.
				signal: AbortSignal.timeout(8_000),
				agent: false,
				...(authority && { ca: authority }),
			},
			(response) => {
				let body = "";
				response.setEncoding("utf8");
				response.on("data", (chunk: string) => {
					if (body.length < 10_000) body += chunk;
				});
				response.on("end", () =>
					resolve({ outcome: "answered", status: response.statusCode ?? 0, tenant: parse(body) }),
				);
				response.on("error", (error) => resolve({ outcome: "no-answer", because: error.message }));
			},
		);
		asking.on("timeout", () => asking.destroy(new Error("no answer within 5 s")));
		asking.on("error", (error) => resolve({ outcome: "no-answer", because: error.message }));
		asking.end();
	});
}

function parse(body: string): z.infer<typeof answerSchema> | undefined {
	try {
		return answerSchema.parse(JSON.parse(body));
	} catch {
		return undefined;
	}
}
