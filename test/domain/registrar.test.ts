import { describe, expect, it } from "vitest";
import {
	type Apex,
	apexOf,
	type Delegation,
	delegationRoleArn,
	delegationRoleName,
	delegatorRoleName,
	registrarFlaws,
	stageFlaws,
} from "../../domain/registrar.ts";

const apex = (name: string): Apex => ({ name, certificateAuthorities: ["amazon.com"], sendsMail: false });
const apexes = [apex("example.com"), apex("example.net")];
const delegation = (name: string, account = "222222222222"): Delegation => ({
	name,
	account,
	stack: "hostmaster-prod",
});
const flaws = (delegations: Delegation[], of: Apex[] = apexes) => registrarFlaws({ apexes: of, delegations });

describe("the registrar's values", () => {
	it("are sound when each name below an apex goes to one account", () => {
		const delegations = [
			delegation("app.example.com"),
			delegation("app.nonprod.example.com", "333333333333"),
			delegation("shop.example.com"),
			delegation("app.example.net", "333333333333"),
		];
		expect(flaws(delegations)).toEqual([]);
	});

	it.each<[string, Delegation[], string]>([
		["an apex", [delegation("example.com")], "'example.com' is an apex: it is never delegated as a whole"],
		["a name outside", [delegation("app.example.org")], "'app.example.org' is below none of the apexes"],
		[
			"what only ends like an apex",
			[delegation("app.myexample.com")],
			"'app.myexample.com' is below none of the apexes",
		],
		[
			"a name to two accounts",
			[delegation("app.example.com", "333333333333"), delegation("app.example.com")],
			"'app.example.com' is delegated to account 333333333333 already: a name has one owner",
		],
		[
			"a name below another account's",
			[delegation("app.example.com", "333333333333"), delegation("eu.app.example.com")],
			"'eu.app.example.com' and 'app.example.com' of account 333333333333 lie one below the other: the apex cannot delegate both",
		],
		[
			"a name above another of the same account",
			[delegation("eu.app.example.com"), delegation("app.example.com")],
			"'app.example.com' and 'eu.app.example.com' of the same account lie one below the other: the apex cannot delegate both",
		],
		[
			"names that would share a role",
			[delegation("a-b.example.com"), delegation("a.b.example.com")],
			"'a.b.example.com' and 'a-b.example.com' would share the role hostmaster-delegation-a-b-example-com",
		],
		[
			"a name that no role can be called by",
			[delegation(`${"a".repeat(40)}.example.com`)],
			`'${"a".repeat(40)}.example.com' makes a role's name of more than 64 characters`,
		],
	])("are refused when they delegate %s", (_, delegations, message) => {
		expect(flaws(delegations)).toEqual([{ list: "delegations", at: delegations.length - 1, message }]);
	});

	it("are refused when an apex is listed twice, or below another", () => {
		expect(flaws([], [apex("example.com"), apex("example.com"), apex("eu.example.com")])).toEqual([
			{ list: "apexes", at: 1, message: "'example.com' is listed already" },
			{
				list: "apexes",
				at: 2,
				message: "'eu.example.com' is below the apex 'example.com': a name in it, and no registered domain",
			},
		]);
	});

	it("name the roles of both accounts", () => {
		expect(delegationRoleName("app.nonprod.example.com")).toBe("hostmaster-delegation-app-nonprod-example-com");
		expect(delegationRoleArn("111111111111", "app.example.com")).toBe(
			"arn:aws:iam::111111111111:role/hostmaster-delegation-app-example-com",
		);
		expect(delegatorRoleName("hostmaster-prod")).toBe("hostmaster-prod-delegate-zone");
		expect(apexOf("app.example.net", apexes)?.name).toBe("example.net");
		expect(apexOf("example.net", apexes)).toBeUndefined();
	});
});

describe("a stage", () => {
	const registrar = { apexes, delegations: [delegation("app.example.com")] };
	const stage = {
		account: "222222222222",
		stack: "hostmaster-prod",
		platformDomain: "app.example.com",
		apexDomain: "example.com",
		delegationRole: delegationRoleArn("111111111111", "app.example.com"),
	};
	const told = (change: Partial<typeof stage>) =>
		stageFlaws(registrar, "111111111111", { ...stage, ...change }).map(({ value, message }) => `${value}: ${message}`);

	it("agrees with the registrar, or is delegated by hand", () => {
		expect(told({})).toEqual([]);
		expect(told({ delegationRole: "" })).toEqual([]);
		expect(told({ delegationRole: "", platformDomain: "app.example.org" })).toEqual([]);
	});

	it("may not have a name that goes to another account or stack, by hand either", () => {
		const message =
			"PlatformDomain: 'app.example.com' is delegated to hostmaster-prod in account 222222222222, not to hostmaster-prod in 333333333333";
		expect(told({ account: "333333333333" })).toEqual([message]);
		expect(told({ account: "333333333333", delegationRole: "" })).toEqual([message]);
		expect(told({ stack: "hostmaster-nonprod" })[0]).toContain("not to hostmaster-nonprod in 222222222222");
	});

	it("may not use another name's role, a name that is not delegated, or another apex", () => {
		const role = delegationRoleArn("111111111111", "app.nonprod.example.com");
		expect(told({ delegationRole: role })).toEqual([
			"DelegationRole: the role of 'app.example.com' is arn:aws:iam::111111111111:role/hostmaster-delegation-app-example-com",
		]);
		expect(told({ platformDomain: "shop.example.com" })).toEqual([
			"DelegationRole: the registrar does not delegate 'shop.example.com'",
		]);
		expect(told({ apexDomain: "example.net" })).toEqual(["ApexDomain: 'app.example.com' is below 'example.com'"]);
	});
});
