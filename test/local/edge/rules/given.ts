import type { EdgeTrigger } from "../../../../local/edge/rules/edge-rules.ts";

/** A header as events and results have it. */
export const one = (key: string, value = "1") => ({ [key.toLowerCase()]: [{ key, value }] });

export const custom = {
	domainName: "origin.saas.test",
	port: 443,
	protocol: "https",
	path: "",
	sslProtocols: ["TLSv1.2"],
	readTimeout: 30,
	keepaliveTimeout: 5,
	customHeaders: {},
};

/** The request that functions of these tests are given; with an origin where the trigger has one. */
export const viewerRequest = {
	clientIp: "203.0.113.7",
	method: "GET",
	uri: "/",
	querystring: "",
	headers: { ...one("Host", "acme.app.test"), ...one("Via", "1.1 x"), ...one("Accept-Encoding", "br") },
};
export const originRequest = { ...viewerRequest, origin: { custom } };

export const response = {
	status: "200",
	statusDescription: "OK",
	headers: { ...one("Via", "1.1 x"), ...one("Content-Length", "5"), ...one("Server", "nginx") },
};

/** What a function of the trigger is given, and what it answers if it does nothing. */
export function givenAt(trigger: EdgeTrigger) {
	const ofResponse = trigger === "origin-response" || trigger === "viewer-response";
	const request = trigger === "viewer-request" ? viewerRequest : originRequest;
	return {
		given: { trigger, request, response: ofResponse ? response : undefined },
		untouched: ofResponse ? response : request,
	};
}
