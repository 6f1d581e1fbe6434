import { z } from "zod";
import type { Acm } from "./acm/acm.ts";
import type { Dns } from "./dns/server.ts";
import type { Dynamodb } from "./dynamodb/dynamodb.ts";
import type { FaultRule, Faults } from "./faults.ts";
import type { Lambda } from "./lambda/lambda.ts";
import type { Route53 } from "./route53/route53.ts";
import type { Sqs } from "./sqs/sqs.ts";
import type { States } from "./states/states.ts";

export interface ControlOptions {
	faults: Faults;
	services: { acm: Acm; dns: Dns; dynamodb: Dynamodb; lambda: Lambda; route53: Route53; sqs: Sqs; states: States };
	calls: () => Record<string, number>;
	/** Switches of what stands around the account. */
	further?: Switches;
}

/** Switches by name. */
export type Switches = Readonly<Record<string, Switch>>;

/** One switch: what it takes, and what it does with it. */
interface Switch {
	input: z.ZodType;
	/** Shown when the input does not fit, and in the list of switches. */
	example: string;
	turn(input: unknown): unknown;
}

/** A switch whose input is read by a schema. */
export function defineSwitch<S extends z.ZodType>(
	input: S,
	example: string,
	turn: (input: z.output<S>) => unknown,
): Switch {
	// Parsed by `input` just before it is called.
	return { input, example, turn: (value) => turn(value as z.output<S>) };
}

/** Resolvers forget what they know: what has changed is seen at once, not when its time to live is over. */
export function flushSwitch(flush: () => void): Switch {
	return defineSwitch(z.object({}), "{}", flush);
}

/** The path under which the switches are, on the AWS endpoint's port: nothing of AWS's begins so. */
const prefix = "/_local/";

/**
 * The switches with which a person, a demo or a test breaks things in the embedded cloud, by `POST /_local/<switch>` with JSON;
 * `GET /_local/` lists them, `GET /_local/counts` counts what has happened so far.
 */
export function createControl({ faults, services, calls, further }: ControlOptions) {
	const { acm, dns, dynamodb, lambda, route53, sqs, states } = services;
	const switches: Record<string, Switch> = {
		...further,
		refuse: defineSwitch(
			z.object({ name: z.string(), reason: z.string().optional() }),
			'{"name":"acme.app.hostmaster.test"}',
			(order) => route53.refuse(order.name, order.reason),
		),
		allow: defineSwitch(z.object({ name: z.string() }), '{"name":"acme.app.hostmaster.test"}', (order) =>
			route53.allow(order.name),
		),
		servfail: defineSwitch(
			z.object({ name: z.string(), on: z.boolean() }),
			'{"name":"acme.app.hostmaster.test","on":true}',
			(order) => dns.setServfail(order.name, order.on),
		),
		unreachable: defineSwitch(
			z.object({ table: z.string(), on: z.boolean() }),
			'{"table":"hostmaster-nonprod-tenant-map","on":true}',
			(order) => dynamodb.setUnreachable(order.table, order.on),
		),
		faults: defineSwitch(z.object({ rate: z.number().min(0).max(1) }), '{"rate":0.05}', (order) =>
			faults.setRate(order.rate),
		),
		fault: defineSwitch(
			faultRule,
			'{"kind":"unavailable","service":"route53","operation":"GetChange","times":3}',
			(order) => {
				faults.order(order);
			},
		),
		// A certificate that was not renewed; without days it tells the truth again.
		certificate: defineSwitch(
			z.object({ arn: z.string(), daysLeft: z.number().optional() }),
			'{"arn":"arn:aws:acm:us-east-1:222222222222:certificate/…","daysLeft":5}',
			({ arn, daysLeft }) =>
				acm.show(arn, daysLeft === undefined ? {} : { notAfter: new Date(Date.now() + daysLeft * 86_400_000) }),
		),
		// How long certificates live that are issued or renewed from now on: 198, 100 or 47 days, as the years bring it.
		validity: defineSwitch(z.object({ days: z.int().positive() }), '{"days":47}', ({ days }) =>
			acm.setValidityDays(days),
		),
		insync: defineSwitch(z.object({ delayMs: z.int().min(0) }), '{"delayMs":2000}', (order) =>
			route53.setInsyncDelayMs(order.delayMs),
		),
	};

	function counts() {
		return {
			calls: calls(),
			invocations: lambda.invocations(),
			route53Calls: route53.calls(),
			stateTransitions: states.transitions(),
			queues: sqs.depth(),
			faults: faults.given(),
		};
	}

	/** Answers a request below the prefix; undefined for every other. */
	return function control({ method, path, body }: { method: string; path: string; body: string }) {
		if (!path.startsWith(prefix)) return undefined;
		const name = path.slice(prefix.length);
		if (method === "GET" && name === "counts") return json(200, counts());
		if (method === "GET" && name === "") {
			return json(200, Object.fromEntries(Object.entries(switches).map(([key, { example }]) => [key, example])));
		}
		const found = Object.hasOwn(switches, name) ? switches[name] : undefined;
		if (!found || method !== "POST")
			return json(404, { error: `There is no switch '${name}': GET ${prefix} lists them.` });
		const order = found.input.safeParse(parsed(body));
		if (!order.success) return json(400, { error: `'${name}' takes JSON such as ${found.example}.` });
		try {
			return json(200, { done: name, result: found.turn(order.data) });
		} catch (error) {
			// In words for whoever turned it.
			return json(400, { error: error instanceof Error ? error.message : String(error) });
		}
	};
}

const faultRule: z.ZodType<FaultRule> = z.union([
	z.object({
		kind: z.enum(["throttle", "unavailable", "timeout", "reset", "delay", "refuse"]),
		service: z.string(),
		operation: z.string().exactOptional(),
		bodyIncludes: z.string().exactOptional(),
		when: z.enum(["before", "after"]).exactOptional(),
		times: z.int().positive().exactOptional(),
		error: z.object({ name: z.string(), message: z.string(), status: z.int().exactOptional() }).exactOptional(),
	}),
	z.object({
		kind: z.literal("duplicate"),
		functionName: z.string().exactOptional(),
		times: z.int().positive().exactOptional(),
	}),
	z.object({
		kind: z.literal("crash"),
		functionName: z.string().exactOptional(),
		when: z.enum(["before", "after"]),
		times: z.int().positive().exactOptional(),
	}),
]);

function parsed(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

function json(status: number, body: unknown) {
	return { status, contentType: "application/json", body: `${JSON.stringify(body)}\n` };
}
