import { z } from "zod";
import type { LogDelivery } from "../edge/access-log.ts";
import type { Resolver } from "../template/resolver.ts";
import type { StackServices } from "./services.ts";

const deliverySchema = z.looseObject({
	DeliverySourceName: z.string(),
	DeliveryDestinationArn: z.string(),
	RecordFields: z.array(z.string()),
	S3SuffixPath: z.string(),
	S3EnableHiveCompatiblePath: z.literal(false),
});
const sourceSchema = z.looseObject({ Name: z.string(), LogType: z.literal("ACCESS_LOGS"), ResourceArn: z.string() });
const destinationSchema = z.looseObject({ DestinationResourceArn: z.string(), OutputFormat: z.literal("json") });

/**
 * Where the template has the access log of a distribution delivered; undefined when nowhere. Throws TemplateError for what is not
 * emulated: other formats than JSON, and other places than a bucket.
 */
export function logDeliveryOf(
	distributionId: string,
	resolver: Resolver,
	{ caller, s3 }: Pick<StackServices, "caller" | "s3">,
): LogDelivery | undefined {
	const sources = resolver
		.idsOf("AWS::Logs::DeliverySource")
		.map((id) => resolver.properties(id, sourceSchema))
		.filter(({ ResourceArn }) => ResourceArn.endsWith(`:distribution/${distributionId}`));
	for (const id of resolver.idsOf("AWS::Logs::Delivery")) {
		const delivery = resolver.properties(id, deliverySchema);
		if (!sources.some(({ Name }) => Name === delivery.DeliverySourceName)) continue;
		const destination = resolver
			.idsOf("AWS::Logs::DeliveryDestination")
			.find((other) => resolver.attribute(other, "Arn") === delivery.DeliveryDestinationArn);
		if (destination === undefined) continue;
		const { DestinationResourceArn } = resolver.properties(destination, destinationSchema);
		const bucket = DestinationResourceArn.replace(/^arn:aws:s3:::/, "");
		return {
			fields: delivery.RecordFields,
			prefix: `AWSLogs/${caller.accountId}/CloudFront/`,
			suffixPath: delivery.S3SuffixPath,
			put: (key, content) => s3.buckets.put(bucket, key, content),
		};
	}
	return undefined;
}
