import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CloudFrontClient, CreateConnectionGroupCommand } from "@aws-sdk/client-cloudfront";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { realClock } from "../../../local/clock.ts";
import { platformDomain, region, tokenAudience } from "../../../local/laptop.ts";
import { createTokens } from "../../../local/tokens.ts";
import { packageStages, templateFile } from "../../../scripts/package.ts";
import { eventually, there } from "../check.ts";
import type { Place } from "../clients.ts";
import { folder } from "../virtual-environment.ts";
import { freePort } from "./server.ts";

/** The packaged nonprod stack, as it stands somewhere. */
export interface StandingStack {
	/** Where its HTTP API answers, without a slash at the end. */
	api: string;
	/** A bearer token of every scope. */
	token: string;
	platformDomain: string;
	/** That a tenant may name. */
	origin: { host: string; port: number };
	/** Types of resources that were taken out of the template, since the implementation refuses them. */
	leftOut: readonly string[];
	stop(): Promise<void>;
}

/** Scopes of what the checks ask. */
export const scopes = ["tenants:read", "tenants:write", "operations:read"];

const bucket = "hostmaster-artifacts";
const origin = { host: "origin.hostmaster.test", port: 9_443 };

type Template = { Resources: Record<string, { Type: string; DependsOn?: string | string[] }> };

/** Uploads the packaged code and makes the stack through CloudFormation, as a deployment does. */
export async function deployPackaged({ endpoint = "", credentials }: Place): Promise<StandingStack> {
	await packageStages(["nonprod"], () => {});
	const settings = { endpoint, region, ...(credentials && { credentials }) };
	const s3 = new S3Client({ ...settings, forcePathStyle: true });
	const put = (Key: string, Body: string | Buffer) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
	await s3.send(new CreateBucketCommand({ Bucket: bucket }));
	for (const file of readdirSync(join(".build", "functions")).filter((name) => name.endsWith(".zip"))) {
		const zip = readFileSync(join(".build", "functions", file));
		await put(`functions/${createHash("sha256").update(zip).digest("hex")}.zip`, zip);
	}
	const issuer = await tokenIssuer();
	const parameters = {
		...{ ArtifactBucket: bucket, PlatformDomain: platformDomain, AwsEndpoint: endpoint, RemovalGraceSeconds: "2" },
		...{ TokenIssuer: issuer.url, TokenAudience: tokenAudience, AllowedOrigins: `${origin.host}:${origin.port}` },
		// Nobody resolves names here; a probe finds that out.
		Resolvers: "127.0.0.1:9,127.0.0.2:9",
	};
	const template: Template = JSON.parse(readFileSync(templateFile("nonprod"), "utf8"));
	const make = async (wanted: Template) => {
		await put("template.json", JSON.stringify(wanted));
		return outputsOf(new CloudFormationClient(settings), `${endpoint}/${bucket}/template.json`, parameters);
	};
	const known = (outputs: Record<string, string>, leftOut: readonly string[]): StandingStack => ({
		api: `${endpoint}/_aws/execute-api/${outputs["HttpApiId"]}/$default`,
		...{ token: issuer.token, platformDomain, origin, leftOut, stop: issuer.stop },
	});
	try {
		return known(await make(template), []);
	} catch (error) {
		const refused = /Unrecognized resource types: \[([^\]]+)\]/.exec(String(error))?.[1]?.split(", ");
		if (!refused) throw error;
		const made = new CreateConnectionGroupCommand({ Name: "hostmaster-nonprod", Enabled: true });
		const { ConnectionGroup = {} } = await new CloudFrontClient(settings).send(made);
		return known(await make(without(template, refused, { ConnectionGroup })), refused);
	}
}

/** The template without resources of these types; `standing`: what stands in the place of some. */
function without(template: Template, types: readonly string[], standing: Record<string, object>): Template {
	const gone = Object.keys(template.Resources).filter((id) => types.includes(template.Resources[id]?.Type ?? ""));
	// Casts: JSON of a template stays JSON of a template.
	const text = JSON.stringify(template, (_, value: { Ref?: string; "Fn::GetAtt"?: [string, string] } | undefined) => {
		const [id, attribute] = value?.["Fn::GetAtt"] ?? [value?.Ref, "Id"];
		return id !== undefined && standing[id] ? Reflect.get(standing[id], attribute) : value;
	});
	const copy: Template = JSON.parse(text);
	for (const id of gone) delete copy.Resources[id];
	for (const resource of Object.values(copy.Resources)) {
		resource.DependsOn = [resource.DependsOn ?? []].flat().filter((id) => !gone.includes(id));
	}
	return copy;
}

async function outputsOf(client: CloudFormationClient, TemplateURL: string, parameters: Record<string, string>) {
	const StackName = "hostmaster-nonprod";
	const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
		ParameterKey,
		ParameterValue,
	}));
	const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
	await client.send(new CreateStackCommand({ StackName, TemplateURL, Parameters, Capabilities }));
	const stack = await eventually(
		"the packaged stack stands",
		async () => {
			const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
			const told = there(Stacks?.[0], "the stack");
			if (/FAILED|ROLLBACK/.test(told.StackStatus ?? ""))
				throw new Error(`${told.StackStatus}: ${told.StackStatusReason}`);
			return told.StackStatus === "CREATE_COMPLETE" ? told : undefined;
		},
		60,
	);
	return Object.fromEntries(
		(stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
	);
}

/** Serves the documents of a token issuer, and has a token of its. */
async function tokenIssuer(): Promise<{ url: string; token: string; stop(): Promise<void> }> {
	mkdirSync(folder, { recursive: true });
	const port = await freePort();
	const url = `http://127.0.0.1:${port}/issuer`;
	const tokens = await createTokens({ directory: folder, issuer: url, audience: tokenAudience, clock: realClock });
	const server = createServer((request, response) => {
		const document = tokens.document(request.url ?? "/");
		if (document) response.writeHead(200, { "content-type": document.contentType }).end(document.body);
		else response.writeHead(404).end();
	});
	await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
	return {
		url,
		token: await tokens.token({ sub: "conformance", scopes, ttlSeconds: 3_600 }),
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
