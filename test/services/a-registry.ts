import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RegisteredDomain, ServiceTrouble } from "../contracts/registrations.ts";

/** A registry's answer about a domain, of the shape and length that registries of generic top-level domains give (RFC 9083, section 5.3). */
export function anRdapDomain({ name, expiresAt, isLocked, nameServers, ds }: RegisteredDomain) {
	const self = `https://rdap.registry.example/domain/${name}`;
	return {
		objectClassName: "domain",
		handle: "D0000000001-EXAMPLE",
		ldhName: name.toUpperCase(),
		links: [{ value: self, rel: "self", href: self, type: "application/rdap+json" }],
		status: isLocked
			? ["client delete prohibited", "client transfer prohibited", "client update prohibited"]
			: ["active"],
		entities: [
			{
				objectClassName: "entity",
				handle: "9999",
				roles: ["registrar"],
				publicIds: [{ type: "IANA Registrar ID", identifier: "9999" }],
				vcardArray: [
					"vcard",
					[
						["version", {}, "text", "4.0"],
						["fn", {}, "text", "Example Registrar, Inc."],
					],
				],
				entities: [
					{
						objectClassName: "entity",
						roles: ["abuse"],
						vcardArray: [
							"vcard",
							[
								["version", {}, "text", "4.0"],
								["fn", {}, "text", ""],
								["tel", { type: "voice" }, "uri", "tel:+1.5555550100"],
								["email", {}, "text", "abuse@registrar.example"],
							],
						],
					},
				],
			},
			{
				objectClassName: "entity",
				handle: "REDACTED",
				roles: ["registrant"],
				remarks: [{ title: "REDACTED FOR PRIVACY", type: "object redacted due to authorization", description: [] }],
			},
		],
		events: [
			{ eventAction: "registration", eventDate: "1995-08-14T04:00:00Z" },
			{ eventAction: "expiration", eventDate: expiresAt.replace(".000Z", "Z") },
			{ eventAction: "last changed", eventDate: "2026-08-14T07:01:44Z" },
			{ eventAction: "last update of RDAP database", eventDate: "2026-11-23T00:00:00Z" },
		],
		secureDNS: ds.length > 0 ? { delegationSigned: true, dsData: ds } : { delegationSigned: false },
		nameservers: nameServers.map((ldhName) => ({ objectClassName: "nameserver", ldhName })),
		rdapConformance: ["rdap_level_0", "icann_rdap_technical_implementation_guide_1"],
		notices: [{ title: "Terms of Use", description: ["Of an example."] }],
	};
}

/** RFC 9083, section 6. */
const notFound = { errorCode: 404, title: "Not Found", description: ["No such domain."] };

/** A registry's RDAP server, and the list that leads to it, on a port of its own. */
export async function aRegistry() {
	const domains = new Map<string, unknown>();
	const asked: string[] = [];
	let list: unknown;
	let trouble: ServiceTrouble | undefined;
	let says: ((response: ServerResponse) => void) | undefined;
	const server = createServer((request, response) => {
		const { url = "" } = request;
		asked.push(`${url} ${request.headers.accept}`);
		const json = (status: number, document: unknown) =>
			response.writeHead(status, { "content-type": "application/rdap+json" }).end(JSON.stringify(document));
		if (url === "/rdap/dns.json") return void json(200, list);
		if (says) return void says(response);
		switch (trouble) {
			case "throttles":
				return void json(429, { errorCode: 429, title: "Rate limit" });
			case "is broken":
				return void json(503, {});
			case "is silent":
				return;
			case "hangs up":
				return void request.socket.destroy();
			case "talks nonsense":
				return void response.end("<html>Welcome to the registry!</html>");
			case undefined: {
				const found = domains.get(url.replace("/v1/domain/", ""));
				json(found ? 200 : 404, found ?? notFound);
			}
		}
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo; // a TCP server's address, since it listens on a port
	const origin = `http://127.0.0.1:${port}`;
	const reset = () => {
		domains.clear();
		asked.length = 0;
		trouble = undefined;
		says = undefined;
		list = {
			...{ version: "1.0", publication: "2026-11-20T17:00:02Z", description: "RDAP bootstrap file" },
			services: [[["net", "COM"], [`${origin}/v1/`]]],
		};
	};
	reset();
	return {
		bootstrapUrl: `${origin}/rdap/dns.json`,
		origin,
		asked,
		reset,
		register: (domain: RegisteredDomain) => void domains.set(domain.name, anRdapDomain(domain)),
		/** Any document in the place of a domain's. */
		answer: (name: string, document: unknown) => void domains.set(name, document),
		/** Anything at all instead of documents. */
		say: (how: (response: ServerResponse) => void) => {
			says = how;
		},
		setList: (document: unknown) => {
			list = document;
		},
		setTrouble: (next: ServiceTrouble) => {
			trouble = next;
		},
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}
