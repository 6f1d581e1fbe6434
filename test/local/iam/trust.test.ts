import { describe, expect, it } from "vitest";
import { type Asker, readTrust, trusts } from "../../../local/iam/trust.ts";

const nonprod = "222222222222";
const role = `arn:aws:iam::${nonprod}:role/deployer`;
const byRole: Asker = {
	accountId: nonprod,
	arn: `arn:aws:sts::${nonprod}:assumed-role/deployer/session`,
	principalArn: role,
	sessionName: "session",
};

const document = (...statements: object[]) => ({ Version: "2012-10-17", Statement: statements });
const allow = (Principal: unknown, Condition?: object) => ({
	...{ Effect: "Allow", Action: "sts:AssumeRole", Principal },
	...(Condition && { Condition }),
});
const lets = (statements: object[], asker: Partial<Asker> = {}) =>
	trusts(readTrust("Role", document(...statements)), { ...byRole, ...asker });

describe("a trust policy", () => {
	it.each<[string, unknown]>([
		["its account, by its root", { AWS: `arn:aws:iam::${nonprod}:root` }],
		["its account, by its number", { AWS: nonprod }],
		["its role", { AWS: role }],
		["its session", { AWS: byRole.arn }],
		["one of several", { AWS: ["333333333333", role], Service: "lambda.amazonaws.com" }],
		["everybody", "*"],
		["everybody at AWS", { AWS: "*" }],
	])("lets a caller in that it names by %s", (_, principal) => {
		expect(lets([allow(principal)])).toBe(true);
	});

	it.each<[string, unknown]>([
		["another account", { AWS: "arn:aws:iam::333333333333:root" }],
		["another role", { AWS: `${role}-too` }],
		["a service", { Service: "lambda.amazonaws.com" }],
	])("keeps a caller out that it does not name, such as by %s", (_, principal) => {
		expect(lets([allow(principal)])).toBe(false);
		expect(trusts([], byRole)).toBe(false);
	});

	it("asks for what its conditions say of the caller", () => {
		const account = { AWS: nonprod };
		const exact = allow(account, { ArnEquals: { "aws:PrincipalArn": role } });
		expect(lets([exact])).toBe(true);
		expect(lets([exact], { principalArn: `arn:aws:iam::${nonprod}:role/other` })).toBe(false);
		expect(lets([exact], { principalArn: `arn:aws:iam::${nonprod}:root` })).toBe(false);
		const external = allow(account, { StringEquals: { "sts:ExternalId": "secret" } });
		expect(lets([external])).toBe(false);
		expect(lets([external], { externalId: "secret" })).toBe(true);
		const session = allow(account, { StringLike: { "sts:RoleSessionName": "op_*" } });
		expect(lets([session], { sessionName: "op_1" })).toBe(true);
		expect(lets([session])).toBe(false);
	});

	it("denies whatever else allows", () => {
		const deny = { ...allow({ AWS: role }), Effect: "Deny" };
		expect(lets([allow("*"), deny])).toBe(false);
		expect(lets([allow("*"), deny], { arn: "other", principalArn: "other" })).toBe(true);
	});

	it("speaks of assuming a role, not of other actions", () => {
		expect(lets([{ ...allow("*"), Action: ["sts:TagSession"] }])).toBe(false);
		expect(lets([{ ...allow("*"), Action: ["sts:TagSession", "sts:Assume*"] }])).toBe(true);
	});

	it.each<[string, object]>([
		["a federated principal", allow({ Federated: "cognito-identity.amazonaws.com" })],
		["NotPrincipal", { Effect: "Allow", Action: "sts:AssumeRole", NotPrincipal: "*" }],
		["a condition key that nobody fills", allow("*", { Bool: { "aws:MultiFactorAuthPresent": "true" } })],
		["an operator that is not there", allow("*", { DateLessThan: { "aws:PrincipalArn": "2026" } })],
	])("is refused as not emulated when it has %s", (_, statement) => {
		expect(() => readTrust("Role", document(statement))).toThrow("not emulated");
	});

	it("says nothing under which a service is trusted: no service asks here", () => {
		const service = allow({ Service: "states.amazonaws.com" }, { ArnLike: { "aws:SourceArn": "arn:*" } });
		expect(readTrust("Role", document(service))).toEqual([]);
	});
});
