import { Resolver as DnsResolver } from "node:dns/promises";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { publicJwk } from "../functions/edge/context-key.ts";
import { type Acm, createAcm } from "./acm/acm.ts";
import { createFront } from "./aws/front.ts";
import type { InvokeFunction } from "./aws/service.ts";
import { openAuthority } from "./ca/authority.ts";
import { type Clock, realClock } from "./clock.ts";
import { createControl } from "./control.ts";
import { startDemoOrigin } from "./demo-origin.ts";
import { type Dns, startDns } from "./dns/server.ts";
import { createDynamodb, type Dynamodb } from "./dynamodb/dynamodb.ts";
import type { Edge } from "./edge/start-edge.ts";
import { createEvents, type Events } from "./events/events.ts";
import type { AsyncSettings } from "./events/targets.ts";
import { createFaults, type Faults } from "./faults.ts";
import { readHttpApi } from "./gateway/api.ts";
import { startGateway } from "./gateway/gateway.ts";
import { functionNameIn } from "./lambda/function.ts";
import { handlersIn } from "./lambda/handlers.ts";
import { createLambda, type Lambda } from "./lambda/lambda.ts";
import {
	accounts,
	awsEndpoint,
	demoOriginHost,
	laptopParameters,
	region,
	tokenAudience,
	tokenIssuer,
} from "./laptop.ts";
import type { Ports } from "./ports.ts";
import { createRoute53, type Route53 } from "./route53/route53.ts";
import { createSecrets } from "./secrets.ts";
import { createSqs, type Sqs } from "./sqs/sqs.ts";
import { creators } from "./stack/create.ts";
import { deployStack } from "./stack/deploy.ts";
import { serveEdge } from "./stack/serve-edge.ts";
import { createStates, type States } from "./states/states.ts";
import { openStore } from "./store.ts";
import { createSts } from "./sts.ts";
import type { Resolver } from "./template/resolver.ts";
import { loadTemplate } from "./template/template.ts";
import { createTokens, type Tokens } from "./tokens.ts";

export interface CloudOptions {
	/** Where everything is kept that has to survive a restart; undefined: a folder that nobody looks at again. */
	directory?: string | undefined;
	ports: Ports;
	clock?: Clock;
	/** Share of AWS calls that meet a retryable fault, 0–1, and what makes them the same again. */
	faults?: { rate: number; seed: string };
	/** How long a Route 53 change is PENDING; 2,000 ms unless told. */
	insyncDelayMs?: number;
	/** What `npm run package` left behind. */
	build?: Build;
}

/** The packaged stack, as files. */
export interface Build {
	template: string;
	handlers: string;
	edgeBundle: string;
}

export const nonprodBuild: Build = {
	template: ".build/package/nonprod/cloudformation-template-update-stack.json",
	handlers: ".build/local",
	edgeBundle: ".build/local/functions/edge/route-tenant.mjs",
};

/** The embedded cloud with the packaged stack in it, up and running. */
export interface Cloud {
	ports: Ports;
	/** PEM file of the local CA. */
	authorityFile: string;
	resolver: Resolver;
	tokens: Tokens;
	faults: Faults;
	services: {
		acm: Acm;
		dns: Dns;
		dynamodb: Dynamodb;
		edge: Edge;
		events: Events;
		lambda: Lambda;
		route53: Route53;
		sqs: Sqs;
		states: States;
	};
	/** AWS calls so far, by `service.operation`. */
	calls(): Record<string, number>;
	/** Ends everything; what was on its way goes on at the next start from the same directory. */
	close(): Promise<void>;
}

