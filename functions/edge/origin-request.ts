import type { CloudFrontHeaders, CloudFrontRequest } from "aws-lambda";
import type { Hostname } from "../../domain/dns-name.ts";
import type { TenantMapEntry } from "../../domain/tenant-map.ts";

/** What is said to the origin in the edge's own name. */
export interface SaidToOrigin {
	host: Hostname;
	entry: TenantMapEntry;
	origin: TenantMapEntry["origin"];
	/** The signed tenant context. */
	token: string;
}

/**
 * The request as it leaves for the tenant's origin. What a viewer sent under our names is gone, and so is our configuration.
 * The origin is replaced whole; `path` puts its prefix before the path that the viewer asked for.
 * Limits of the fields: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html.
 */
export function originRequest(
	request: CloudFrontRequest,
	{ host, entry, origin, token }: SaidToOrigin,
): CloudFrontRequest {
	const headers: CloudFrontHeaders = {};
	for (const [name, values] of Object.entries(request.headers)) if (!isOurs(name)) headers[name] = values;
	const said = {
		// The name alone, also with another port than 443: what CloudFront itself sends to a custom origin.
		Host: origin.host,
		"X-Forwarded-Host": host,
		"X-Tenant-Id": entry.tenantId,
		"X-Tenant-Slug": entry.slug,
		"X-Tenant-Context": token,
	};
	for (const [key, value] of Object.entries(said)) headers[key.toLowerCase()] = [{ key, value }];
	return {
		...request,
		headers,
		origin: {
			custom: {
				domainName: origin.host,
				port: origin.port,
				protocol: origin.protocol,
				path: origin.pathPrefix,
				sslProtocols: ["TLSv1.2"],
				readTimeout: 30,
				keepaliveTimeout: 5,
				customHeaders: {},
			},
		},
	};
}

// Names by which frameworks let a request say for which host it was; ours are x-forwarded-host and host.
const hostClaims = new Set([
	"forwarded",
	"x-forwarded-host",
	"x-forwarded-server",
	"x-original-host",
	"x-host",
	"x-http-host-override",
]);

/** Whether only we may set the header. `_` counts as `-`: to a CGI or WSGI application `x_tenant_id` reads as `x-tenant-id`. */
function isOurs(name: string): boolean {
	const read = name.toLowerCase().replaceAll("_", "-");
	return read.startsWith("x-tenant-") || read.startsWith("x-hostmaster-") || hostClaims.has(read);
}
