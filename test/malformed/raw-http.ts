import { connect } from "node:net";

export interface RawRequest {
	method?: string;
	/** As it is: not encoded. */
	target: string;
	/** Whole lines. */
	headers?: readonly string[];
	/** As it is; its length is told unless a header does. */
	body?: string | Buffer;
}

export interface RawAnswer {
	/** 0: the connection was cut without an answer. */
	status: number;
	headers: Record<string, string>;
	body: string;
}

/** An HTTP/1.1 request over a connection of its own, byte for byte as it is given: fetch would refuse or mend most of these. */
export function sendRaw(api: string, { method = "GET", target, headers = [], body }: RawRequest): Promise<RawAnswer> {
	const { hostname, port } = new URL(api);
	const bytes = body === undefined ? undefined : Buffer.from(body);
	const isTold = headers.some((line) => /^(content-length|transfer-encoding):/i.test(line));
	const length = bytes && !isTold ? [`Content-Length: ${bytes.length}`] : [];
	const head = [`${method} ${target} HTTP/1.1`, "Host: api", "Connection: close", ...length, ...headers, "", ""];
	const { promise, resolve } = Promise.withResolvers<RawAnswer>();
	const socket = connect({ host: hostname, port: Number(port) }, () => {
		socket.write(Buffer.from(head.join("\r\n"), "latin1"));
		if (bytes) socket.write(bytes);
	});
	let text = "";
	socket.setEncoding("utf8");
	socket.on("data", (chunk) => {
		text += chunk;
	});
	socket.once("error", () => undefined); // an answer that is cut short is no answer
	socket.once("close", () => resolve(parsed(text)));
	return promise;
}

function parsed(text: string): RawAnswer {
	const [head = "", ...rest] = text.split("\r\n\r\n");
	const [statusLine = "", ...lines] = head.split("\r\n");
	const headers = lines.map((line): [string, string] => {
		const at = line.indexOf(": ");
		return [line.slice(0, at).toLowerCase(), line.slice(at + 2)];
	});
	const body = rest.join("\r\n\r\n");
	const isChunked = headers.some(([name, value]) => name === "transfer-encoding" && value === "chunked");
	return {
		status: Number(statusLine.split(" ")[1] ?? 0),
		headers: Object.fromEntries(headers),
		body: isChunked ? body.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, "").trim() : body,
	};
}
