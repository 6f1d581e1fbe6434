import { AwsError } from "./service.ts";

/** What a service is called in counts and in rules for faults, and how it answers when it is called too often. */
interface CatalogEntry {
	name: string;
	throttled: () => AwsError;
	unavailable: () => AwsError;
}

const rateExceeded = () => new AwsError("ThrottlingException", "Rate exceeded");
const serviceUnavailable = () => new AwsError("ServiceUnavailable", "The service is unavailable. Please retry.", 503);

/** By JSON target, or by the name of a REST or query service. Sources: the error lists of each API's reference. */
const catalog: Record<string, CatalogEntry> = {
	DynamoDB_20120810: {
		name: "dynamodb",
		throttled: () =>
			new AwsError("ThrottlingException", "Throughput exceeds the current capacity of your table or index."),
		unavailable: () => new AwsError("InternalServerError", "The request could not be completed. Retry.", 500),
	},
	AmazonSQS: {
		name: "sqs",
		throttled: () => new AwsError("RequestThrottled", "The request was denied due to request throttling.", 403),
		unavailable: serviceUnavailable,
	},
	AWSStepFunctions: { name: "states", throttled: rateExceeded, unavailable: serviceUnavailable },
	AWSEvents: { name: "events", throttled: rateExceeded, unavailable: serviceUnavailable },
	CertificateManager: { name: "acm", throttled: rateExceeded, unavailable: serviceUnavailable },
	secretsmanager: {
		name: "secretsmanager",
		throttled: rateExceeded,
		unavailable: () => new AwsError("InternalServiceError", "An error occurred on the server side.", 500),
	},
	Route53Domains_v20140515: { name: "route53domains", throttled: rateExceeded, unavailable: serviceUnavailable },
	// Route 53 throttles with 400 (https://docs.aws.amazon.com/Route53/latest/APIReference/requests-rest-responses.html).
	route53: {
		name: "route53",
		throttled: () => new AwsError("Throttling", "Rate exceeded"),
		unavailable: serviceUnavailable,
	},
	cloudfront: {
		name: "cloudfront",
		throttled: () => new AwsError("ThrottlingException", "Rate exceeded"),
		unavailable: serviceUnavailable,
	},
	s3: {
		name: "s3",
		throttled: () => new AwsError("SlowDown", "Please reduce your request rate.", 503),
		unavailable: () => new AwsError("InternalError", "We encountered an internal error. Please try again.", 500),
	},
	cloudformation: {
		name: "cloudformation",
		throttled: () => new AwsError("Throttling", "Rate exceeded"),
		unavailable: serviceUnavailable,
	},
	sts: { name: "sts", throttled: () => new AwsError("Throttling", "Rate exceeded"), unavailable: serviceUnavailable },
};

/** The entry of a service; one that is not listed goes by its target and throttles in the common way. */
export function catalogEntry(targetOrName: string): CatalogEntry {
	return catalog[targetOrName] ?? { name: targetOrName, throttled: rateExceeded, unavailable: serviceUnavailable };
}

/** Named here because a fault must know what a request is before the service reads it. Route 53's paths, behind its prefix. */
const restOperations: readonly [method: string, path: RegExp, operation: string][] = [
	["POST", /^\/2013-04-01\/hostedzone\/[^/]+\/rrset\/?$/, "ChangeResourceRecordSets"],
	["GET", /^\/2013-04-01\/hostedzone\/[^/]+\/rrset\/?$/, "ListResourceRecordSets"],
	["GET", /^\/2013-04-01\/change\/[^/]+$/, "GetChange"],
	["GET", /^\/2013-04-01\/hostedzonesbyname$/, "ListHostedZonesByName"],
	["POST", /^\/2013-04-01\/hostedzone$/, "CreateHostedZone"],
	["GET", /^\/2013-04-01\/hostedzone$/, "ListHostedZones"],
	["GET", /^\/2013-04-01\/hostedzone\/[^/]+$/, "GetHostedZone"],
	["GET", /^\/2013-04-01\/hostedzone\/[^/]+\/dnssec$/, "GetDNSSEC"],
	["DELETE", /^\/2013-04-01\/hostedzone\/[^/]+$/, "DeleteHostedZone"],
	["POST", /^\/2020-05-31\/distribution-tenant$/, "CreateDistributionTenant"],
	["GET", /^\/2020-05-31\/distribution-tenant$/, "GetDistributionTenantByDomain"],
	["GET", /^\/2020-05-31\/distribution-tenant\/[^/]+$/, "GetDistributionTenant"],
	["PUT", /^\/2020-05-31\/distribution-tenant\/[^/]+$/, "UpdateDistributionTenant"],
	["DELETE", /^\/2020-05-31\/distribution-tenant\/[^/]+$/, "DeleteDistributionTenant"],
	["POST", /^\/2020-05-31\/distribution-tenants$/, "ListDistributionTenants"],
	["GET", /^\/2020-05-31\/managed-certificate\/[^/]+$/, "GetManagedCertificateDetails"],
	["POST", /^\/2020-05-31\/distribution-tenant\/[^/]+\/invalidation$/, "CreateInvalidationForDistributionTenant"],
	["POST", /^\/2020-05-31\/verify-dns-configuration$/, "VerifyDnsConfiguration"],
	["POST", /^\/2020-05-31\/domain-conflicts$/, "ListDomainConflicts"],
	["POST", /^\/2020-05-31\/domain-association$/, "UpdateDomainAssociation"],
	["GET", /^\/2020-05-31\/connection-group\/[^/]+$/, "GetConnectionGroup"],
	["GET", /^\/2020-05-31\/connection-group$/, "GetConnectionGroupByRoutingEndpoint"],
	["GET", /^\/2013-04-01\/tags\/hostedzone\/[^/]+$/, "ListTagsForResource"],
];

/** The API's name for a REST request; `GET /the/path` when it is not one that we call. */
export function restOperation(method: string, path: string): string {
	const found = restOperations.find(([listed, pattern]) => listed === method && pattern.test(path));
	return found ? found[2] : `${method} ${path}`;
}
