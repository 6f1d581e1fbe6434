import { Resolver as DnsResolver } from "node:dns/promises";
import { appendFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type Acm, createAcm } from "./acm/acm.ts";
import { createFront } from "./aws/front.ts";
import type { Caller, InvokeFunction } from "./aws/service.ts";
import { type CertificateAuthority, openAuthority } from "./ca/authority.ts";
import type { Clock } from "./clock.ts";
import { createControl } from "./control.ts";
import { type Dns, startDns } from "./dns/server.ts";
import { createDynamodb, type Dynamodb } from "./dynamodb/dynamodb.ts";
import { createEvents, type Events } from "./events/events.ts";
import type { AsyncSettings } from "./events/targets.ts";
import { createFaults, type Faults } from "./faults.ts";
import { nameFunctionsTo } from "./iam/calling-function.ts";
import { createIam, type Iam } from "./iam/iam.ts";
import { lookupIn } from "./iam/lookup.ts";
import { functionNameIn } from "./lambda/function.ts";
import { handlersIn } from "./lambda/handlers.ts";
import { createLambda, type Lambda } from "./lambda/lambda.ts";
import { awsEndpoint, demoOriginHost, tokenAudience, tokenIssuer } from "./laptop.ts";
import type { Ports } from "./ports.ts";
import { createRoute53, type Route53 } from "./route53/route53.ts";
import { createSecrets, type Secrets } from "./secrets.ts";
import { createSqs, type Sqs } from "./sqs/sqs.ts";
import { createStates, type States } from "./states/states.ts";
import { openStore } from "./store.ts";
import { createSts } from "./sts.ts";
import { createTokens, type Tokens } from "./tokens.ts";

export interface AccountOptions {
	/** Where everything is kept that has to survive a restart. */
	directory: string;
	ports: Ports;
	clock: Clock;
	caller: Caller;
	/** Folder of the handlers' code-split build. */
	handlers: string;
	/** Share of AWS calls that meet a retryable fault, 0–1, and what makes them the same again. */
	faults?: { rate: number; seed: string } | undefined;
	/** How long a Route 53 change is PENDING; 2,000 ms unless told. */
	insyncDelayMs?: number | undefined;
}

/** An embedded AWS account: its services behind one endpoint, its DNS and its certificate authority; nothing deployed yet. */
export interface Account {
	caller: Caller;
	authority: CertificateAuthority;
	tokens: Tokens;
	faults: Faults;
	acm: Acm;
	/** How functions take asynchronous invocations, by function name. */
	asyncSettings: Map<string, AsyncSettings>;
	/** How queues, rules and state machines invoke functions. */
	deliver: InvokeFunction;
	dns: Dns;
	dynamodb: Dynamodb;
	events: Events;
	iam: Iam;
	lambda: Lambda;
	route53: Route53;
	secrets: Secrets;
	sqs: Sqs;
	states: States;
	/** AWS calls so far, by `service.operation`. */
	calls(): Record<string, number>;
	/** Begins to deliver, to fire schedules and to move executions on. */
	start(): void;
	close(): Promise<void>;
}

/**
 * At AWS each invocation has a processor of its own. Here all share one thread: were there more at once, their calls would take so
 * long that the SDK gives them up and repeats them. Enough for some that wait, such as the zone writer, not to stop the others.
 */
const invocationsAtOnce = 12;

/** The environment that the Lambda runtime gives to every function. */
export function runtimeEnvironment({ accountId, region }: Caller) {
	return { AWS_REGION: region, AWS_ACCESS_KEY_ID: `LOCAL${accountId}`, AWS_SECRET_ACCESS_KEY: "local" };
}

