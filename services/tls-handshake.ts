import { connect, type PeerCertificate } from "node:tls";
import type { TlsView } from "../domain/domain-observations.ts";
import { optionalSetting, setting } from "./settings.ts";

const longestMs = 3_000;

/** What a viewer at `address` meets: the certificate for `hostname`, trusted or not. Never rejects. */
export function shakeHands(hostname: string, address: string): Promise<TlsView> {
	const authority = optionalSetting("EDGE_AUTHORITY");
	return new Promise((resolve) => {
		const end = (view: TlsView) => {
			clearTimeout(timer);
			socket.destroy();
			resolve(view);
		};
		const socket = connect({
			host: address,
			port: Number(setting("EDGE_PORT")),
			servername: hostname,
			// What is wrong with it is the answer; nothing is sent over the connection.
			rejectUnauthorized: false,
			...(authority && { ca: authority }),
		});
		const timer = setTimeout(() => end({ outcome: "no-handshake", because: "no answer within 3 s" }), longestMs);
		socket.once("secureConnect", () => {
			const certificate = socket.getPeerCertificate();
			const { authorizationError: error } = socket;
			end({ ...read(certificate), outcome: "handshake", error: error ? codeOf(error) : undefined });
		});
		socket.on("error", (error) => end({ outcome: "no-handshake", because: codeOf(error) }));
	});
}

function read({ subjectaltname = "", valid_to }: PeerCertificate) {
	const names = subjectaltname.split(", ").flatMap((name) => (name.startsWith("DNS:") ? [name.slice(4)] : []));
	return { names: names.map((name) => name.toLowerCase()), notAfter: new Date(valid_to).toISOString() };
}

/** Node gives a code where its types say an error. */
function codeOf(error: Error | string): string {
	if (typeof error === "string") return error;
	return "code" in error ? String(error.code) : error.message;
}
