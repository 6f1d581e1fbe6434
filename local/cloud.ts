import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { publicJwk } from "../functions/edge/context-key.ts";
import { type Account, openAccount } from "./account.ts";
import { type Clock, realClock } from "./clock.ts";
import { type DemoOrigin, startDemoOrigin } from "./demo-origin.ts";
import type { Edge } from "./edge/start-edge.ts";
import type { Faults } from "./faults.ts";
import { readHttpApi } from "./gateway/api.ts";
import { startGateway } from "./gateway/gateway.ts";
import { accounts, demoOriginHost, laptopParameters, region } from "./laptop.ts";
import type { Ports } from "./ports.ts";
import { creators } from "./stack/create.ts";
import { deployStack } from "./stack/deploy.ts";
import { serveEdge } from "./stack/serve-edge.ts";
import type { Resolver } from "./template/resolver.ts";
import { loadTemplate } from "./template/template.ts";
import type { Tokens } from "./tokens.ts";

export interface CloudOptions {
	/** Where everything is kept that has to survive a restart; undefined: a folder that nobody looks at again. */
	directory?: string | undefined;
	ports: Ports;
	clock?: Clock;
	/** Share of AWS calls that meet a retryable fault, 0–1, and what makes them the same again. */
	faults?: { rate: number; seed: string } | undefined;
	/** How long a Route 53 change is PENDING; 2,000 ms unless told. */
	insyncDelayMs?: number | undefined;
	/** Values of the template's parameters beyond a laptop's own, as a deployment of another release sets them. */
	parameters?: Record<string, string>;
	/** What `npm run package` left behind. */
	build?: Build;
}

/** The packaged stack, as files. */
export interface Build {
	template: string;
	handlers: string;
	edgeBundle: string;
}

const nonprodBuild: Build = {
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
	services: Pick<Account, "acm" | "dns" | "dynamodb" | "events" | "iam" | "lambda" | "route53" | "sqs" | "states"> & {
		edge: Edge;
	};
	/** AWS calls so far, by `service.operation`. */
	calls(): Record<string, number>;
	/** Ends everything; what was on its way goes on at the next start from the same directory. */
	close(): Promise<void>;
}

/** Starts the embedded cloud, deploys the packaged nonprod stack into it and serves what the stack declares. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
	const { ports, clock = realClock, build = nonprodBuild } = options;
	const account = await openAccount({
		directory: options.directory ?? mkdtempSync(join(tmpdir(), "hostmaster-")),
		ports,
		clock,
		caller: { accountId: accounts.nonprod, region },
		handlers: build.handlers,
		faults: options.faults,
		insyncDelayMs: options.insyncDelayMs,
	});
	const { authority, caller } = account;
	const resolver = await deployStack({
		template: loadTemplate(readFileSync(build.template, "utf8")),
		parameters: { ...laptopParameters(ports, authority.certificatePem), ...options.parameters },
		caller,
		create: creators(account),
	});
	const edge = await serveEdge({ account, resolver, clock, ports, bundle: build.edgeBundle });
	const demoOrigin = await serveDemoOrigin(account, resolver, ports);
	const api = readHttpApi(resolver);
	const { invoke } = account.lambda;
	const gateway = await startGateway({ api, invoke, clock, caller, host: "127.0.0.1", port: ports.api });
	account.start();

	return {
		ports,
		authorityFile: authority.certificateFile,
		resolver,
		tokens: account.tokens,
		faults: account.faults,
		services: { ...account, edge },
		calls: account.calls,
		async close() {
			await Promise.all([gateway.close(), edge.close(), demoOrigin.close()]);
			await account.close();
		},
	};
}

/** The application behind the edge, which knows the edge's public key as a real one would. */
async function serveDemoOrigin(account: Account, resolver: Resolver, ports: Ports): Promise<DemoOrigin> {
	const { authority, caller, secrets } = account;
	const year = 365 * 86_400_000;
	const { chain, key } = await authority.issue([demoOriginHost], new Date(), new Date(Date.now() + year));
	const asked = { SecretId: resolver.ref("ContextSigningSecret") };
	const secret = z.object({ SecretString: z.string() });
	const { SecretString } = secret.parse(secrets.service.operations["GetSecretValue"]?.(asked, caller));
	return startDemoOrigin({
		tls: { cert: chain, key },
		hostname: demoOriginHost,
		host: "127.0.0.1",
		port: ports.demoOrigin,
		publicKey: publicJwk(SecretString),
	});
}
