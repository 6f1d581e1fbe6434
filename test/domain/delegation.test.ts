import { describe, expect, it } from "vitest";
import {
	authorityTrouble,
	delegationAbove,
	describeTrouble,
	guardedChange,
	type PublicView,
	publicTrouble,
	type ServerView,
	serversApart,
	standingOf,
	withNegativeTtl,
} from "../../domain/delegation.ts";
import { limits } from "../../domain/limits.ts";

const servers = ["ns-1.awsdns-00.com", "ns-2.awsdns-00.net"];
const name = "app.example.com";
const bounds = { apex: "example.com", delegated: name };

describe("a change in the registrar's zone", () => {
	const change = { action: "UPSERT", name, type: "NS", ttlSeconds: 300, values: servers };

	it.each(["UPSERT", "DELETE"])("may %s the name's own NS and DS", (action) => {
		for (const type of ["NS", "DS"]) {
			const asked = { ...change, action, type };
			expect(guardedChange(asked, bounds)).toEqual({ ok: true, value: asked });
		}
	});

	it.each<[string, Partial<typeof change>, Partial<typeof bounds>, RegExp]>([
		["of the apex", { name: "example.com" }, { delegated: "example.com" }, /is the apex/],
		["outside the apex", { name: "app.example.org" }, { delegated: "app.example.org" }, /is not below/],
		["of what only ends like it", { name: "a.myexample.com" }, { delegated: "a.myexample.com" }, /is not below/],
		["at the apex, with a name of one's own", { name: "example.com" }, {}, /nothing else is this account's/],
		["of another environment", { name: "app.nonprod.example.com" }, {}, /nothing else is this account's/],
		["below the delegated name", { name: "a.app.example.com" }, {}, /nothing else is this account's/],
		["of an address", { type: "A" }, {}, /^A is no record of a delegation/],
		["of a text", { type: "TXT" }, {}, /^TXT is no record of a delegation/],
		["that only creates", { action: "CREATE" }, {}, /neither UPSERT nor DELETE/],
		["to nobody", { values: [] }, {}, /to no name server/],
	])("is refused %s", (_, changed, bound, refusal) => {
		const guarded = guardedChange({ ...change, ...changed }, { ...bounds, ...bound });
		expect(guarded.ok ? "" : guarded.refusal).toMatch(refusal);
	});
});

describe("comparing name servers", () => {
	it("knows no order, no case and no final dot", () => {
		expect(serversApart(servers, ["NS-2.awsdns-00.net.", "ns-1.awsdns-00.com."])).toBeUndefined();
	});

	it("says what is missing and what is too many", () => {
		expect(serversApart(servers, ["ns-1.awsdns-00.com", "old.example.net"])).toEqual({
			missing: ["ns-2.awsdns-00.net"],
			extra: ["old.example.net"],
		});
	});

	it("tells a delegation that was seen to work from one that was not, and from another's", () => {
		const standing = (ttlSeconds: number, values = servers) => standingOf({ ttlSeconds, values }, servers);
		expect(standingOf(undefined, servers)).toBe("none");
		expect(standing(300, ["old.example.net"])).toBe("other");
		expect(standing(limits.unprovenDelegationTtl.value)).toBe("unproven");
		expect(standing(limits.delegationTtl.value)).toBe("proven");
		expect(standing(172_800)).toBe("proven");
	});
});

describe("what resolvers find", () => {
	const agrees = (resolver: string): PublicView => ({ resolver, outcome: "found", servers });
	const none: PublicView = { resolver: "9.9.9.9", outcome: "none", servers: [] };
	const silent: PublicView = { resolver: "8.8.8.8", outcome: "no-answer", servers: [] };

	it("is enough when two agree, or the only one", () => {
		expect(publicTrouble(name, servers, [agrees("1.1.1.1"), agrees("8.8.8.8"), none])).toBeUndefined();
		expect(publicTrouble(name, servers, [agrees("127.0.0.1")])).toBeUndefined();
	});

	it("is told for each, with who acts, when it is not", () => {
		const old: PublicView = {
			resolver: "4.4.4.4",
			outcome: "found",
			servers: ["ns-1.awsdns-00.com", "old.example.net"],
		};
		const bare: PublicView = { resolver: "5.5.5.5", outcome: "found", servers: ["ns-1.awsdns-00.com"] };
		const more: PublicView = { resolver: "6.6.6.6", outcome: "found", servers: [...servers, "old.example.net"] };
		const trouble = publicTrouble(name, servers, [agrees("1.1.1.1"), none, silent, old, bare, more]);
		expect(trouble).toMatchObject({ stage: "public", actor: "operator", final: false });
		expect(trouble?.message).toBe(
			"Resolvers do not all find the name servers of app.example.com: 1.1.1.1 agrees; 9.9.9.9 finds none; 8.8.8.8 did not answer; " +
				"4.4.4.4 lacks ns-2.awsdns-00.net and has old.example.net, which the zone has not; 5.5.5.5 lacks ns-2.awsdns-00.net; " +
				"6.6.6.6 has old.example.net, which the zone has not.",
		);
		expect(trouble && describeTrouble(trouble)).toMatch(
			/^Delegation stopped at 'public': .* Who acts: operator\. See that .*; it goes on here\.$/,
		);
	});

	it("is never enough without any resolver", () => {
		expect(publicTrouble(name, servers, [])).toMatchObject({ stage: "public" });
	});
});

describe("what the servers above say", () => {
	const view = (outcome: PublicView["outcome"], found: string[] = []): PublicView => {
		return { resolver: "ns-1.above", outcome, servers: found };
	};

	it("is a delegation when one of them has it, whatever the others say", () => {
		expect(delegationAbove([view("none"), view("no-answer"), view("found", servers)])).toEqual({
			...{ state: "delegated", to: servers, says: "ns-1.above" },
		});
	});

	it("is none only when all of them say so, and there are some", () => {
		expect(delegationAbove([view("none"), view("none")])).toEqual({ state: "undelegated" });
		expect(delegationAbove([view("none"), view("no-answer")])).toEqual({ state: "unknown" });
		expect(delegationAbove([])).toEqual({ state: "unknown" });
	});
});

describe("what name servers answer", () => {
	const good: ServerView = { server: "ns-1.awsdns-00.com", outcome: "authoritative" };

	it("is enough when each has authority", () => {
		expect(authorityTrouble(name, [good, good])).toBeUndefined();
	});

	it("is told of each that has none", () => {
		const views: ServerView[] = [
			good,
			{ server: "a.example.net", outcome: "lame", detail: "answers REFUSED" },
			{ server: "b.example.net", outcome: "lame" },
			{ server: "c.example.net", outcome: "no-answer" },
		];
		expect(authorityTrouble(name, views)).toMatchObject({
			stage: "authoritative",
			message:
				"Not every name server of app.example.com answers for it with authority: a.example.net answers REFUSED; b.example.net is lame; c.example.net does not answer.",
		});
	});
});

describe("the bound on negative answers", () => {
	const soa = (minimum: string, ttlSeconds = 900) => ({
		ttlSeconds,
		values: [`ns-1.awsdns-00.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 ${minimum}`],
	});

	it("is lowered, and nothing else of the SOA is touched", () => {
		expect(withNegativeTtl(soa("86400"), 60)).toBe(soa("60").values[0]);
	});

	it("is left alone when it is low enough, by the record's own TTL too, or when there is no SOA to read", () => {
		expect(withNegativeTtl(soa("60"), 60)).toBeUndefined();
		expect(withNegativeTtl(soa("30"), 60)).toBeUndefined();
		expect(withNegativeTtl(soa("86400", 60), 60)).toBeUndefined();
		expect(withNegativeTtl({ ttlSeconds: 900, values: [] }, 60)).toBeUndefined();
	});
});
