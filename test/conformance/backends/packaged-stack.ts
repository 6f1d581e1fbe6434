import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CloudFrontClient, CreateConnectionGroupCommand } from "@aws-sdk/client-cloudfront";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { realClock } from "../../../local/clock.ts";
import { type CustomerDnsOrder, carryOut } from "../../../local/customer-dns/orders.ts";
import { type Endpoints, endpointsOf } from "../../../local/endpoints.ts";
import { alone, laptopParameters, region, tokenAudience } from "../../../local/laptop.ts";
import { loadTemplate } from "../../../local/template/template.ts";
import { createTokens, type Tokens } from "../../../local/tokens.ts";
import { packageStages, templateFile } from "../../../scripts/package.ts";
import { eventually, there } from "../check.ts";
import type { Place } from "../clients.ts";
import { startSurroundings } from "../surroundings/surroundings.ts";
import { folder } from "../virtual-environment.ts";
import { freePort } from "./server.ts";

/** The packaged nonprod stack, as it stands somewhere. */
export interface StandingStack {
	/** How programs find their way to it, as to a running Hostmaster. */
	endpoints: Endpoints;
	/** Has customers' DNS provider carry out an order. Rejects when it is refused. */
	customerDns(order: CustomerDnsOrder): Promise<void>;
	/** Types of resources that were taken out of the template, since the implementation refuses them. */
	leftOut: readonly string[];
	stop(): Promise<void>;
}

const bucket = "hostmaster-artifacts";
const stackName = "hostmaster-nonprod";

type Template = { Resources: Record<string, { Type: string; DependsOn?: string | string[] }> };

/** Uploads the packaged code, makes the stack through CloudFormation, as a deployment does, and opens DNS and edge around it. */
export async function deployPackaged({ endpoint = "", credentials }: Place, accountId: string): Promise<StandingStack> {
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
	const surroundings = await startSurroundings({ endpoint, credentials }, join(folder, "ca"));
	const { ports, edgeAddress, authority, desk } = surroundings;
	const stop = async () => void (await Promise.all([surroundings.stop(), issuer.stop()]));
	const parameters = {
		...laptopParameters(ports, authority.certificatePem),
		...{ AwsEndpoint: endpoint, TokenIssuer: issuer.url, ArtifactBucket: bucket },
	};
	const make = async (wanted: Template) => {
		await put("template.json", JSON.stringify(wanted));
		const client = new CloudFormationClient(settings);
		return { wanted, outputs: await outputsOf(client, `${endpoint}/${bucket}/template.json`, parameters) };
	};
	const standing = async ({ wanted, outputs }: Awaited<ReturnType<typeof make>>, leftOut: readonly string[]) => {
		const template = loadTemplate(JSON.stringify(wanted));
		await surroundings.serve({ template, parameters, accountId, stackName });
		const reached = { ports, tokens: issuer.tokens, authorityFile: authority.certificateFile };
		const api = `${endpoint}/_aws/execute-api/${outputs["HttpApiId"]}/$default`;
		return {
			...{ endpoints: { ...(await endpointsOf(reached, alone, edgeAddress)), api, aws: endpoint }, leftOut, stop },
			customerDns: (order: CustomerDnsOrder) => Promise.resolve(void carryOut(desk, order)),
		};
	};
	const template: Template = JSON.parse(readFileSync(templateFile("nonprod"), "utf8"));
	try {
		return await standing(await make(template), []);
	} catch (error) {
		const refused = /Unrecognized resource types: \[([^\]]+)\]/.exec(String(error))?.[1]?.split(", ");
		if (!refused) throw error;
		const made = new CreateConnectionGroupCommand({ Name: stackName, Enabled: true });
		const { ConnectionGroup = {} } = await new CloudFrontClient(settings).send(made);
		return await standing(await make(without(template, refused, { ConnectionGroup })), refused);
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
	const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
		ParameterKey,
		ParameterValue,
	}));
	const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
	await client.send(new CreateStackCommand({ StackName: stackName, TemplateURL, Parameters, Capabilities }));
	const stack = await eventually(
		"the packaged stack stands",
		async () => {
			const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
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

/** Serves the documents of a token issuer, which are its own. */
async function tokenIssuer(): Promise<{ url: string; tokens: Tokens; stop(): Promise<void> }> {
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
		...{ url, tokens },
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
