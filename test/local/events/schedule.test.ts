import { describe, expect, it } from "vitest";
import { scheduleOf } from "../../../local/events/schedule.ts";

const at = (text: string) => Date.parse(text);

describe("a schedule", () => {
	it.each([
		["rate(1 minute)", "2026-11-22T10:00:30Z", "2026-11-22T10:01:30.000Z"],
		["rate(5 minutes)", "2026-11-22T10:00:00Z", "2026-11-22T10:05:00.000Z"],
		["rate(2 hours)", "2026-11-22T10:00:00Z", "2026-11-22T12:00:00.000Z"],
		["rate(1 day)", "2026-11-22T10:00:00Z", "2026-11-23T10:00:00.000Z"],
		["cron(0 3 * * ? *)", "2026-11-22T10:00:00Z", "2026-11-23T03:00:00.000Z"],
		["cron(0/15 * * * ? *)", "2026-11-22T10:15:00Z", "2026-11-22T10:30:00.000Z"],
		["cron(30 8-10,20 ? * 2-6 *)", "2026-11-22T10:00:00Z", "2026-11-23T08:30:00.000Z"], // a Sunday
		["cron(0 0 29 2 ? *)", "2026-11-22T10:00:00Z", "2028-02-29T00:00:00.000Z"],
	])("%s after %s fires at %s", (expression, after, next) => {
		expect(new Date(scheduleOf(expression)(at(after))).toISOString()).toBe(next);
	});

	it.each([
		"rate(0 minutes)",
		"rate(1 second)",
		"every minute",
		"cron(0 3 * *)",
		"cron(0 3 L * ? *)",
		"cron(61 3 * * ? *)",
	])("cannot be %s", (expression) => {
		expect(() => scheduleOf(expression)).toThrow();
	});
});
