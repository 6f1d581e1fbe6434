import { CloudFrontClient, EntityNotFound } from "@aws-sdk/client-cloudfront";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";

/** CloudFront of the function's own account. It has one endpoint, in this region: https://docs.aws.amazon.com/general/latest/gr/cf_region.html */
export const cloudFront = new CloudFrontClient({ ...clientDefaults, region: "us-east-1" });

/** The answer, or undefined when CloudFront knows no such thing. */
export async function absent<T>(call: () => Promise<T>): Promise<T | undefined> {
	try {
		return await calling("CloudFront", call);
	} catch (error) {
		if (error instanceof EntityNotFound) return undefined;
		throw error;
	}
}