/** Opens the account over its directory; what was on its way when the last process ended goes on after `start`. */
export async function openAccount(options: AccountOptions): Promise<Account> {
	const { directory, ports, clock, caller } = options;
	mkdirSync(directory, { recursive: true });
	const log = openLog(join(directory, "functions.log"));
	const store = openStore(join(directory, "cloud.sqlite"));
	const parts = { store, clock, caller };
	const faults = createFaults(options.faults ?? { rate: 0, seed: "none" });

	const dynamodb = await createDynamodb({ path: join(directory, "dynamodb"), clock, caller });
	const lambda = createLambda({
		resolveHandler: handlersIn(options.handlers),
		clock,
		caller,
		environment: { ...runtimeEnvironment(caller), AWS_ENDPOINT_URL: awsEndpoint(ports) },
		log: ({ functionName, text }) => log(`${functionName} ${text}`),
		faults,
		atOnce: invocationsAtOnce,
	});
	const { invoke } = lambda;
	const deliver = atLeastOnce(invoke, faults, clock);
	const sqs = createSqs({ ...parts, endpoint: () => awsEndpoint(ports) });
	const asyncSettings = new Map<string, AsyncSettings>();
	const events = createEvents({
		...parts,
		invoke: deliver,
		sendToQueue: sqs.send,
		asyncSettings: (functionArn) => asyncSettings.get(functionNameIn(functionArn)),
		faults,
		onLost: ({ ruleArn }, problem) => log(`events: ${ruleArn} lost an event: ${problem}`),
	});
	const states = createStates({ ...parts, invoke: deliver, putEvent: events.putAwsEvent });
	// Nobody learns from waiting for the stack's own records: the delay holds from start() on.
	const route53 = createRoute53({ ...parts, insyncDelayMs: 0 });
	const dns = await startDns({
		sources: [route53.zones],
		port: ports.dns,
		// The edge listens on IPv4 only, so an alias must not name ::1.
		edgeAddresses: ["127.0.0.1"],
		hosts: { [demoOriginHost]: ["127.0.0.1"] },
	});
	const authority = await openAuthority(join(directory, "ca"));
	const resolver = new DnsResolver();
	resolver.setServers([`${dns.host}:${dns.port}`]);
	const resolveCname = (name: string) => resolver.resolveCname(name);
	const acm = createAcm({ ...parts, authority, route53, resolveCname });
	const secrets = createSecrets(parts);
	const iam = createIam({ caller, lookup: lookupIn(states.executionOfTask, secrets) });
	const forgetFunctions = nameFunctionsTo(new URL(awsEndpoint(ports)).host);
	const tokens = await createTokens({ directory, issuer: tokenIssuer(ports), audience: tokenAudience, clock });
	const front = createFront({
		json: [dynamodb.service, sqs.service, states.service, events.service, acm.service, secrets.service],
		rest: [route53.service],
		query: [createSts({ clock }).service],
		faults,
		authorize: iam.authorize,
		invocation: lambda.invocation,
		document: tokens.document,
		// The switches count the front's own calls, so they are made after it.
		control: (request) => control(request),
		onDefect: (error, operation) => console.error(`The embedded cloud failed in ${operation}:`, error),
	});
	const services = { dns, dynamodb, lambda, route53, sqs, states };
	const control = createControl({ faults, services, calls: front.calls });
	const listening = await front.listen("127.0.0.1", ports.aws);

	return {
		caller,
		authority,
		tokens,
		faults,
		acm,
		asyncSettings,
		deliver,
		dns,
		dynamodb,
		events,
		iam,
		lambda,
		route53,
		secrets,
		sqs,
		states,
		calls: front.calls,
		start() {
			route53.setInsyncDelayMs(options.insyncDelayMs ?? 2_000);
			for (const service of [events, states, sqs]) service.start();
		},
		async close() {
			for (const service of [sqs, states, events, acm]) service.close();
			await Promise.all([dns.close(), listening.close()]);
			lambda.close();
			forgetFunctions();
			await dynamodb.close();
			store.close();
		},
	};
}

/** What is delivered comes at least once: by order or by chance a batch, event or task comes a second time, after the first, or late. */
function atLeastOnce(invoke: InvokeFunction, faults: Faults, clock: Clock): InvokeFunction {
	const held = (functionName: string) => {
		const ms = faults.shouldHold(functionName);
		return ms === undefined ? undefined : new Promise<void>((resolve) => clock.at(clock.now() + ms, resolve));
	};
	return async (nameOrArn, payload) => {
		const functionName = functionNameIn(nameOrArn);
		const again = faults.shouldDuplicate({ functionName, payload: JSON.stringify(payload ?? null) });
		await held(functionName);
		const result = await invoke(nameOrArn, payload);
		if (!again) return result;
		await held(functionName);
		return invoke(nameOrArn, payload);
	};
}

/** A log of this run; that of the run before stays beside it. */
function openLog(file: string): (line: string) => void {
	if (existsSync(file)) renameSync(file, `${file}.before`);
	return (line) => appendFileSync(file, `${line}\n`);
}
