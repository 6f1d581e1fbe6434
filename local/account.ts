import { appendFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { createAcm } from "./acm/acm.ts";
import { createFront } from "./aws/front.ts";
import type { Caller } from "./aws/service.ts";
import { openAuthority } from "./ca/authority.ts";
import type { Clock } from "./clock.ts";
import { createCloudFormation } from "./cloudformation/cloudformation.ts";
import { createCloudFront } from "./cloudfront/cloudfront.ts";
import { createControl, flushSwitch, type Switches } from "./control.ts";
import { customerDnsControl } from "./customer-dns/control.ts";
import type { CustomerDnsDesk } from "./customer-dns/orders.ts";
import { openCustomerDns } from "./customer-dns/provider.ts";
import type { Registration } from "./dns/registry-zones.ts";
import type { Dns } from "./dns/server.ts";
import { createDomains } from "./domains/domains.ts";
import { createDynamodb } from "./dynamodb/dynamodb.ts";
import { createEvents } from "./events/events.ts";
import type { AsyncSettings } from "./events/targets.ts";
import { createFaults, type Faults } from "./faults.ts";
import { nameFunctionsTo } from "./iam/calling-function.ts";
import { createIam } from "./iam/iam.ts";
import { createIdentify } from "./iam/identify.ts";
import { lookupIn } from "./iam/lookup.ts";
import { createSessions } from "./iam/sessions.ts";
import { atLeastOnce } from "./lambda/at-least-once.ts";
import { runtimeEnvironment } from "./lambda/environment.ts";
import { functionNameIn } from "./lambda/function.ts";
import { handlersIn } from "./lambda/handlers.ts";
import { createLambda } from "./lambda/lambda.ts";
import { alone, awsEndpoint, tokenAudience, tokenIssuer } from "./laptop.ts";
import { nameService, type Place } from "./name-service.ts";
import type { Ports } from "./ports.ts";
import { createRoute53 } from "./route53/route53.ts";
import { openBuckets } from "./s3/buckets.ts";
import { createS3 } from "./s3/s3.ts";
import { createSecrets } from "./secrets.ts";
import { createSqs } from "./sqs/sqs.ts";
import { createCustomResources } from "./stack/custom-resource.ts";
import { serving } from "./stack/serve.ts";
import type { StackServices } from "./stack/services.ts";
import { createStacks, type Stacks } from "./stack/stacks.ts";
import { createStates } from "./states/states.ts";
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
	/** File of the deployed bundle of the origin-request function. */
	edgeBundle: string;
	/** Share of AWS calls that meet a retryable fault, 0–1, and what makes them the same again. */
	faults?: { rate: number; seed: string } | undefined;
	/** How long a Route 53 change is PENDING; 2,000 ms unless told. */
	insyncDelayMs?: number | undefined;
	/** Where it stands among other accounts; without one it is alone in the world, and its DNS answers for all of it. */
	place?: Place | undefined;
	/** By which tenants' configurations name the demo origin. */
	demoOriginHost?: string;
	/** Domains that the account has registered; none unless told. */
	registered?: () => readonly Registration[];
	/** Customers' zones of a world that its control is to show; alone it has its own. */
	customers?: CustomerDnsDesk;
	/** Further switches beside those of local/control.ts. */
	switches?: Switches;
}

/** An embedded AWS account: its services behind one endpoint, its DNS, its certificate authority, and its stacks. */
export interface Account extends StackServices {
	tokens: Tokens;
	faults: Faults;
	dns: Dns;
	stacks: Stacks;
	/** AWS calls so far, by `service.operation`. */
	calls(): Record<string, number>;
	/** Begins to deliver, to fire schedules, and to move executions and stacks on. */
	start(): void;
	close(): Promise<void>;
}

/**
 * At AWS each invocation has a processor of its own. Here all share one thread: were there more at once, their calls would take so
 * long that the SDK gives them up and repeats them. Enough for some that wait, such as the zone writer, not to stop the others.
 */
const invocationsAtOnce = 12;

