import { at, listAt, ofTypes, type Statement, statementsIn, type Template, textOf } from "./template.ts";

const tracing = "traces have no resources to name";
const logDelivery =
	"has none to name: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy";
const certificates =
	"a certificate has no name before it is made: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html";
const tenants =
	"a distribution tenant's id is CloudFront's choice, and its domain no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html";
const registrations =
	"registrations have no resources to name: https://docs.aws.amazon.com/service-authorization/latest/reference/list_route53domains.html";

/** Actions that may be allowed on all resources of their kind, each with the reason. */
const onAllResources: Readonly<Record<string, string>> = {
	"xray:PutTraceSegments": tracing,
	"xray:PutTelemetryRecords": tracing,
	"xray:GetSamplingRules": tracing,
	"xray:GetSamplingTargets": tracing,
	"logs:CreateLogDelivery": logDelivery,
	"logs:GetLogDelivery": logDelivery,
	"logs:UpdateLogDelivery": logDelivery,
	"logs:DeleteLogDelivery": logDelivery,
	"logs:ListLogDeliveries": logDelivery,
	"logs:PutResourcePolicy": logDelivery,
	"logs:DescribeResourcePolicies": logDelivery,
	"logs:DescribeLogGroups": logDelivery,
	"acm:RequestCertificate": certificates,
	"acm:ListCertificates": certificates,
	"acm:DescribeCertificate": certificates,
	"acm:DeleteCertificate": certificates,
	"acm:AddTagsToCertificate": certificates,
	"cloudfront:CreateDistributionTenant": tenants,
	"cloudfront:DeleteDistributionTenant": tenants,
	"cloudfront:GetDistributionTenant": tenants,
	"cloudfront:GetDistributionTenantByDomain": tenants,
	"cloudfront:GetManagedCertificateDetails": tenants,
	"cloudfront:TagResource": tenants,
	"cloudfront:UpdateDistributionTenant": tenants,
	"cloudfront:UpdateDomainAssociation": tenants,
	"cloudfront:VerifyDnsConfiguration": tenants,
	"route53:GetChange": "a change has an id of its own, which nobody knows before it is made",
	"route53:ListHostedZonesByName": "the list of zones has no resource to name",
	"route53domains:ListDomains": registrations,
	"route53domains:GetDomainDetail": registrations,
	"route53domains:GetContactReachabilityStatus": registrations,
};

/** Policies allow what is named, on what is named: no wildcard action, and all resources only for actions that have none to name. */
export function broadRights(template: Template): string[] {
	return identityPolicies(template).flatMap(([resource, statement]) =>
		rightsFlaws(statement).map((message) => `${resource}: ${statement.name} ${message}`),
	);
}

function rightsFlaws({ effect, actions, resources, inverse }: Statement): string[] {
	if (effect !== "Allow") return [];
	const wild = actions.filter((action) => /[*?]/.test(action));
	const broad = resources.map(textOf).filter(isBroad);
	const excused = actions.every((action) => onAllResources[action] !== undefined);
	return [
		...inverse.map((name) => `allows by ${name}, which is everything else`),
		...wild.map((action) => `allows ${action}`),
		...(excused ? [] : broad.map((resource) => `allows ${actions.join(", ")} on ${resource}`)),
	];
}

/** `*`, or an ARN that names a kind of resource and no name: `arn:aws:s3:::*`, `…:table/*`. */
function isBroad(resource: string): boolean {
	const name = resource.startsWith("arn:") ? resource.split(":").slice(5).join(":") : resource;
	return /^(?:[\w-]*[/:])?\*+$/.test(name);
}

/** Policies of AWS change without us, and are broad. */
export function foreignPolicies(template: Template): string[] {
	return ofTypes(template, "AWS::IAM::Role").flatMap(([resource, { Properties }]) =>
		listAt(Properties, "ManagedPolicyArns").map((arn) => `${resource}: has the managed policy ${textOf(arn)}`),
	);
}

/** A role is assumed by services, and by accounts on conditions. */
export function broadTrust(template: Template): string[] {
	return ofTypes(template, "AWS::IAM::Role").flatMap(([resource, { Properties }]) =>
		statementsIn(Properties["AssumeRolePolicyDocument"])
			.filter(({ effect, principals, conditions }) => {
				const open = principals.some((who) => textOf(who) === "*");
				return effect === "Allow" && (open || (principals.length > 0 && Object.keys(conditions).length === 0));
			})
			.map(({ name }) => `${resource}: ${name} lets an account assume it without a condition`),
	);
}

/** What a resource's own policy allows it allows to services of AWS on behalf of a named source, and never to everybody. */
export function openToOthers(template: Template): string[] {
	return resourcePolicies(template).flatMap(([resource, { name, effect, principals, services, conditions }]) => {
		if (effect !== "Allow") return [];
		const everybody = principals.filter((who) => textOf(who) === "*");
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
		const forAnybody = Object.keys(conditions).some((key) => /^aws:source(?:arn|account)$/i.test(key)) ? [] : services;
		return [
			...everybody.map(() => `${resource}: ${name} allows everybody`),
			...forAnybody.map((service) => `${resource}: ${name} allows ${service} on anybody's behalf`),
		];
	});
}

/** A function is invoked by services on behalf of a named source. */
export function openFunctions(template: Template): string[] {
	return ofTypes(template, "AWS::Lambda::Permission").flatMap(([resource, { Properties }]) =>
		Properties["SourceArn"] === undefined && Properties["SourceAccount"] === undefined
			? [`${resource}: lets ${textOf(Properties["Principal"])} invoke on anybody's behalf`]
			: [],
	);
}

/** What roles may do, wherever it is written. */
function identityPolicies(template: Template): [string, Statement][] {
	const within = ofTypes(template, "AWS::IAM::Role").flatMap(([id, { Properties }]) =>
		listAt(Properties, "Policies").map((policy) => [id, at(policy, "PolicyDocument")] as const),
	);
	const types = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"];
	const beside = ofTypes(template, ...types).map(([id, { Properties }]) => [id, Properties["PolicyDocument"]] as const);
	return [...within, ...beside].flatMap(([id, document]) =>
		statementsIn(document).map((statement): [string, Statement] => [id, statement]),
	);
}

function resourcePolicies(template: Template): [string, Statement][] {
	const types = [
		"AWS::S3::BucketPolicy",
		"AWS::SQS::QueuePolicy",
		"AWS::SNS::TopicPolicy",
		"AWS::Logs::ResourcePolicy",
	];
	return ofTypes(template, ...types).flatMap(([id, { Properties }]) =>
		statementsIn(Properties["PolicyDocument"]).map((statement): [string, Statement] => [id, statement]),
	);
}
