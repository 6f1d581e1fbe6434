import * as acm from "@aws-sdk/client-acm";
import * as cloudformation from "@aws-sdk/client-cloudformation";
import * as cloudfront from "@aws-sdk/client-cloudfront";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as events from "@aws-sdk/client-eventbridge";
import * as route53 from "@aws-sdk/client-route-53";
import * as route53domains from "@aws-sdk/client-route-53-domains";
import * as s3 from "@aws-sdk/client-s3";
import * as secretsmanager from "@aws-sdk/client-secrets-manager";
import * as states from "@aws-sdk/client-sfn";
import * as sqs from "@aws-sdk/client-sqs";
import * as sts from "@aws-sdk/client-sts";
import { z } from "zod";
import { accounts, region } from "../../local/laptop.ts";
import type { Clients } from "./clients.ts";

/** How each service is asked by hand: by target, by action, or by the method and path of its model. */
const services: Record<keyof Clients, { model: object; target?: string; query?: true }> = {
	acm: { model: acm, target: "CertificateManager" },
	cloudformation: { model: cloudformation, query: true },
	cloudfront: { model: cloudfront },
	dynamodb: { model: dynamodb, target: "DynamoDB_20120810" },
	events: { model: events, target: "AWSEvents" },
	route53: { model: route53 },
	route53domains: { model: route53domains, target: "Route53Domains_v20140515" },
	s3: { model: s3 },
	secretsmanager: { model: secretsmanager, target: "secretsmanager" },
	states: { model: states, target: "AWSStepFunctions" },
	sqs: { model: sqs, target: "AmazonSQS" },
	sts: { model: sts, query: true },
};

// The SDK's static description of an operation: [9, namespace, name, traits, input, output].
const operationSchema = z.tuple([
	z.literal(9),
	z.string(),
	z.string(),
	z.union([z.object({ http: z.tuple([z.string(), z.string(), z.number()]).optional() }), z.number()]),
	z.unknown(),
	z.unknown(),
]);

/** Members of paths whose values tell which operation is meant. */
const labels: Record<string, string> = { ResourceType: "hostedzone", Type: "ANY", Bucket: "no-such-bucket" };

/**
 * Every operation that an embedded cloud answers with something else than 501, as `service:Operation`: all that the SDK knows are
 * asked for, with nothing in them. Nothing is there that they could name.
 */
export async function emulatedOperations(endpoint: string): Promise<string[]> {
	const found = await Promise.all(
		Object.entries(services).map(async ([service, { model, ...protocol }]) => {
			const emulated: string[] = [];
			for (const operation of operationsIn(model)) {
				const { name } = operation;
				if (await isEmulated(endpoint, service, { ...operation, ...protocol })) emulated.push(`${service}:${name}`);
			}
			return emulated;
		}),
	);
	return found.flat().sort();
}

interface Operation {
	name: string;
	method: string;
	path: string;
}

function operationsIn(model: object): Operation[] {
	return Object.values(model).flatMap((member: unknown) => {
		const read = operationSchema.safeParse(member);
		if (!read.success) return [];
		const [, , name, traits] = read.data;
		const [method = "POST", path = "/"] = (typeof traits === "object" && traits.http) || [];
		return [{ name, method, path }];
	});
}

type Asked = Operation & { target?: string; query?: true };

async function isEmulated(
	endpoint: string,
	service: string,
	{ name, target, query, ...http }: Asked,
): Promise<boolean> {
	const signedFor = service === "events" ? "events" : service;
	const credential = `Credential=LOCAL${accounts.nonprod}/20260101/${region}/${signedFor}/aws4_request`;
	const headers: Record<string, string> = { authorization: `AWS4-HMAC-SHA256 ${credential}` };
	let path = "/";
	let method = "POST";
	let body = "";
	if (target) {
		Object.assign(headers, { "x-amz-target": `${target}.${name}`, "content-type": "application/x-amz-json-1.1" });
		body = "{}";
	} else if (query) {
		headers["content-type"] = "application/x-www-form-urlencoded";
		body = new URLSearchParams({ Action: name }).toString();
	} else {
		// S3's model leaves the bucket to the host name.
		const start = service === "s3" ? "/no-such-bucket" : "";
		path = start + http.path.replace(/\{(\w+)\+?\}/g, (_, label: string) => labels[label] ?? "X");
		method = http.method;
	}
	const asked = { method, headers, ...(method !== "GET" && method !== "HEAD" && { body }) };
	const answer = await fetch(endpoint + path, asked);
	await answer.arrayBuffer();
	return answer.status !== 501;
}
