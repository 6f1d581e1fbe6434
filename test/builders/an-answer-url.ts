import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

const answerSchema = z.object({
	Status: z.enum(["SUCCESS", "FAILED"]),
	Reason: z.string(),
	PhysicalResourceId: z.string(),
	StackId: z.string(),
	RequestId: z.string(),
	LogicalResourceId: z.string(),
});

/** Where CloudFormation waits for a custom resource's answer. `statuses`: what it says to the first requests, 200 afterwards. */
export async function anAnswerUrl(statuses: readonly number[] = []) {
	const answers: (z.infer<typeof answerSchema> & { bytes: number })[] = [];
	const requests: string[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		const status = statuses[requests.length] ?? 200;
		requests.push(`${request.method} ${request.headers["content-type"]}`);
		const body = Buffer.concat(chunks);
		if (status === 200) answers.push({ ...answerSchema.parse(JSON.parse(body.toString())), bytes: body.length });
		response.writeHead(status).end();
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo; // a TCP server's address, since it listens on a port
	return {
		url: `http://127.0.0.1:${port}/answer?signature=x`,
		answers,
		requests,
		async close() {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
}
