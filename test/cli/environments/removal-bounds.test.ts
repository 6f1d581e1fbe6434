import { DeleteStackCommand } from "@aws-sdk/client-cloudformation";
import { QueryCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { delegatedViews } from "../../../services/public-dns.ts";
import { aLandscape, domains, noStack } from "./a-landscape.ts";
import { aRemoval } from "./a-removal.ts";

vi.mock(import("../../../services/public-dns.ts"), async (original) => ({
	...(await original()),
	delegatedViews: vi.fn(),
}));

const landscape = aLandscape();
const { cloudformation, dynamodb } = landscape;
const { remove, zonesAre, stands, acts, own } = aRemoval(landscape);
const ours = { application: "hostmaster", environment: "nonprod" };
const name = "acme.app.nonprod.example.com";
const claimed = { Items: [{ hostname: { S: name } }] };
beforeEach(() => {
	landscape.reset();
	landscape.write({ parameters: { ApexDomain: "example.com" } });
	vi.mocked(delegatedViews).mockResolvedValue([{ resolver: "ns-1.awsdns-00.com", outcome: "none", servers: [] }]);
	cloudformation.on(DeleteStackCommand).resolves({});
});
afterAll(() => landscape.close());

describe("the zone that a removal deletes", () => {
	it("is the stack's own and no other of its name, whatever tags that has", async () => {
		stands(own({ status: "DELETE_FAILED" }), own({ status: "DELETE_FAILED" }), noStack);
		zonesAre({ Z1: {}, Z2: ours });
		const { exit, details } = await remove();
		expect(exit).toBe(0);
		expect(details.at(-1)).toBe(
			`${domains.nonprod}: deleted, with 0 record sets; Z2 of the same name stays: it is not this environment's`,
		);
		expect(acts()).toEqual(["pause", "delete stack", "delete Z1"]);
	});

	it("is known while the stack is still going", async () => {
		stands(own({ status: "DELETE_IN_PROGRESS" }), own({ status: "DELETE_IN_PROGRESS" }), noStack);
		zonesAre({ Z1: {}, Z2: {} });
		await remove();
		expect(acts()).toEqual(["delete Z1"]);
	});

	it("may have gone by hand", async () => {
		zonesAre({ Z1: {}, Z2: {} });
		stands(own({ status: "DELETE_FAILED", zone: "Z9" }), own({ status: "DELETE_FAILED" }), noStack);
		const { exit, details } = await remove();
		expect({ exit, told: details.at(-1) }).toEqual({
			...{ exit: 0, told: expect.stringMatching(/has no zone any more; Z1, Z2 of the same name stays/) },
		});
	});

	it("is known by its tags once the stack is gone", async () => {
		stands(noStack);
		zonesAre({ Z1: { ...ours, environment: "prod" }, Z2: { ...ours, team: "web" } });
		const { exit, details } = await remove();
		expect({ exit, told: details.at(-1) }).toEqual({
			...{ exit: 0, told: expect.stringContaining("Z1 of the same name stays") },
		});
		expect(acts()).toEqual(["delete Z2"]);
	});

	it.each([[{}], [{ application: "hostmaster" }], [{ ...ours, application: "another" }]])(
		"is none, where the stack is gone and a zone of that name has only %j: nobody knows whose it is",
		async (tags) => {
			stands(noStack);
			zonesAre({ Z1: tags });
			const { exit, error } = await remove();
			expect({ exit, title: error.title, fix: error.fix }).toEqual({
				exit: 2,
				title: expect.stringMatching(/^zone: Nobody can say whose zone Z1 of app\.nonprod\.example\.com is/),
				fix: expect.stringContaining("application=hostmaster and environment=nonprod"),
			});
			expect(acts()).toEqual([]);
		},
	);
});

describe("a claim", () => {
	/** Claims are looked for seven states long each time; one is there from the look of that number on. */
	function claimFrom(look: number) {
		let looks = 0;
		dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues }) => {
			if (ExpressionAttributeValues[":status"].S === "CLAIM#pending") looks += 1;
			return looks >= look ? claimed : { Items: [] };
		});
	}
	beforeEach(() => {
		stands(own(), own(), own(), own({ state: "withdrawn" }), own({ state: "withdrawn" }), noStack);
		zonesAre({ Z1: {} });
	});

	it("that was there before refuses a removal, and nothing is changed", async () => {
		claimFrom(1);
		const { exit, error } = await remove();
		expect({ exit, error }).toEqual({
			exit: 2,
			error: {
				title: `claims: Tenants still have names in nonprod, such as ${name}.`,
				fix: expect.stringContaining("Nothing was changed."),
			},
		});
		expect(acts()).toEqual([]);
	});

	it.each([
		[
			"as new work was stopped",
			2,
			/^new work: .* was claimed in nonprod while/,
			/New work begins again/,
			["pause", "resume"],
		],
		[
			"as the delegation was withdrawn",
			3,
			/^stack: .* was claimed in nonprod while/,
			/environments onboard nonprod/,
			["pause", "withdraw", "resume"],
		],
		[
			"as the stack went",
			4,
			/^zone: .* was claimed in nonprod while/,
			/delete the table hostmaster-nonprod-registry.*The zone stays/,
			["pause", "withdraw", "delete stack"],
		],
	])(
		"that came %s stops it there, and new work begins again as long as somebody can do it",
		async (_, look, title, fix, done) => {
			claimFrom(look);
			const { exit, error } = await remove();
			expect({ exit, error }).toEqual({
				exit: 2,
				error: { title: expect.stringMatching(title), fix: expect.stringMatching(fix) },
			});
			expect(acts()).toEqual(done);
		},
	);

	it.each([
		["gone", noStack],
		["deleted by half", own({ status: "DELETE_FAILED" })],
	])(
		"that is found when the stack is %s has to be taken out of the table: there is no API any more",
		async (_, shown) => {
			stands(shown);
			claimFrom(1);
			const { exit, error } = await remove();
			expect({ exit, fix: error.fix }).toEqual({ exit: 2, fix: expect.stringContaining("the API is gone") });
			expect(dynamodb.commandCalls(UpdateItemCommand)).toEqual([]);
		},
	);
});
