import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, openAccount } from "./account.ts";
import { type Clock, realClock } from "./clock.ts";
import type { Edge } from "./edge/start-edge.ts";
import type { Faults } from "./faults.ts";
import { accounts, laptopParameters, region } from "./laptop.ts";
import type { Ports } from "./ports.ts";
import type { Report } from "./stack/progress.ts";
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

/** The code that all environments share, as `npm run package` left it behind. */
export const packagedCode: Omit<Build, "template"> = {
	handlers: ".build/local",
	edgeBundle: ".build/local/functions/edge/route-tenant.mjs",
};

const nonprodBuild: Build = {
	template: ".build/package/nonprod/cloudformation-template-update-stack.json",
	...packagedCode,
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
		edgeBundle: build.edgeBundle,
		faults: options.faults,
		insyncDelayMs: options.insyncDelayMs,
	});
	const { authority } = account;
	const stackName = "hostmaster-nonprod";
	const resolver = await deployInto(account, {
		stackName,
		template: readFileSync(build.template, "utf8"),
		parameters: { ...laptopParameters(ports, authority.certificatePem), ...options.parameters },
	});
	const edge = account.stacks.served(stackName)?.edge;
	if (!edge) throw new Error("The packaged template has no distribution.");
	account.start();

	return {
		ports,
		authorityFile: authority.certificateFile,
		resolver,
		tokens: account.tokens,
		faults: account.faults,
		services: { ...account, edge },
		calls: account.calls,
		close: account.close,
	};
}

/** What a stack is to be made from. */
export interface Deployment {
	stackName: string;
	/** JSON, as the packager writes it. */
	template: string;
	/** Values that replace the parameters' defaults. */
	parameters: Record<string, string>;
	/** Hears of every step. */
	report?: Report;
}

/**
 * Deploys a template into an open account, started or not, and serves what it declares. Again with another template or other
 * parameters it is an update: what is new is made, what stays is kept, what is gone goes. Rejects with TemplateError, and with
 * StackFailure when a resource cannot be made; a later call goes on from there.
 */
export function deployInto(account: Account, deployment: Deployment): Promise<Resolver> {
	const { stackName, template, parameters, report } = deployment;
	return account.stacks.deploy(stackName, { template: loadTemplate(template), parameters }, report);
}
