import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventsOut } from "../../domain/events.ts";
import { assertPublished } from "./published-events.ts";

const activated = {
	version: 1,
	eventId: "evt_1",
	occurredAt: "2030-01-01T00:00:00.000Z",
	tenantId: "ten_1",
	hostname: "acme.app.test",
	operationId: "op_1",
	correlationId: "c_1",
};

describe("the published schemas of events", () => {
	it("are there for every event that goes out, and for those that come in", () => {
		const published = readdirSync("docs/events");
		expect(published).toEqual(expect.arrayContaining(Object.keys(eventsOut).map((type) => `${type}.v1.json`)));
	});

	it("take an event as it goes out", () => {
		expect(() => assertPublished("TenantActivated", activated)).not.toThrow();
	});

	it.each<[string, object]>([
		["lacks a member", { hostname: undefined }],
		["has a member of another type", { tenantId: 1 }],
		["has a time that is none", { occurredAt: "yesterday" }],
		["has a member that is not published", { colour: "red" }],
		["is of a version that is not published", { version: 2 }],
	])("refuse one that %s", (_, changes) => {
		const changed = JSON.parse(JSON.stringify({ ...activated, ...changes }));
		expect(() => assertPublished("TenantActivated", changed)).toThrow("TenantActivated");
	});

	it("refuse an event that nobody published", () => {
		expect(() => assertPublished("TenantPainted", activated)).toThrow("There is no docs/events/TenantPainted.v1.json");
	});
});
