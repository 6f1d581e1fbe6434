import {
	ChangeResourceRecordSetsCommand,
	DeleteHostedZoneCommand,
	ListResourceRecordSetsCommand,
	type ResourceRecordSet,
	Route53Client,
	Route53ServiceException,
	type RRType,
} from "@aws-sdk/client-route-53";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { deleteZone } from "../../services/delegated-zone.ts";

const route53 = mockClient(Route53Client);
const client = new Route53Client({});
beforeEach(() => {
	route53.reset();
	route53.on(ChangeResourceRecordSetsCommand).resolves({});
	route53.on(DeleteHostedZoneCommand).resolves({});
});

const apex = "app.example.com.";
const set = (Name: string, Type: RRType = "A"): ResourceRecordSet => ({ Name, Type });
const own = [set(apex, "NS"), set(apex, "SOA")];
const page = (ResourceRecordSets: ResourceRecordSet[], more: object = {}) => ({
	...{ ResourceRecordSets, IsTruncated: false, MaxItems: 300 },
	...more,
});
/** Action, name and type of every change, batch by batch. */
const batches = () =>
	route53
		.commandCalls(ChangeResourceRecordSetsCommand, { HostedZoneId: "Z1" })
		.map(({ args: [{ input }] }) =>
			(input.ChangeBatch?.Changes ?? []).map(
				({ Action, ResourceRecordSet: set }) => `${Action} ${set?.Name} ${set?.Type}`,
			),
		);

describe("deleting a zone", () => {
	it("empties it first, but for its own NS and SOA, which go with it", async () => {
		const others = [set(apex, "CAA"), set("acme.app.example.com."), set("b.app.example.com.", "NS")];
		route53.on(ListResourceRecordSetsCommand, { HostedZoneId: "Z1" }).resolves(page([...own, ...others]));
		expect(await deleteZone(client, "Z1")).toBe(3);
		expect(batches()).toEqual([
			["DELETE app.example.com. CAA", "DELETE acme.app.example.com. A", "DELETE b.app.example.com. NS"],
		]);
		expect(route53.calls().at(-1)?.args[0].input).toEqual({ Id: "Z1" });
	});

	it("changes nothing in one that holds nothing", async () => {
		for (const answer of [page(own), { IsTruncated: false, MaxItems: 300, ResourceRecordSets: undefined }]) {
			route53.on(ListResourceRecordSetsCommand).resolves(answer);
			expect(await deleteZone(client, "Z1")).toBe(0);
		}
		expect(batches()).toEqual([]);
		expect(route53.commandCalls(DeleteHostedZoneCommand)).toHaveLength(2);
	});

	it("reads every page, and deletes a hundred at a time", async () => {
		const many = Array.from({ length: 150 }, (_, at) => set(`t${at}.app.example.com.`));
		route53
			.on(ListResourceRecordSetsCommand)
			.resolvesOnce(
				page([...own, ...many.slice(0, 90)], {
					...{ IsTruncated: true, NextRecordName: "t90.app.example.com.", NextRecordType: "A" },
				}),
			)
			.resolves(page(many.slice(90)));
		expect(await deleteZone(client, "Z1")).toBe(150);
		expect(batches().map((batch) => batch.length)).toEqual([100, 50]);
		const asked = route53.commandCalls(ListResourceRecordSetsCommand).map(({ args: [{ input }] }) => input);
		expect(asked).toEqual([
			{ HostedZoneId: "Z1" },
			{ HostedZoneId: "Z1", StartRecordName: "t90.app.example.com.", StartRecordType: "A" },
		]);
	});

	it("leaves the zone when Route 53 has more records and does not say where", async () => {
		route53.on(ListResourceRecordSetsCommand).resolves(page(own, { IsTruncated: true }));
		await expect(deleteZone(client, "Z1")).rejects.toThrow("where they begin");
		expect(route53.commandCalls(DeleteHostedZoneCommand)).toEqual([]);
	});

	it("leaves the zone when its records could not be deleted", async () => {
		route53.on(ListResourceRecordSetsCommand).resolves(page([...own, set("acme.app.example.com.")]));
		const refused = new Route53ServiceException({
			...{ name: "InvalidChangeBatch", $fault: "client", $metadata: {}, message: "not found" },
		});
		route53.on(ChangeResourceRecordSetsCommand).rejects(refused);
		await expect(deleteZone(client, "Z1")).rejects.toBe(refused);
		expect(route53.commandCalls(DeleteHostedZoneCommand)).toEqual([]);
	});

	it.each([
		["its records", ListResourceRecordSetsCommand],
		["the zone itself", DeleteHostedZoneCommand],
	] as const)("may have to wait for %s", async (_, command) => {
		route53.on(ListResourceRecordSetsCommand).resolves(page(own));
		const throttled = Object.assign(new Error("Rate exceeded"), { name: "Throttling" });
		// The two have outputs of their own, which a rejection does not mind.
		route53.on(command as typeof DeleteHostedZoneCommand).rejects(throttled);
		await expect(deleteZone(client, "Z1")).rejects.toMatchObject({ name: "Throttled" });
	});
});
