import type { Behavior } from "./distribution.ts";
import { type Selection, selects } from "./policies.ts";
import type { HeaderLine, ViewerRequest } from "./viewer-request.ts";

/**
 * Headers that edge functions neither see nor set; a name that ends in `*` stands for all that begin so.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html#function-restrictions-disallowed-headers
 */
const disallowed =
	"connection expect keep-alive proxy-authenticate proxy-authorization proxy-connection trailer upgrade x-accel-buffering x-accel-charset x-accel-limit-rate x-accel-redirect x-amz-cf-* x-amzn-auth x-amzn-cf-billing x-amzn-cf-id x-amzn-cf-xff x-amzn-errortype x-amzn-fle-profile x-amzn-header-count x-amzn-header-order x-amzn-lambda-integration-tag x-amzn-requestid x-cache x-edge-* x-forwarded-proto x-real-ip".split(
		" ",
	);

/** Whether a header is one that an edge function may not set. `name` in lower case. */
export function isDisallowed(name: string): boolean {
	return disallowed.some((entry) => (entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : name === entry));
}

// Describe the body, so they go wherever it goes.
const ofTheBody = new Set(["content-type", "content-length", "content-encoding", "transfer-encoding"]);

/** What of a viewer's request goes on towards the origin, as the behavior's two policies say. */
export function forwardedOf(viewer: ViewerRequest, { cachePolicy, forwarding, origin }: Behavior) {
	const goes = (name: string) => selects(cachePolicy.headers, name) || selects(forwarding.headers, name);
	const headers: HeaderLine[] = viewer.headers.filter(([spelled]) => {
		const name = spelled.toLowerCase();
		if (isDisallowed(name) || ["cookie", "x-forwarded-for", "via", "te"].includes(name)) return false;
		if (name === "accept-encoding") return cachePolicy.encodings.length === 0 && goes(name);
		return goes(name) || (viewer.hasBody && ofTheBody.has(name));
	});
	const add = (name: string, value: string | undefined) => value && headers.push([name, value]);
	const sent = (name: string) =>
		viewer.headers.filter(([spelled]) => spelled.toLowerCase() === name).map(([, value]) => value);
	add("Host", goes("host") ? viewer.host : origin.domainName);
	add("Cookie", cookiesOf(viewer, [cachePolicy.cookies, forwarding.cookies]));
	add("Accept-Encoding", encodingsOf(viewer, cachePolicy.encodings));
	if (!goes("user-agent")) add("User-Agent", "Amazon CloudFront");
	add("X-Forwarded-For", [...sent("x-forwarded-for"), viewer.clientIp].join(", "));
	add("Via", [...sent("via"), `${viewer.httpVersion} ${pop}.cloudfront.net (CloudFront)`].join(", "));
	return { headers, query: queryOf(viewer, [cachePolicy.query, forwarding.query]) };
}

/** Names the edge server in Via and X-Amz-Cf-Pop. */
export const pop = "local50-p1";

/**
 * What tells this object apart in the cache: the path and what the cache policy says, nothing else. In particular, Host only
 * if the policy says so (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-the-cache-key.html).
 */
export function cacheKeyOf(viewer: ViewerRequest, { cachePolicy }: Behavior): string {
	const headers = [["host", viewer.host] as const, ...viewer.headers]
		.map(([name, value]) => [name.toLowerCase(), value] as const)
		.filter(([name]) => selects(cachePolicy.headers, name))
		.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
	return JSON.stringify([
		viewer.path,
		queryOf(viewer, [cachePolicy.query]),
		headers,
		cookiesOf(viewer, [cachePolicy.cookies]),
		encodingsOf(viewer, cachePolicy.encodings),
	]);
}

/** Whether answers may set cookies: without cookies towards the origin, CloudFront drops them on the way back. */
export function keepsCookies({ cachePolicy, forwarding }: Behavior): boolean {
	return cachePolicy.cookies.kind !== "none" || forwarding.cookies.kind !== "none";
}

function cookiesOf(viewer: ViewerRequest, selections: Selection[]): string | undefined {
	const cookies = viewer.headers
		.filter(([name]) => name.toLowerCase() === "cookie")
		.flatMap(([, value]) => value.split(/;\s*/))
		.filter((cookie) =>
			selections.some((selection) => selects(selection, (cookie.split("=")[0] ?? "").trim().toLowerCase())),
		);
	return cookies.length > 0 ? cookies.join("; ") : undefined;
}

function queryOf({ query }: ViewerRequest, selections: Selection[]): string {
	return query
		.split("&")
		.filter((parameter) => selections.some((selection) => selects(selection, parameter.split("=")[0] ?? "")))
		.join("&");
}

function encodingsOf(viewer: ViewerRequest, encodings: string[]): string | undefined {
	const accepted = viewer.headers
		.filter(([name]) => /^accept-encoding$/i.test(name))
		.map(([, value]) => value.toLowerCase());
	const both = encodings.filter((encoding) => accepted.some((value) => value.split(/[,;\s]+/).includes(encoding)));
	return both.length > 0 ? both.join(",") : undefined;
}
