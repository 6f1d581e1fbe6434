import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setEnvironment } from "../builders/a-cloud.ts";
import { anOperation } from "../builders/entities.ts";

let requests = 0;
let silent: Server;
beforeAll(async () => {
	silent = createServer(() => {
		requests++;
	});
	await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
	// Cast: a server that listens on a port has an address with one.
	const { port } = silent.address() as AddressInfo;
	const url = `http://127.0.0.1:${port}`;
	setEnvironment({ AWS_ENDPOINT_URL_SQS: url, OPERATIONS_QUEUE_URL: `${url}/222222222222/operations` });
});
afterAll(() => {
	silent.closeAllConnections();
	silent.close();
	delete process.env["AWS_ENDPOINT_URL_SQS"];
});

describe("telling the queue of an accepted operation", () => {
	it("is given up after one try of a second when SQS hangs: whoever asked gets the answer", async () => {
		const { tellQueue } = await import("../../functions/tell-queue.ts");
		const began = performance.now();
		await tellQueue(anOperation());
		expect(performance.now() - began).toBeGreaterThan(900);
		expect(performance.now() - began).toBeLessThan(2_500);
		expect(requests).toBe(1);
	});
});
