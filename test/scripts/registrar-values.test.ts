import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { exampleAccountsIn, readRegistrar, registrarPlaceholders } from "../../scripts/registrar-values.ts";
import { MissingConfiguration, stagesFile } from "../../scripts/stages.ts";

interface Values {
	accounts: Record<string, unknown>;
	registrar: { apexes: Record<string, unknown>[]; delegations: Record<string, unknown>[] };
	nonprod: Record<string, unknown>;
	prod: Record<string, unknown>;
}

/** The file's text with something changed in it. */
function changed(change: (values: Values) => void): string {
	const values: Values = parse(readFileSync(stagesFile, "utf8"));
	change(values);
	return stringify(values);
}
const role = "arn:aws:iam::111122223333:role/hostmaster-delegation-app-example-com";

describe("the registrar's values", () => {
	it("are there, for accounts that nobody has", () => {
		const { accounts, registrar } = readRegistrar();
		expect(registrar.apexes.map(({ name }) => name)).toEqual(["example.com"]);
		expect(registrar.delegations.map(({ name }) => name)).toEqual(["app.nonprod.example.com", "app.example.com"]);
		expect(exampleAccountsIn(accounts)).toEqual(["accounts.registrar", "accounts.nonprod", "accounts.prod"]);
		expect(exampleAccountsIn({ ...accounts, prod: "210987654321" })).toEqual([
			"accounts.registrar",
			"accounts.nonprod",
		]);
	});

	it("are placeholders until each of them is set", () => {
		const set = { registrar: "210987654321", nonprod: "310987654321", prod: "410987654321" };
		const { apexes } = readRegistrar().registrar;
		const real = apexes.map((apex) => ({ ...apex, name: "acme.dev" }));
		const delegation = { name: "app.acme.dev", account: set.prod, stack: "hostmaster-prod" };
		expect(registrarPlaceholders(set, { apexes: real, delegations: [delegation] })).toEqual([]);
		expect(registrarPlaceholders(set, { apexes, delegations: [delegation] })).toEqual(["registrar.apexes.0.name"]);
		const delegations = [
			delegation,
			{ ...delegation, name: "app.example.com" },
			{ ...delegation, account: "123456789012" },
		];
		expect(registrarPlaceholders(set, { apexes: real, delegations })).toEqual([
			...["registrar.delegations.1.name", "registrar.delegations.2.account"],
		]);
	});

	it("are read without any stage, and with one that agrees", () => {
		const { accounts, registrar } = readRegistrar();
		expect(readRegistrar(JSON.stringify({ accounts, registrar })).registrar).toEqual(registrar);
		expect(() => readRegistrar(changed(({ prod }) => Object.assign(prod, { DelegationRole: role })))).not.toThrow();
	});

	it.each<[string, (values: Values) => void, string]>([
		[
			"an account is a number",
			({ accounts }) => Object.assign(accounts, { prod: 123456789012 }),
			"accounts.prod: is not set",
		],
		[
			"an account is no account",
			({ accounts }) => Object.assign(accounts, { prod: "12345" }),
			"accounts.prod: is not an account's 12 digits in quotes",
		],
		[
			"two accounts are one",
			({ accounts }) => Object.assign(accounts, { nonprod: "123456789012" }),
			"accounts: are not three different accounts",
		],
		[
			"nobody may issue",
			({ registrar }) => Object.assign(registrar.apexes[0] ?? {}, { certificateAuthorities: [] }),
			"registrar.apexes.0.certificateAuthorities: is empty: nobody could issue a certificate",
		],
		["there is no apex", ({ registrar }) => registrar.apexes.pop(), "registrar.apexes: is empty"],
		[
			"a member is misspelt",
			({ registrar }) => Object.assign(registrar.apexes[0] ?? {}, { sendMail: true }),
			'registrar.apexes.0: Unrecognized key: "sendMail"',
		],
		[
			"a name goes to two accounts",
			({ registrar }) =>
				registrar.delegations.push({ name: "app.example.com", account: "444455556666", stack: "hostmaster-nonprod" }),
			"registrar.delegations.2.name: 'app.example.com' is delegated to account 123456789012 already: a name has one owner",
		],
		[
			"an apex is handed out",
			({ registrar }) =>
				registrar.delegations.push({ name: "example.com", account: "444455556666", stack: "hostmaster-nonprod" }),
			"registrar.delegations.2.name: 'example.com' is an apex: it is never delegated as a whole",
		],
		[
			"a stage has another's name",
			({ nonprod }) => Object.assign(nonprod, { PlatformDomain: "app.example.com" }),
			"nonprod.PlatformDomain: 'app.example.com' is delegated to hostmaster-prod in account 123456789012, not to hostmaster-nonprod in 444455556666",
		],
		[
			"a stage has another's role",
			({ nonprod }) => Object.assign(nonprod, { DelegationRole: role }),
			"nonprod.DelegationRole: the role of 'app.nonprod.example.com' is arn:aws:iam::111122223333:role/hostmaster-delegation-app-nonprod-example-com",
		],
	])("are refused when %s", (_, change, message) => {
		const text = changed(change);
		expect(() => readRegistrar(text)).toThrow(MissingConfiguration);
		expect(() => readRegistrar(text)).toThrow(`${message}`);
		expect(() => readRegistrar(text)).toThrow("Set it in infra/stages.yml.");
	});

	it("are asked for when they are missing", () => {
		expect(() => readRegistrar("")).toThrow(/accounts: .*; registrar: /);
	});
});
