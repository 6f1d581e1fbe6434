import { z } from "zod";
import { type EventOut, eventsOut } from "./events.ts";
import { limits } from "./limits.ts";
import { reasonText } from "./new-tenant.ts";

/** What a webhook may be told of. */
export const webhookEvents = Object.keys(eventsOut) as [EventOut, ...EventOut[]]; // Object.keys forgets the keys' type

/** What the test button sends; it is never on the bus. */
export const testEvent = "WebhookTest";

/** The request for a webhook. `events` left out: every event, those of later releases too. */
export const newWebhookSchema = z
	.strictObject({
		url: z
			.url({ protocol: /^https$/, error: "an https URL" })
			.max(2048)
			.refine(isWithoutUser, "without a user's name and password: the signature says who calls")
			.meta({ examples: ["https://billing.example.com/hostmaster"] }),
		events: z.array(z.enum(webhookEvents)).min(1).max(webhookEvents.length).optional(),
		description: reasonText.optional(),
	})
	.meta({ id: "NewWebhook" });
export type NewWebhook = z.infer<typeof newWebhookSchema>;

/** An endpoint of the platform's that is told of events. */
export const webhookSchema = z
	.object({
		webhookId: z.string().meta({ description: "wh_ and a ULID." }),
		url: z.string(),
		events: z.array(z.string()).optional().meta({ description: "The events that it is told; all when absent." }),
		description: z.string().optional(),
		status: z.enum(["enabled", "disabled"]),
		disabledBecause: z.string().optional(),
		/** Which of its secrets signs; it grows with each rotation. */
		secretVersion: z.int().positive(),
		formerSecrets: z
			.array(z.object({ version: z.int().positive(), until: z.string() }))
			.default([])
			.meta({ description: "Secrets before, each with the ISO time until which it signs too." }),
		/** ISO time since which no delivery has come through. */
		failingSince: z.string().optional(),
		createdAt: z.string(),
		updatedAt: z.string(),
	})
	.meta({ id: "Webhook" });
export type Webhook = z.infer<typeof webhookSchema>;

function isWithoutUser(url: string): boolean {
	if (!URL.canParse(url)) return false;
	const { username, password } = new URL(url);
	return username === "" && password === "";
}

/** True for what a webhook is told of. A disabled one is told of nothing but tests. */
export function isWanted({ status, events }: Webhook, type: string): boolean {
	return status === "enabled" && (events === undefined || events.includes(type));
}

/** Versions of the secret that sign at `nowMs`, the newest first. */
export function signingVersions({ secretVersion, formerSecrets }: Webhook, nowMs: number): number[] {
	const former = formerSecrets.filter(({ until }) => Date.parse(until) > nowMs);
	return [secretVersion, ...former.map(({ version }) => version)];
}

/**
 * What a rotation at `nowMs` changes. Every secret that still signs goes on to, for its own day: whoever lost the answer of a rotation and
 * asks for another has a receiver that knows the one before both.
 */
export function rotated(
	{ secretVersion, formerSecrets }: Webhook,
	nowMs: number,
): Pick<Webhook, "secretVersion" | "formerSecrets"> {
	const until = new Date(nowMs + limits.formerSecret.value * 3_600_000).toISOString();
	const signing = formerSecrets.filter((former) => Date.parse(former.until) > nowMs);
	const former = [{ version: secretVersion, until }, ...signing].slice(0, limits.formerSecrets.value);
	return { secretVersion: secretVersion + 1, formerSecrets: former };
}

const attemptSchema = z.object({
	at: z.string().meta({ description: "ISO time." }),
	status: z.int().optional().meta({ description: "The receiver's HTTP status; absent when it could not be asked." }),
	error: z.string().optional(),
	millis: z.int().nonnegative(),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** One event on its way to one webhook, with all that was tried. */
export const deliverySchema = z
	.object({
		deliveryId: z.string().meta({
			description: "dlv_ and a ULID; the `webhook-id` of every attempt, by which a receiver knows a repetition.",
		}),
		webhookId: z.string(),
		eventId: z.string().meta({ description: "The event's; one event is one delivery to each webhook." }),
		type: z.string(),
		status: z.enum(["pending", "delivered", "failed"]),
		attempts: z.array(attemptSchema),
		nextAttemptAt: z.string().optional().meta({ description: "ISO time; absent when it is over." }),
		createdAt: z.string(),
	})
	.meta({ id: "Delivery" });
export type Delivery = z.infer<typeof deliverySchema>;

/** Seconds from each attempt to the next: eleven attempts in two days, then the delivery has failed. */
export const retrySeconds = [5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400] as const;

/** ISO time of the attempt after `made` ones, or undefined when that was the last; `chance` (0 to 1) spreads it by a fifth. */
export function nextAttemptAt(made: number, nowMs: number, chance: number): string | undefined {
	const seconds = retrySeconds[made - 1];
	if (seconds === undefined) return undefined;
	return new Date(nowMs + seconds * (0.9 + chance / 5) * 1000).toISOString();
}

/** What the receiver said: any 2xx is a yes, 410 asks never to be told again (Standard Webhooks). */
export function verdictOf(status: number | undefined): "delivered" | "gone" | "not-yet" {
	if (status === 410) return "gone";
	return status !== undefined && status >= 200 && status < 300 ? "delivered" : "not-yet";
}
