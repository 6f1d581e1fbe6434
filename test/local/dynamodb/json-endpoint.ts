import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsError, type Caller, type JsonService } from "../../../local/aws/service.ts";

/** A service behind a real port, so that the real SDK clients can be tried on it. */
export async function serveJson(service: JsonService & { errorHeaders?(error: AwsError): Record<string, string> }) {
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		const [target, operation = ""] = String(request.headers["x-amz-target"]).split(".");
		const run = target === service.target ? service.operations[operation] : undefined;
		const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
			response.writeHead(status, { "content-type": service.contentType, ...headers }).end(JSON.stringify(body));
		try {
			if (!run) throw new AwsError("NotImplemented", operation, 501);
			answer(
				200,
				(await run(JSON.parse(Buffer.concat(chunks).toString()), callerOf(request.headers.authorization))) ?? {},
			);
		} catch (error) {
			if (!(error instanceof AwsError)) {
				answer(500, { __type: "InternalFailure", message: String(error) });
				return;
			}
			const body = { __type: error.name, message: error.message, ...error.members };
			answer(error.status, body, service.errorHeaders?.(error));
		}
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo; // a TCP server's address, since it listens on a port
	return {
		url: `http://127.0.0.1:${port}`,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}

/** `Credential=LOCAL222222222222/20270101/us-east-1/sqs/aws4_request`. */
function callerOf(authorization = ""): Caller {
	const [, accountId = "", region = ""] = /Credential=\w*?(\d{12})\/\d+\/([^/]+)\//.exec(authorization) ?? [];
	return { accountId, region };
}
