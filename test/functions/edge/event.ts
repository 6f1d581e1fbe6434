import type { CloudFrontHeaders, CloudFrontRequestEvent } from "aws-lambda";

/** An origin-request event as CloudFront makes it, with the configuration that a distribution gives. */
export function originRequestEvent(options: {
	endpoint?: string;
	hosts?: string[];
	uri?: string;
	querystring?: string;
	headers?: CloudFrontHeaders;
	without?: string;
	kind?: "s3" | "custom";
}): CloudFrontRequestEvent {
	const custom: Record<string, string> = {
		"x-hostmaster-map-table": "map",
		"x-hostmaster-map-regions": "us-east-1, eu-west-1",
		"x-hostmaster-context-secret": "context",
		"x-hostmaster-platform-domain": "app.test",
		...(options.endpoint !== undefined && { "x-hostmaster-aws-endpoint": options.endpoint }),
	};
	if (options.without) delete custom[options.without];
	const customHeaders = Object.fromEntries(Object.entries(custom).map(([key, value]) => [key, [{ key, value }]]));
	const s3 = {
		s3: { authMethod: "none" as const, customHeaders, domainName: "default.s3.us-east-1.amazonaws.com", path: "" },
	};
	const other = {
		custom: {
			customHeaders,
			domainName: "default.test",
			keepaliveTimeout: 5,
			path: "",
			port: 443,
			protocol: "https" as const,
			readTimeout: 30,
			sslProtocols: ["TLSv1.2"],
		},
	};
	return {
		Records: [
			{
				cf: {
					config: {
						distributionDomainName: "d123.cloudfront.net",
						distributionId: "EDFDVBD6EXAMPLE",
						eventType: "origin-request",
						requestId: "id==",
					},
					request: {
						clientIp: "203.0.113.7",
						method: "GET",
						uri: options.uri ?? "/",
						querystring: options.querystring ?? "",
						headers: {
							host: (options.hosts ?? ["acme.app.test"]).map((value) => ({ key: "Host", value })),
							"user-agent": [{ key: "User-Agent", value: "curl/8" }],
							via: [{ key: "Via", value: "2.0 abc.cloudfront.net (CloudFront)" }],
							...options.headers,
						},
						origin: options.kind === "s3" ? s3 : other,
					},
				},
			},
		],
	};
}
