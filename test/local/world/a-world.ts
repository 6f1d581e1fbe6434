import { Resolver } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Route53Client } from "@aws-sdk/client-route-53";
import { STSClient } from "@aws-sdk/client-sts";
import { type Account, openAccount } from "../../../local/account.ts";
import { realClock } from "../../../local/clock.ts";
import { deployInto, packagedCode } from "../../../local/cloud.ts";
import { accounts, awsEndpoint, region, surroundingsOf } from "../../../local/laptop.ts";
import { freeWorldPorts } from "../../../local/world/world-ports.ts";
import { placeOf, startWorld } from "../../../local/world.ts";

type AccountName = keyof typeof accounts;

/** Access to one account, by its own key or by what a role was given. */
export interface Access {
	accessKeyId: string;
	secretAccessKey: string;
	sessionToken?: string;
}

/**
 * A world with its three accounts in this process: those of the environments, which `npm start` gives processes of their own, too. What
 * functions themselves ask of AWS, they ask of the last of `environments`, since they share the process's environment.
 */
export async function aWorld(environments: readonly ("nonprod" | "prod")[] = ["nonprod", "prod"]) {
	const directory = mkdtempSync(join(tmpdir(), "hostmaster-world-"));
	const ports = await freeWorldPorts(join(directory, "ports.json"));
	const world = await startWorld({ directory, environments: [], ports, insyncDelayMs: 0, say: () => {} });
	const openEnvironment = async (name: "nonprod" | "prod"): Promise<Account> => {
		const account = await openAccount({
			...packagedCode,
			...{ directory: join(directory, name), ports: ports[name], clock: realClock, insyncDelayMs: 0 },
			...{ caller: { accountId: accounts[name], region }, place: placeOf(name, ports) },
			demoOriginHost: surroundingsOf(name).demoOriginHost,
		});
		account.start();
		return account;
	};
	const opened = new Map<AccountName, Account>([["registrar", world.registrar]]);
	const open = new Set<string>(environments);
	for (const name of environments) opened.set(name, await openEnvironment(name));
	const account = (name: AccountName): Account => {
		const found = opened.get(name);
		if (!found) throw new Error(`There is no account ${name} in this world.`);
		return found;
	};
	const resolver = new Resolver({ tries: 1, timeout: 5_000 });
	const [first] = world.endpoints.resolvers;
	resolver.setServers([`${first?.host}:${first?.port}`]);

	return {
		account,
		ports,
		registrations: world.registrations,
		resolver,
		/** Resolvers forget what they know. */
		flush: () => fetch(`${awsEndpoint(ports.registrar)}/_local/flush`, { method: "POST", body: "{}" }),
		deploy: (name: AccountName, resources: Record<string, unknown>, stackName = "world") =>
			deployInto(account(name), { stackName, template: JSON.stringify({ Resources: resources }), parameters: {} }),
		/** A client at an account's endpoint; by the account's own key unless told. */
		clients(at: AccountName, access: Access = { accessKeyId: `LOCAL${accounts[at]}`, secretAccessKey: "local" }) {
			const config = { endpoint: awsEndpoint(ports[at]), region, credentials: access, maxAttempts: 1 };
			return { route53: new Route53Client(config), sts: new STSClient(config) };
		},
		/** Ends an environment, as when its process dies. */
		async end(name: "nonprod" | "prod") {
			if (!open.delete(name)) return;
			await account(name).close();
		},
		async close() {
			for (const name of environments) if (open.has(name)) await account(name).close();
			await world.close();
			rmSync(directory, { recursive: true, force: true });
		},
	};
}
export type World = Awaited<ReturnType<typeof aWorld>>;

/** A role with one policy. */
export function aRole(RoleName: string, trust: object[], statements: object[]) {
	const policy = (Statement: object[]) => ({ Version: "2012-10-17", Statement });
	const Policies = [{ PolicyName: "own", PolicyDocument: policy(statements) }];
	return {
		Type: "AWS::IAM::Role",
		Properties: { RoleName, AssumeRolePolicyDocument: policy(trust), Policies: statements.length > 0 ? Policies : [] },
	};
}

/** A function that does nothing; tests speak in its name. */
export function aFunction(FunctionName: string, Role: unknown) {
	return { Type: "AWS::Lambda::Function", Properties: { FunctionName, Handler: "none.handler", Role } };
}

/** A statement that lets Lambda assume a role. */
export const byLambda = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };

export function aZone(Name: string) {
	return { Type: "AWS::Route53::HostedZone", Properties: { Name } };
}
