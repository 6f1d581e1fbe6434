import type { Caller, InvokeFunction, JsonService, PutAwsEvent } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import type { Faults } from "../faults.ts";
import { inTransaction, type Store } from "../store.ts";
import { createDeliveries } from "./deliveries.ts";
import { type Envelope, entriesOf, envelopeOf } from "./put.ts";
import { busNameIn, inputFor, type Rule, ruleOf } from "./rule.ts";
import { createSchedules } from "./schedules.ts";
import type { AsyncSettings, Delivery, SendToQueue } from "./targets.ts";
import { testEventPattern } from "./test-pattern.ts";

export interface EventsOptions {
	store: Store;
	clock: Clock;
	/** Whose buses and rules these are. */
	caller: Caller;
	invoke: InvokeFunction;
	sendToQueue: SendToQueue;
	/** How a function takes asynchronous invocations; Lambda's defaults when left out. */
	asyncSettings?: (functionArn: string) => AsyncSettings | undefined;
	faults?: Pick<Faults, "shouldDrop">;
	/** Told of an event that neither its target nor a dead letter queue took. */
	onLost?: (delivery: Delivery, problem: string) => void;
}

/** EventBridge of one account: buses, rules, schedules, and deliveries that survive the process. */
export interface Events {
	service: JsonService;
	/** The door for AWS's own services: events of theirs on the default bus. */
	putAwsEvent: PutAwsEvent;
	/** Makes a bus, by name; safe to repeat. Answers its ARN. */
	addBus(name: string): string;
	/** Safe to repeat; its rules stay, and hear nothing. */
	removeBus(name: string): void;
	/** Takes in the resolved properties of an `AWS::Events::Rule`; one of the same name is replaced. Throws TemplateError. */
	addRule(properties: unknown, name: string): void;
	/** Safe to repeat; what is on its way is delivered. */
	removeRule(name: string): void;
	/** Goes on with deliveries and schedules. Before it, events are taken but not delivered. */
	start(): void;
	/** How many deliveries are on their way. */
	pending(): number;
	close(): void;
}

export function createEvents(options: EventsOptions): Events {
	const { store, clock, caller } = options;
	const { accountId, region } = caller;
	const buses = new Set(["default"]);
	const rules = new Map<string, Rule>();
	const deliveries = createDeliveries({ onLost: () => {}, ...options });
	const schedules = createSchedules(store, clock, fire);
	let started = false;

	/** Notes deliveries for all of the events at once, with what the caller is writing, then lets them go. */
	function publish(events: readonly { busName: string; event: Envelope }[]): void {
		const note = () => {
			for (const { busName, event } of events) {
				for (const rule of rules.values()) {
					if (rule.busName === busName && rule.matches?.(event)) addAll(rule, event);
				}
			}
		};
		if (store.isTransaction) note();
		else inTransaction(store, note);
		if (started) deliveries.pump();
	}

	function addAll(rule: Rule, event: Envelope): void {
		if (options.faults?.shouldDrop(event["detail-type"])) return;
		for (const target of rule.targets) deliveries.add(rule.arn, target, inputFor(target, event));
	}

	function fire(rule: Rule): void {
		const parts = { DetailType: "Scheduled Event", Source: "aws.events", Resources: [rule.arn], detail: {} };
		addAll(rule, envelopeOf(parts, caller, clock.now()));
	}

	function followSchedule(rule: Rule): void {
		schedules.follow(rule, () => deliveries.pump());
	}

	function removeRule(name: string): void {
		const rule = rules.get(name);
		if (rule?.schedule) schedules.drop(rule.arn);
		rules.delete(name);
	}

	return {
		service: {
			target: "AWSEvents",
			contentType: "application/x-amz-json-1.1",
			operations: {
				PutEvents(input, from) {
					const known = from.accountId === accountId ? buses : new Set<string>();
					const outcomes = entriesOf(input, { caller: from, nowMs: clock.now(), buses: known });
					publish(outcomes.filter((outcome) => outcome.ok));
					return {
						FailedEntryCount: outcomes.filter((outcome) => !outcome.ok).length,
						Entries: outcomes.map((outcome) => {
							if (outcome.ok) return { EventId: outcome.event.id };
							const { ErrorCode, ErrorMessage } = outcome;
							return { ErrorCode, ErrorMessage };
						}),
					};
				},
				TestEventPattern: testEventPattern,
			},
		},
		putAwsEvent({ source, detailType, resources, detail }, from) {
			if (from.accountId !== accountId) return;
			const parts = { Source: source, DetailType: detailType, Resources: resources, detail };
			publish([{ busName: "default", event: envelopeOf(parts, from, clock.now()) }]);
		},
		addBus(name) {
			buses.add(busNameIn(name));
			return `arn:aws:events:${region}:${accountId}:event-bus/${name}`;
		},
		removeBus: (name) => void buses.delete(name),
		removeRule,
		addRule(properties, name) {
			const rule = ruleOf(properties, name, caller);
			if (!rule?.schedule) removeRule(name);
			if (!rule) return;
			rules.set(name, rule);
			if (started) followSchedule(rule);
		},
		start() {
			started = true;
			deliveries.pump();
			for (const rule of rules.values()) followSchedule(rule);
		},
		pending: deliveries.pending,
		close() {
			schedules.close();
			deliveries.close();
		},
	};
}