/** Starts the embedded cloud and deploys the packaged nonprod stack into it. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
	const { ports, clock = realClock, build = nonprodBuild } = options;
	const directory = options.directory ?? mkdtempSync(join(tmpdir(), "hostmaster-"));
	mkdirSync(directory, { recursive: true });
	const caller = { accountId: accounts.nonprod, region };
	const accessKeyId = `LOCAL${caller.accountId}`;
	const store = openStore(join(directory, "cloud.sqlite"));
	const faults = createFaults(options.faults ?? { rate: 0, seed: "none" });

	const log = (line: string) => appendFileSync(join(directory, "functions.log"), `${line}\n`);
	const dynamodb = await createDynamodb({ path: join(directory, "dynamodb"), clock, caller });
	const lambda = createLambda({
		resolveHandler: handlersIn(build.handlers),
		clock,
		caller,
		environment: {
			AWS_REGION: region,
			AWS_ACCESS_KEY_ID: accessKeyId,
			AWS_SECRET_ACCESS_KEY: "local",
			AWS_ENDPOINT_URL: awsEndpoint(ports),
		},
		log: ({ functionName, text }) => log(`${functionName} ${text}`),
		faults,
	});
	const { invoke } = lambda;
	/** Queues and rules deliver at least once: by order or chance a batch or event comes a second time, after the first. */
	const deliver: InvokeFunction = async (nameOrArn, payload) => {
		const again = faults.shouldDuplicate(functionNameIn(nameOrArn));
		const result = await invoke(nameOrArn, payload);
		return again ? invoke(nameOrArn, payload) : result;
	};
	const sqs = createSqs({ store, clock, caller, endpoint: () => awsEndpoint(ports) });
	const asyncSettings = new Map<string, AsyncSettings>();
	const events = createEvents({
		store,
		clock,
		caller,
		invoke: deliver,
		sendToQueue: sqs.send,
		asyncSettings: (functionArn) => asyncSettings.get(functionNameIn(functionArn)),
		onLost: ({ ruleArn }, problem) => log(`events: ${ruleArn} lost an event: ${problem}`),
	});
	const states = createStates({ store, clock, caller, invoke, putEvent: events.putAwsEvent });
	const insync = options.insyncDelayMs === undefined ? {} : { insyncDelayMs: options.insyncDelayMs };
	const route53 = createRoute53({ store, clock, caller, ...insync });
	const dns = await startDns({
		sources: [route53.zones],
		port: ports.dns,
		edgeAddresses: ["127.0.0.1"],
		hosts: { [demoOriginHost]: ["127.0.0.1"] },
	});
	const authority = await openAuthority(join(directory, "ca"));
	const resolver = new DnsResolver();
	resolver.setServers([`127.0.0.1:${ports.dns}`]);
	const acm = createAcm({
		store,
		clock,
		caller,
		authority,
		route53,
		resolveCname: (name) => resolver.resolveCname(name),
	});
	const secrets = createSecrets({ store, clock, caller });
	const tokens = await createTokens({ directory, issuer: tokenIssuer(ports), audience: tokenAudience, clock });
	const front = createFront({
		json: [dynamodb.service, sqs.service, states.service, events.service, acm.service, secrets.service],
		rest: [route53.service],
		query: [createSts({ clock }).service],
		faults,
		document: tokens.document,
		// The switches count the front's own calls, so they are made after it.
		control: (request) => control(request),
		onDefect: (error, operation) => console.error(`The embedded cloud failed in ${operation}:`, error),
	});
	const control = createControl({ faults, services: { dns, dynamodb, route53, sqs, states }, calls: front.calls });
	const listening = await front.listen("127.0.0.1", ports.aws);

	const services = { acm, asyncSettings, deliver, dynamodb, events, lambda, route53, secrets, sqs, states };
	const stack = await deployStack({
		template: loadTemplate(readFileSync(build.template, "utf8")),
		parameters: laptopParameters(ports, authority.certificatePem),
		accountId: caller.accountId,
		region,
		create: creators(services, caller),
	});
	const edge = await serveEdge({
		resolver: stack,
		acm,
		clock,
		ports,
		authority: authority.certificatePem,
		bundle: build.edgeBundle,
		accessKeyId,
		region,
	});
	const year = 365 * 86_400_000;
	const { chain, key } = await authority.issue([demoOriginHost], new Date(), new Date(Date.now() + year));
	const secretShape = z.object({ SecretString: z.string() });
	const asked = { SecretId: stack.ref("ContextSigningSecret") };
	const signingSecret = secretShape.parse(secrets.service.operations["GetSecretValue"]?.(asked, caller));
	const demoOrigin = await startDemoOrigin({
		tls: { cert: chain, key },
		hostname: demoOriginHost,
		host: "127.0.0.1",
		port: ports.demoOrigin,
		publicKey: publicJwk(signingSecret.SecretString),
	});
	const gateway = await startGateway({
		api: readHttpApi(stack),
		invoke,
		clock,
		caller,
		host: "127.0.0.1",
		port: ports.api,
	});
	events.start();
	states.start();
	sqs.start();

	return {
		ports,
		authorityFile: authority.certificateFile,
		resolver: stack,
		tokens,
		faults,
		services: { acm, dns, dynamodb, edge, events, lambda, route53, sqs, states },
		calls: front.calls,
		async close() {
			for (const service of [sqs, states, events, acm]) service.close();
			await Promise.all([gateway.close(), edge.close(), demoOrigin.close(), dns.close(), listening.close()]);
			lambda.close();
			await dynamodb.close();
			store.close();
		},
	};
}
