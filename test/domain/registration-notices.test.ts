import { describe, expect, it } from "vitest";
import { type DomainView, told, unanswered, untold } from "../../domain/registration.ts";
import { judgeRegistration } from "../../domain/registration-findings.ts";
import { type Notice, noticeSchema, planNotices, registrationFindingEvent } from "../../domain/registration-notices.ts";
import { aView, domain, inDays, nowMs } from "./a-registration.ts";

const now = new Date(nowMs).toISOString();
const plan = (view: DomainView, kept: readonly Notice[] = []) => planNotices(judgeRegistration(view, nowMs), kept, now);
const aNotice = (more: Partial<Notice> = {}): Notice => ({
	...{ domain, kind: "expiry", stage: "90-days", eventId: "e-1", since: "2026-09-01T00:00:00.000Z" },
	toldAt: "2026-09-01T00:00:01.000Z",
	...more,
});

describe("a finding", () => {
	it("is news in each of its stages, under an id of its own", () => {
		const { open, tell, clear } = plan(aView({ expiresAt: inDays(80) }));
		const notice = {
			...{ domain, kind: "expiry", stage: "90-days", since: now },
			eventId: `example.com/expiry/90-days/${now}`,
		};
		expect(open).toEqual([notice]);
		expect(noticeSchema.parse(open[0])).toEqual(notice);
		expect(clear).toEqual([]);
		expect(tell).toEqual([
			{
				notice,
				event: {
					...{ version: 1, eventId: notice.eventId, occurredAt: now, domain, kind: "expiry", stage: "90-days" },
					...{ severity: "advice", message: expect.stringContaining("80 days"), actor: "operator" },
					fix: expect.any(String),
				},
			},
		]);
		expect(registrationFindingEvent.parse(tell[0]?.event)).toEqual(tell[0]?.event);
	});

	it("is no news as long as it stays in its stage", () => {
		expect(plan(aView({ expiresAt: inDays(70) }), [aNotice()])).toEqual({ open: [], tell: [], clear: [] });
	});

	it("is news in its next stage, however many were passed unseen", () => {
		const { open, tell, clear } = plan(aView({ expiresAt: inDays(10) }), [aNotice()]);
		expect(open.map(({ stage }) => stage)).toEqual(["14-days"]);
		expect(tell.map(({ event }) => event.stage)).toEqual(["14-days"]);
		expect(clear).toEqual([]);
	});

	it("whose event may not have been put is told again, as the same event", () => {
		const { toldAt: _told, ...untoldYet } = aNotice();
		const { open, tell } = plan(aView({ expiresAt: inDays(70) }), [untoldYet]);
		expect(open).toEqual([]);
		expect(tell.map(({ notice, event }) => [notice, event.eventId, event.occurredAt])).toEqual([
			[untoldYet, "e-1", "2026-09-01T00:00:00.000Z"],
		]);
	});

	it("that is gone is forgotten, so that it would be news again", () => {
		const renewed = aView({ expiresAt: inDays(365) });
		expect(plan(renewed, [aNotice()])).toEqual({ open: [], tell: [], clear: [aNotice()] });
		expect(plan(renewed)).toEqual({ open: [], tell: [], clear: [] });
		expect(plan(aView({ expiresAt: untold("its new registry does not say") }), [aNotice()]).clear).toHaveLength(1);
	});
});

describe("what could not be asked", () => {
	it("is no news, and makes nothing forgotten", () => {
		expect(plan({ ...aView(), answer: unanswered("throttled") }, [aNotice()])).toEqual({
			open: [],
			tell: [],
			clear: [],
		});
		const half = aView({ autoRenew: told(false), expiresAt: unanswered("no answer") });
		expect(plan(half, [aNotice()])).toMatchObject({ open: [{ kind: "auto-renew" }], clear: [] });
	});
});
