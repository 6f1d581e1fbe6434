import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	isWanted,
	newWebhookSchema,
	nextAttemptAt,
	retrySeconds,
	rotated,
	signingVersions,
	verdictOf,
	type Webhook,
	webhookEvents,
} from "../../domain/webhook.ts";

const nowMs = Date.parse("2027-01-01T00:00:00.000Z");
const hourMs = 3_600_000;
const webhook: Webhook = {
	...{ webhookId: "wh_01JZZZZZZZZZZZZZZZZZZZZZZZ", url: "https://billing.example.com/hostmaster" },
	...{ status: "enabled", secretVersion: 1, formerSecrets: [] },
	...{ createdAt: "2027-01-01T00:00:00.000Z", updatedAt: "2027-01-01T00:00:00.000Z" },
};

describe("the request for a webhook", () => {
	it("needs no more than an https URL", () => {
		expect(newWebhookSchema.parse({ url: "https://billing.example.com/hostmaster" })).toEqual({
			url: "https://billing.example.com/hostmaster",
		});
	});

	it.each([
		["http", "http://billing.example.com/"],
		["another protocol", "ftp://billing.example.com/"],
		["no host", "https://"],
		["a path alone", "/hostmaster"],
		["a user", "https://user@billing.example.com/"],
		["a password", "https://:secret@billing.example.com/"],
		["more than 2,048 characters", `https://billing.example.com/${"a".repeat(2_048)}`],
	])("is refused for a URL with %s", (_, url) => {
		expect(newWebhookSchema.safeParse({ url }).error?.issues[0]?.path).toEqual(["url"]);
	});

	it.each([
		["no event at all", { events: [] }],
		["an event that we do not send", { events: ["TenantExploded"] }],
		["a test among the events, which comes by itself", { events: ["WebhookTest"] }],
		["a long description", { description: "x".repeat(201) }],
		["a secret of the caller's", { secret: "whsec_AAAA" }],
	])("is refused for %s", (_, more) => {
		expect(newWebhookSchema.safeParse({ url: webhook.url, ...more }).success).toBe(false);
	});
});

describe("a webhook", () => {
	it("is told of every event unless it names some, and of none while it is disabled", () => {
		for (const type of webhookEvents) {
			expect(isWanted(webhook, type)).toBe(true);
			expect(isWanted({ ...webhook, events: ["TenantActivated"] }, type)).toBe(type === "TenantActivated");
			expect(isWanted({ ...webhook, status: "disabled" }, type)).toBe(false);
		}
		expect(isWanted(webhook, "OfALaterRelease")).toBe(true);
	});
});

describe("a rotation", () => {
	it("lets the secret before sign for a day", () => {
		const after = { ...webhook, ...rotated(webhook, nowMs) };
		expect(signingVersions(after, nowMs)).toEqual([2, 1]);
		expect(signingVersions(after, nowMs + 24 * hourMs - 1)).toEqual([2, 1]);
		expect(signingVersions(after, nowMs + 24 * hourMs)).toEqual([2]);
	});

	it("soon after another keeps the secret that receivers still have: the first answer may have been lost", () => {
		const once = { ...webhook, ...rotated(webhook, nowMs) };
		const twice = { ...once, ...rotated(once, nowMs + hourMs) };
		expect(signingVersions(twice, nowMs + hourMs)).toEqual([3, 2, 1]);
		expect(signingVersions(twice, nowMs + 24 * hourMs)).toEqual([3, 2]);
	});

	it("never lets more than five secrets sign, whatever is rotated when, and always the newest", () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 0, max: 30 * hourMs }), { maxLength: 20 }), (pauses) => {
				let [now, current] = [nowMs, webhook];
				for (const pause of pauses) {
					now += pause;
					current = { ...current, ...rotated(current, now) };
				}
				const versions = signingVersions(current, now);
				expect(versions[0]).toBe(pauses.length + 1);
				expect(versions.length).toBeLessThanOrEqual(5);
				expect(versions).toEqual([...new Set(versions)].sort((a, b) => b - a));
			}),
		);
	});
});

describe("the attempts of a delivery", () => {
	it("are eleven in about two days", () => {
		const waits = Array.from({ length: 12 }, (_, at) => nextAttemptAt(at + 1, nowMs, 0.5)).map(
			(next) => next && (Date.parse(next) - nowMs) / 1000,
		);
		expect(waits).toEqual([...retrySeconds, undefined, undefined]);
		expect(retrySeconds.reduce<number>((sum, seconds) => sum + seconds, 0)).toBeLessThan(2 * 86_400);
	});

	it("are spread by a tenth to either side, so that many do not come at once", () => {
		expect(nextAttemptAt(3, nowMs, 0)).toBe("2027-01-01T00:01:48.000Z");
		expect(nextAttemptAt(3, nowMs, 1)).toBe("2027-01-01T00:02:12.000Z");
	});

	it.each([
		[200, "delivered"],
		[204, "delivered"],
		[299, "delivered"],
		[199, "not-yet"],
		[301, "not-yet"],
		[404, "not-yet"],
		[410, "gone"],
		[429, "not-yet"],
		[500, "not-yet"],
		[undefined, "not-yet"],
	])("that end with %s are %s", (status, verdict) => {
		expect(verdictOf(status)).toBe(verdict);
	});
});
