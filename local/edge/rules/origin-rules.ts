import { z } from "zod";
import { edgeLimits } from "../limits.ts";
import type { EdgeRule, EdgeTrigger, EdgeViolation } from "./edge-rules.ts";
import { customHeaderViolation, type EdgeHeaders, headersShape } from "./header-rules.ts";

/** The origins of a request, of any value; https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html. */
export const originShape = z.object({
	custom: z
		.object({
			domainName: z.string(),
			path: z.string(),
			port: z.number(),
			protocol: z.string(),
			sslProtocols: z.array(z.string()),
			readTimeout: z.number(),
			keepaliveTimeout: z.number(),
			customHeaders: headersShape,
		})
		.optional(),
	s3: z
		.object({ domainName: z.string(), path: z.string(), authMethod: z.string(), customHeaders: headersShape })
		.optional(),
});

type Origins = z.infer<typeof originShape>;

/** The first rule that the origin of a request breaks. `configured` are the custom headers of the origin that the function was given. */
export function originViolation(
	{ custom, s3 }: Origins,
	request: EdgeHeaders,
	configured: EdgeHeaders,
	trigger: EdgeTrigger,
): EdgeViolation | undefined {
	const origin = custom ?? s3;
	if (!origin || (custom && s3)) return { rule: "origin-one", trigger, found: custom ? "two" : "none" };
	const broken = boundsOf(origin, custom).find(({ kept }) => !kept);
	return broken
		? { rule: broken.rule, trigger, found: broken.found }
		: customHeaderViolation(origin.customHeaders, configured, request, trigger);
}

interface Bound {
	rule: EdgeRule;
	kept: boolean;
	found: string;
}

function boundsOf(
	{ domainName, path }: { domainName: string; path: string },
	custom: Origins["custom"],
): readonly Bound[] {
	const { originDomainCharacters, bucketDomainCharacters, originPathCharacters } = edgeLimits;
	const longest = custom ? originDomainCharacters.value : bucketDomainCharacters.value;
	const isName = custom ? /^(?!\d+\.\d+\.\d+\.\d+$)[^:/\s]+$/ : /^[a-z0-9.-]+$/;
	const common: Bound[] = [
		{ rule: "origin-domain", kept: isName.test(domainName) && domainName.length <= longest, found: domainName },
		{
			rule: "origin-path",
			kept: /^(?:\/.*[^/])?$/.test(path) && path.length <= originPathCharacters.value,
			found: path,
		},
	];
	if (!custom) return common;
	const { port, protocol, sslProtocols, readTimeout, keepaliveTimeout } = custom;
	const inTime = (seconds: number) => Number.isInteger(seconds) && seconds >= 1 && seconds <= 60;
	return [
		...common,
		{
			rule: "origin-port",
			kept: port === 80 || port === 443 || (Number.isInteger(port) && port >= 1_024 && port <= 65_535),
			found: String(port),
		},
		{
			rule: "origin-protocol",
			kept:
				["http", "https"].includes(protocol) &&
				sslProtocols.length > 0 &&
				sslProtocols.every((version) => ["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"].includes(version)),
			found: `${protocol}, ${sslProtocols.join(" ") || "no version"}`,
		},
		{
			rule: "origin-timeout",
			kept: inTime(readTimeout) && inTime(keepaliveTimeout),
			found: `${readTimeout} s and ${keepaliveTimeout} s`,
		},
	];
}
