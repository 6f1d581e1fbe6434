import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { ControlAnswer } from "../aws/front.ts";
import type { Caller, InvokeFunction } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import { type AsyncSettings, asyncRetryMs } from "../events/targets.ts";
import { functionNameIn } from "../lambda/function.ts";
import type { PhysicalResource } from "../template/resolver.ts";
import type { Wanted } from "./deploy.ts";
import { LeftBehind } from "./progress.ts";
import type { ResourceRow } from "./stack-table.ts";

export interface CustomResourceOptions {
	clock: Clock;
	caller: Caller;
	invoke: InvokeFunction;
	/** Where functions reach the embedded cloud. */
	endpoint: string;
	asyncSettings: (functionName: string) => AsyncSettings | undefined;
}

/** Resources that a function makes: CloudFormation asks it, and waits until it answers at the URL that came with the question. */
export interface CustomResources {
	/** Creates or updates; nothing is asked when nothing has changed. Rejects with the function's own reason. */
	make(wanted: Wanted): Promise<PhysicalResource>;
	/** Rejects with the function's own reason. */
	unmake(stackName: string, row: ResourceRow): Promise<void>;
	/** Takes the answers, which come by PUT; undefined for every other request. */
	take(request: { method: string; path: string; body: string }): ControlAnswer | undefined;
}

/** Whether a function makes resources of this type. */
export function isCustomType(type: string): boolean {
	return type.startsWith("Custom::") || type === "AWS::CloudFormation::CustomResource";
}

const prefix = "/_responses/";
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html: the total size of the response body
const responseLimitBytes = 4_096;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html: ServiceTimeout */
const defaultTimeoutSeconds = 3_600;

const propertiesSchema = z.looseObject({
	ServiceToken: z.string().startsWith("arn:"),
	ServiceTimeout: z.coerce.number().int().min(1).max(3_600).default(defaultTimeoutSeconds),
});
const responseSchema = z.object({
	Status: z.enum(["SUCCESS", "FAILED"]),
	Reason: z.string().optional(),
	PhysicalResourceId: z.string().min(1).max(1_024),
	StackId: z.string(),
	RequestId: z.string(),
	LogicalResourceId: z.string(),
	Data: z.record(z.string(), z.unknown()).nullish(),
});
type Response = z.output<typeof responseSchema>;

