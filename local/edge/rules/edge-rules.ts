const guide = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide";
const all = `${guide}/edge-function-restrictions-all.html`;
const lambda = `${guide}/lambda-at-edge-function-restrictions.html`;
const events = `${guide}/lambda-event-structure.html`;
const quotas = `${guide}/cloudfront-limits.html`;
const generated = `${guide}/lambda-generating-http-responses.html`;

/** When a Lambda@Edge function runs. */
export type EdgeTrigger = "viewer-request" | "origin-request" | "origin-response" | "viewer-response";

/** What CloudFront published that a Lambda@Edge function must keep to: each rule in words, and where it stands. */
export const edgeRules = {
	shape: ["a result is a request or a response of the published form", events],
	"header-name": ["a header stands under its name in lower case, and its key is the same name", events],
	"header-value": ["a header's value is one line", events],
	"header-disallowed": ["a function cannot set this header", `${all}#function-restrictions-disallowed-headers`],
	"header-read-only": [
		"a function cannot add, change or take out this header",
		`${all}#function-restrictions-read-only-headers`,
	],
	"header-of-viewer": [
		"a viewer-request function cannot set what CloudFront adds after it",
		`${lambda}#lambda-at-edge-restrictions-cloudfront-headers`,
	],
	"header-length": ["a request has at most 20,480 bytes before its body", `${quotas}#limits-general`],
	"custom-header-denied": [
		"CloudFront cannot add this header to origin requests",
		`${guide}/add-origin-custom-headers.html#add-origin-custom-headers-denylist`,
	],
	"custom-header-twice": ["a header is in the request or among the origin's custom headers, not in both", events],
	"custom-header-quota": [
		"30 custom headers, 256 characters a name, 1,783 a value, 10,240 in all",
		`${quotas}#limits-custom-headers`,
	],
	"method-read-only": ["a function cannot change the method", events],
	"client-ip-read-only": ["a function cannot change the viewer's address", events],
	uri: ["a path begins with /", events],
	querystring: ["a query has no spaces, no control characters and no #", `${all}#function-restrictions-query-strings`],
	"url-length": ["path and query have fewer than 8,192 characters", `${all}#function-restrictions-uri`],
	"origin-trigger": ["only an origin-request function names the origin", events],
	"origin-one": ["a request has one origin, custom or s3", events],
	"origin-domain": ["an origin's domain is a name of 1 to 253 characters (S3: 128), no port, no IPv4 address", events],
	"origin-path": ["an origin's path is empty, or begins and does not end with /, of at most 255 characters", events],
	"origin-port": ["an origin's port is 80, 443 or 1024 to 65535", events],
	"origin-protocol": ["an origin speaks http or https, with at least one of TLSv1.2, TLSv1.1, TLSv1, SSLv3", events],
	"origin-timeout": ["an origin's timeouts are of 1 to 60 seconds", events],
	"body-not-included": [
		"only a function that is associated with IncludeBody answers a request's body",
		`${generated}#lambda-include-body-access`,
	],
	"body-of-get": [
		"a GET or HEAD has no body",
		`${guide}/RequestAndResponseBehaviorCustomOrigin.html#RequestCustom-get-body`,
	],
	"body-length": [
		"a request's body that a function sets has at most 40 KB at the viewer, 1 MB at the origin (base64: 53.2 KB, 1.33 MB)",
		`${lambda}#lambda-at-edge-restrictions-request-body`,
	],
	status: ["a response has a status of 200 to 599, as text", generated],
	"status-read-only": [
		"a viewer-response function cannot change the status",
		`${lambda}#lambda-at-edge-restrictions-status-codes`,
	],
	"status-description": ["a status description is one line", generated],
	"body-of-204": ["a 204 has no body", generated],
	"body-base64": ["a body that is said to be base64 is base64", generated],
	"response-length": [
		"a generated response has at most 40 KB at the viewer, 1 MB at the origin, headers included",
		`${quotas}#limits-lambda-at-edge`,
	],
	environment: [
		"there are no environment variables but the reserved ones",
		`${lambda}#lambda-at-edge-restrictions-features`,
	],
	features: [
		"no VPC, dead letter queue, layers, X-Ray, reserved or provisioned concurrency, container image, arm64, more than 512 MB of storage",
		`${lambda}#lambda-at-edge-restrictions-features`,
	],
	runtime: ["a supported Node.js or Python", `${lambda}#lambda-at-edge-restrictions-runtime`],
	version: ["a numbered version of a function in us-east-1", `${lambda}#lambda-at-edge-restrictions-version`],
	role: [
		"lambda.amazonaws.com and edgelambda.amazonaws.com may assume the role",
		`${lambda}#lambda-at-edge-restrictions-role-permissions`,
	],
	"function-size": ["a function has at most 50 MB, packed", `${quotas}#limits-lambda-at-edge`],
	"function-memory": ["a function has 128 to 10,240 MB of memory", `${quotas}#limits-lambda-at-edge`],
	"function-timeout": ["a function runs for at most 30 seconds", `${quotas}#limits-lambda-at-edge`],
} as const satisfies Record<string, readonly [says: string, source: string]>;

export type EdgeRule = keyof typeof edgeRules;

/** What broke a rule: the header's name where it is one, and what was found. */
export interface EdgeViolation {
	rule: EdgeRule;
	trigger: EdgeTrigger;
	header?: string | undefined;
	found: string;
}

/** For the developer's log: `origin-request, rule header-read-only, header via: 1.1 x; a function cannot … (https://…)`. */
export function violationText({ rule, trigger, header, found }: EdgeViolation): string {
	const [says, source] = edgeRules[rule];
	return `${trigger}, rule ${rule}${header === undefined ? "" : `, header ${header}`}: ${found}; ${says} (${source})`;
}

/** A Lambda@Edge function broke a published rule; CloudFront would answer the viewer 502. */
export class EdgeRuleBroken extends Error {
	override name = "EdgeRuleBroken";
	readonly violation: EdgeViolation;
	constructor(violation: EdgeViolation) {
		super(violationText(violation));
		this.violation = violation;
	}
}
