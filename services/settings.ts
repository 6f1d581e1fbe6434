import { HostmasterError } from "../domain/errors.ts";

/** The environment variables that functions read; serverless.yml gives each function those that it needs. */
export type SettingName =
	| "STAGE"
	| "PLATFORM_DOMAIN"
	| "REGISTRY_TABLE"
	| "TENANT_MAP_TABLE"
	| "WAITS_TABLE"
	| "ZONE_CHANGES_TABLE"
	| "OPERATIONS_QUEUE_URL"
	| "EVENTS_QUEUE_URL"
	| "IMPORTS_QUEUE_URL"
	| "IMPORTS_TABLE"
	| "WEBHOOKS_QUEUE_URL"
	| "WEBHOOKS_TABLE"
	| "WEBHOOK_SECRET_ARN"
	| "ZONE_QUEUE_URL"
	| "CHECKS_QUEUE_URL"
	| "ONBOARD_STATE_MACHINE_ARN"
	| "UPDATE_STATE_MACHINE_ARN"
	| "OFFBOARD_STATE_MACHINE_ARN"
	| "ATTACH_STATE_MACHINE_ARN"
	| "DETACH_STATE_MACHINE_ARN"
	| "ZONE_ID"
	| "CERTIFICATE_ARN"
	| "DISTRIBUTION_DOMAIN"
	| "MULTI_TENANT_DISTRIBUTION_ID"
	| "CONNECTION_GROUP_ID"
	| "EVENT_BUS_NAME"
	| "ALLOWED_ORIGINS"
	| "EDGE_PORT"
	| "NAME_SERVER_PORT"
	| "USAGE_TABLE"
	| "ACCESS_LOG_BUCKET"
	| "ACCESS_LOG_PREFIXES"
	| "APEXES"
	| "REGISTRATION_NOTICES_TABLE"
	| "RDAP_BOOTSTRAP"
	| "GENERATION_EPOCH";

/** Settings that may be empty: most are set on a laptop only. */
export type OptionalSettingName =
	| "EDGE_ENDPOINT"
	| "RESOLVERS"
	| "EDGE_AUTHORITY"
	| "WEBHOOK_NETWORKS"
	| "REGISTERED_ELSEWHERE";

/** The value of a setting. Throws Misconfigured, naming the variable and where it is set. */
export function setting(name: SettingName): string {
	const value = process.env[name];
	if (value) return value;
	throw new HostmasterError(
		"Misconfigured",
		`The environment variable ${name} is not set. It comes from the function's 'environment' in serverless.yml, ` +
			"whose values are the stage's parameters in infra/stages.yml.",
	);
}

/** The deployed name of the function that runs; Lambda sets it (a laptop, where functions share a process, does not). */
export function functionName(): string {
	return process.env["AWS_LAMBDA_FUNCTION_NAME"] ?? "local";
}

export function optionalSetting(name: OptionalSettingName): string {
	return process.env[name] ?? "";
}