interface Question {
	stackName: string;
	logicalId: string;
	type: string;
	properties: unknown;
	about: { RequestType: "Create" | "Delete" } | { RequestType: "Update"; OldResourceProperties: unknown };
	physicalId?: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html */
export function createCustomResources(options: CustomResourceOptions): CustomResources {
	const { clock, caller, endpoint } = options;
	const waiting = new Map<string, (body: string) => void>();

	async function ask({ stackName, logicalId, type, properties, about, physicalId }: Question): Promise<Response> {
		const { ServiceToken, ServiceTimeout } = propertiesSchema.parse(properties);
		const requestId = randomUUID();
		const key = randomUUID();
		const event = {
			...{ ...about, ServiceToken, ResponseURL: `${endpoint}${prefix}${key}`, RequestId: requestId },
			StackId: `arn:aws:cloudformation:${caller.region}:${caller.accountId}:stack/${stackName}/local`,
			...{ LogicalResourceId: logicalId, ResourceType: type, ResourceProperties: asText(properties) },
			...(physicalId !== undefined && { PhysicalResourceId: physicalId }),
		};
		const { promise: body, resolve, reject } = Promise.withResolvers<string>();
		waiting.set(key, resolve);
		const cancel = clock.at(clock.now() + ServiceTimeout * 1_000, () =>
			reject(
				new Error(
					"CloudFormation did not receive a response from your Custom Resource. " +
						`Please check your logs for requestId [${requestId}].`,
				),
			),
		);
		invokeWithRetries(options, ServiceToken, event).catch(reject);
		try {
			return readResponse(await body, event);
		} finally {
			cancel();
			waiting.delete(key);
		}
	}

	return {
		async make({ stackName, logicalId, type, properties, known }) {
			const old = known && textOf(known.properties);
			if (known && old === textOf(properties)) return known.physical;
			const about = known
				? { RequestType: "Update" as const, OldResourceProperties: asText(known.properties) }
				: { RequestType: "Create" as const };
			const question = { stackName, logicalId, type, properties, about };
			return physicalOf(await ask({ ...question, ...(known && { physicalId: known.physical.ref }) }));
		},
		async unmake(stackName, { logicalId, type, properties, physical }) {
			const about = { RequestType: "Delete" as const };
			await ask({ stackName, logicalId, type, properties, about, physicalId: physical.ref });
		},
		take({ method, path, body }) {
			if (!path.startsWith(prefix) || method !== "PUT") return undefined;
			// Who answers late, or twice, is not heard, as at S3 where the answer would lie unread.
			waiting.get(path.slice(prefix.length))?.(body);
			return { status: 200, contentType: "text/plain", body: "" };
		},
	};
}

/**
 * As Lambda treats asynchronous invocations. When the last attempt fails too, nobody will answer: here that is said at once; at AWS
 * the stack would wait until the time is up.
 */
async function invokeWithRetries(
	{ clock, invoke, asyncSettings }: CustomResourceOptions,
	functionArn: string,
	event: { ResponseURL: string },
): Promise<void> {
	const retries = asyncSettings(functionNameIn(functionArn))?.maximumRetryAttempts ?? asyncRetryMs.length;
	for (let attempt = 0; ; attempt++) {
		const result = await invoke(functionArn, event);
		if (result.ok) return;
		if (attempt >= retries || result.errorType === "Lambda.ResourceNotFoundException") {
			throw new Error(`The function did not respond: ${result.errorType}: ${result.errorMessage}`);
		}
		const dueMs = clock.now() + (asyncRetryMs[attempt] ?? 0);
		await new Promise<void>((resolve) => clock.at(dueMs, resolve));
	}
}

function readResponse(
	body: string,
	event: { StackId: string; RequestId: string; LogicalResourceId: string },
): Response {
	if (Buffer.byteLength(body) > responseLimitBytes) throw new Error("Response object is too long.");
	let json: unknown;
	try {
		json = JSON.parse(body);
	} catch {
		throw new Error("Response is not valid JSON.");
	}
	const parsed = responseSchema.safeParse(json);
	const [issue] = parsed.error?.issues ?? [];
	if (!parsed.success) throw new Error(`Invalid response object: ${issue?.path.join(".")}: ${issue?.message}`);
	const response = parsed.data;
	const echoed = ["StackId", "RequestId", "LogicalResourceId"] as const;
	const other = echoed.find((name) => response[name] !== event[name]);
	if (other) throw new Error(`Invalid response object: ${other} is not that of the request.`);
	if (response.Status === "SUCCESS") return response;
	const reason = response.Reason ?? "See the details in CloudWatch Log Stream";
	throw new LeftBehind(
		response.PhysicalResourceId,
		`Received response status [FAILED] from custom resource. Message returned: ${reason} (RequestId: ${event.RequestId})`,
	);
}

function physicalOf({ PhysicalResourceId, Data }: Response): PhysicalResource {
	const attributes = Object.entries(Data ?? {}).map(([name, value]) => [
		name,
		typeof value === "object" ? JSON.stringify(value) : String(value),
	]);
	return { ref: PhysicalResourceId, attributes: Object.fromEntries(attributes) };
}

/** CloudFormation hands numbers and booleans to the function as text. */
function asText(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(asText);
	if (typeof value !== "object" || value === null) return typeof value === "string" ? value : String(value);
	return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asText(member)]));
}

function textOf(value: unknown): string {
	return JSON.stringify(value);
}
