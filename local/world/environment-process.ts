import { rmSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { type Account, openAccount } from "../account.ts";
import { realClock } from "../clock.ts";
import { packagedCode } from "../cloud.ts";
import { addressOfSlot } from "../dns/name-servers.ts";
import { endpointsOf } from "../endpoints.ts";
import { apexDomain, delegationRole, laptopParameters, region, surroundingsOf } from "../laptop.ts";
import { collectSooner } from "../memory.ts";
import { writeWhole } from "../whole-file.ts";
import { type News, type Order, orderSchema } from "./messages.ts";

/** One environment of a world: an account of its own, empty until somebody deploys into it. Ends when the world's process does. */
async function main(): Promise<void> {
	collectSooner();
	const order = orderSchema.parse(JSON.parse(argv[2] ?? ""));
	let account: Account | undefined;
	// Told by the channel's end, which also comes when the world's process is killed. Ctrl-C reaches the whole group: it is the world's to act on it.
	process.once("disconnect", () => void end(order, account));
	process.on("SIGINT", () => {});
	account = await openEnvironment(order);
	account.stacks.listen(({ type, status }) => {
		if (type === "AWS::CloudFront::Distribution" && status.endsWith("_COMPLETE")) tellDistributions(account);
	});
	tellDistributions(account);
	await writeEndpoints(order, account);
	tell({ kind: "ready", platformDomain: surroundingsOf(order.name).platformDomain });
}

async function openEnvironment({ name, accountId, directory, ports, place, ...options }: Order): Promise<Account> {
	const account = await openAccount({
		...packagedCode,
		...{ directory, ports, place, clock: realClock, caller: { accountId, region } },
		...{ demoOriginHost: surroundingsOf(name).demoOriginHost, ...options },
	});
	await account.stacks.restore();
	account.start();
	return account;
}

/** Once everything answers. */
async function writeEndpoints({ name, accountId, directory, ports, place }: Order, account: Account): Promise<void> {
	const surroundings = surroundingsOf(name);
	const { authority, tokens } = account;
	const reachable = { ports, tokens, authorityFile: authority.certificateFile };
	const endpoints = {
		...(await endpointsOf(reachable, surroundings, addressOfSlot(place.slot))),
		...{ environment: name, accountId, apexDomain },
		nameServer: { host: addressOfSlot(place.slot), port: ports.dns },
		// What a deployment into this account has to set, since it is on a laptop.
		parameters: {
			...laptopParameters(ports, authority.certificatePem, surroundings),
			...{ ApexDomain: apexDomain, DelegationRole: delegationRole(surroundings.platformDomain) },
		},
	};
	writeWhole(join(directory, "endpoints.json"), endpoints);
}

function tellDistributions(account: Account | undefined): void {
	const rows = account?.stacks.list().flatMap(({ name }) => account.stacks.resources(name)) ?? [];
	const names = rows.flatMap(({ type, physical }) =>
		type === "AWS::CloudFront::Distribution" ? (physical.attributes?.["DomainName"] ?? []) : [],
	);
	tell({ kind: "distributions", names });
}

function tell(news: News): void {
	if (process.connected) process.send?.(news);
}

async function end({ directory }: Order, account: Account | undefined): Promise<void> {
	await account?.close();
	// Last: whoever starts next waits for the process that it names, which holds the data until here.
	rmSync(join(directory, "endpoints.json"), { force: true });
	process.exit(0);
}

try {
	await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
}
