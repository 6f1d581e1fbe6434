import type { CloudFrontResultResponse } from "aws-lambda";
import type { TenantMapEntry } from "../../domain/tenant-map.ts";

/**
 * The answers that the edge gives itself. None may be stored: what CloudFront or a browser keeps outlives the decision.
 * (CloudFront heeds no-store in errors for 404, 410, 414 and 501 only; the others rest on the distribution's ErrorCachingMinTTL of 0,
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html.)
 * Nothing that a viewer sent is in a body.
 */
export const answers = {
	badRequest: () =>
		page("400", "Bad Request", "This request cannot be understood", "Its host name or its path is not valid."),
	unknown: () => page("404", "Not Found", "There is nothing here", "No site is set up under this name."),
	suspended: () => page("403", "Forbidden", "This site is paused", "Its owner can bring it back."),
	gone: () => page("410", "Gone", "This site is gone", "It was removed by its owner."),
	unavailable: () =>
		page(
			"503",
			"Service Unavailable",
			"One moment, please",
			"This site cannot be reached right now. Please try again.",
			{
				"Retry-After": "5",
			},
		),
	redirect: (location: string) => answer("308", "Permanent Redirect", "", { Location: location }),
	identity: ({ tenantId, hostname, generation }: TenantMapEntry) =>
		answer("200", "OK", JSON.stringify({ tenantId, hostname, generation }), { "Content-Type": "application/json" }),
} as const;

function page(status: string, description: string, title: string, text: string, headers: Record<string, string> = {}) {
	const style = "font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem";
	return answer(
		status,
		description,
		`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><body style="${style}"><h1>${title}</h1><p>${text}</p></body></html>\n`,
		{ "Content-Type": "text/html; charset=utf-8", ...headers },
	);
}

function answer(status: string, statusDescription: string, body: string, headers: Record<string, string>) {
	const all = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", ...headers };
	return {
		status,
		statusDescription,
		headers: Object.fromEntries(Object.entries(all).map(([key, value]) => [key.toLowerCase(), [{ key, value }]])),
		body,
	} satisfies CloudFrontResultResponse;
}