/** Opens the account over its directory; what was on its way when the last process ended goes on after `start`. */
export async function openAccount(options: AccountOptions): Promise<Account> {
	const { directory, ports, clock, caller, place } = options;
	const demoOriginHost = options.demoOriginHost ?? alone.demoOriginHost;
	const endpoint = awsEndpoint(ports);
	const peers = place?.peers ?? {};
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
		environment: { ...runtimeEnvironment(caller), AWS_ENDPOINT_URL: endpoint },
		log: ({ functionName, text }) => log(`${functionName} ${text}`),
		faults,
		atOnce: invocationsAtOnce,
	});
	const { invoke } = lambda;
	const deliver = atLeastOnce(invoke, faults, clock);
	const sqs = createSqs({ ...parts, endpoint: () => endpoint });
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
	const route53 = createRoute53({ ...parts, insyncDelayMs: 0, slot: place?.slot });
	const customers = options.customers?.customers ?? openCustomerDns(store, clock);
	const names = await nameService({
		...{ zones: route53.zones, port: ports.dns, clock, place, customers },
		hosted: () => route53.hosted().map(({ name }) => name),
		hosts: { [demoOriginHost]: ["127.0.0.1"] },
	});
	const { dns, edgeAddress, resolveCname, caaAt, leadsHere } = names;
	// Among others it is the world's to say whose desk this is.
	const desk = options.customers ?? (place ? undefined : { customers, flush: names.flush });
	const takeCustomers = desk && customerDnsControl(desk);
	const authority = await openAuthority(join(directory, "ca"));
	const { putAwsEvent: putEvent } = events;
	const acm = createAcm({ ...parts, authority, route53, resolveCname, caaAt, leadsHere, putEvent });
	const cloudFront = createCloudFront({
		...{ store, clock, acm, leadsHere },
		addressesOf: (name) => names.resolve(name, "A"),
	});
	const secrets = createSecrets(parts);
	const domains = createDomains({ store, clock, registered: options.registered ?? (() => []) });
	const s3 = createS3({ buckets: openBuckets(join(directory, "s3")) });
	const iam = createIam({ caller, lookup: lookupIn(states.executionOfTask, secrets) });
	const sessions = createSessions({ store, clock });
	const forgetFunctions = nameFunctionsTo(new URL(endpoint).host);
	const tokens = await createTokens({ directory, issuer: tokenIssuer(ports), audience: tokenAudience, clock });
	const custom = createCustomResources({
		...{ clock, caller, invoke: deliver, endpoint },
		asyncSettings: (functionName) => asyncSettings.get(functionName),
	});
	const services: StackServices = {
		...{
			caller,
			authority,
			acm,
			asyncSettings,
			cloudFront,
			deliver,
			dynamodb,
			events,
			iam,
			lambda,
			route53,
			s3,
			secrets,
			sqs,
			states,
		},
	};
	const serve = serving(services, { clock, ports, edgeAddress, edgeBundle: options.edgeBundle, demoOriginHost });
	const stacks = createStacks({ store, caller, services, custom, serve, log });
	const cloudformation = createCloudFormation({ ...parts, stacks, buckets: s3.buckets, log });
	const front = createFront({
		json: [
			dynamodb.service,
			sqs.service,
			states.service,
			events.service,
			acm.service,
			secrets.service,
			domains.service,
		],
		rest: [route53.service, cloudFront.service],
		query: [createSts({ caller, iam, sessions, peers }).service, cloudformation.service],
		s3,
		faults,
		identify: createIdentify(caller, iam, sessions),
		authorize: iam.authorize,
		peers,
		invocation: lambda.invocation,
		document: tokens.document,
		// The switches count the front's own calls, so they are made after it.
		control: (request) => custom.take(request) ?? takeCustomers?.(request) ?? control(request),
		onDefect: (error, operation) => console.error(`The embedded cloud failed in ${operation}:`, error),
	});
	const control = createControl({
		...{ faults, services: { acm, dns, dynamodb, lambda, route53, sqs, states }, calls: front.calls },
		further: { ...domains.switches, ...cloudFront.switches, flush: flushSwitch(names.flush), ...options.switches },
	});
	const listening = await front.listen("127.0.0.1", ports.aws);

	return {
		...services,
		...{ tokens, faults, dns, stacks, calls: front.calls },
		start() {
			route53.setInsyncDelayMs(options.insyncDelayMs ?? 2_000);
			for (const service of [events, states, sqs, cloudformation, stacks]) service.start();
		},
		async close() {
			for (const service of [cloudformation, sqs, states, events, acm]) service.close();
			await Promise.all([stacks.close(), names.close(), listening.close()]);
			lambda.close();
			forgetFunctions();
			await dynamodb.close();
			store.close();
		},
	};
}

/** A log of this run; that of the run before stays beside it. */
function openLog(file: string): (line: string) => void {
	if (existsSync(file)) renameSync(file, `${file}.before`);
	return (line) => appendFileSync(file, `${line}\n`);
}
