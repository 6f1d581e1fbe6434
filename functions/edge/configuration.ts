import type { CloudFrontRequest } from "aws-lambda";
import type { Credentials } from "./sigv4.ts";

/**
 * What one artifact must be told to serve an environment. Lambda@Edge has no environment variables of its own
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html),
 * so it comes in the custom headers of the distribution's default origin, which no viewer can set.
 */
export interface Configuration {
	mapTable: string;
	/** The domain of the slugs, beneath which no name stands for others. */
	platformDomain: string;
	/** Where the map has replicas; the home region first. */
	mapRegions: string[];
	/** Name of the secret from which the signing key is derived; it has replicas in the map's regions. */
	contextSecret: string;
	/** Set on a laptop only: stands in for every regional endpoint. */
	awsEndpoint?: string | undefined;
}

/** Reads the configuration from an origin-request event's request. Throws with the name of the header that is missing. */
export function readConfiguration(request: CloudFrontRequest): Configuration {
	const headers = (request.origin?.custom ?? request.origin?.s3)?.customHeaders ?? {};
	const optional = (name: string) => headers[name]?.[0]?.value || undefined;
	const required = (name: string) => {
		const value = optional(name);
		// Thrown, not answered: a distribution that is set up wrongly must show in the function's error metric.
		if (!value) throw new Error(`The distribution's default origin has no custom header ${name}`);
		return value;
	};
	return {
		mapTable: required("x-hostmaster-map-table"),
		platformDomain: required("x-hostmaster-platform-domain"),
		mapRegions: required("x-hostmaster-map-regions")
			.split(",")
			.map((region) => region.trim()),
		contextSecret: required("x-hostmaster-context-secret"),
		awsEndpoint: optional("x-hostmaster-aws-endpoint"),
	};
}

/** The map's regions in the order in which to ask: the one that this replica of the function runs in, then the rest. */
export function regionsNearestFirst(regions: readonly string[], own: string | undefined): string[] {
	return regions.filter((region) => region === own).concat(regions.filter((region) => region !== own));
}

/** The region that the function runs in: nearest to the viewer, and not necessarily one of the map's. */
export function ownRegion(): string | undefined {
	return process.env["AWS_REGION"];
}

/** The role's credentials, as the Lambda runtime sets them. Throws when there are none. */
export function ownCredentials(): Credentials {
	const accessKeyId = process.env["AWS_ACCESS_KEY_ID"];
	const secretAccessKey = process.env["AWS_SECRET_ACCESS_KEY"];
	if (!accessKeyId || !secretAccessKey) throw new Error("The runtime has no credentials");
	return { accessKeyId, secretAccessKey, sessionToken: process.env["AWS_SESSION_TOKEN"] };
}
