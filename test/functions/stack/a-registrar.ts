import {
	ChangeResourceRecordSetsCommand,
	type ChangeResourceRecordSetsCommandInput,
	GetChangeCommand,
	GetDNSSECCommand,
	InvalidChangeBatch,
	InvalidInput,
	ListHostedZonesByNameCommand,
	ListResourceRecordSetsCommand,
	type ResourceRecordSet,
	Route53Client,
} from "@aws-sdk/client-route-53";
import { AssumeRoleCommand, STSClient, STSServiceException } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import type { Question } from "dns-packet";
import { vi } from "vitest";
import { setEnvironment } from "../../builders/a-cloud.ts";
import { addressOf, aNameServer, caaOf, nsOf, type Said, soaOf } from "../../builders/a-name-server.ts";
import { anAnswerUrl } from "../../builders/an-answer-url.ts";

export const name = "app.example.com";
export const servers = ["ns-1.awsdns-00.com", "ns-2.awsdns-00.net"];
export const role = "arn:aws:iam::111111111111:role/hostmaster-delegation-app-example-com";
const apexZone = "ZAPEX";

/** What is broken in the world, and for how long, counted in looks. */
export interface Faults {
	/** STS refuses so often. */
	refusedEntries: number;
	/** Zones of the apex in the registrar's account. */
	apexZones: string[];
	/** Route 53 refuses to write in this zone. */
	readOnly: string | undefined;
	/** Changes are PENDING at so many looks. */
	pendingLooks: number;
	/** What resolvers find instead of the zone's servers, and which resolvers. */
	seen: Partial<Record<string, string[]>>;
	/** So many answers they give from memory, before they find what there is. */
	staleAnswers: number;
	/** A name server that does not know the zone. */
	lame: string | undefined;
	/** Route 53 is throttled at so many calls. */
	throttledCalls: number;
	/** How the delegated zone is signed, and the DS of its active keys; undefined: its role may not ask. */
	signing: { status: string; keys: string[] } | undefined;
	/** CAA by name; a name that is `undefined` here cannot be asked for. */
	caa: Record<string, string | undefined>;
}

const addresses: Record<string, string> = { "ns-1.awsdns-00.com": "127.0.0.11", "ns-2.awsdns-00.net": "127.0.0.12" };

/** The registrar's account, the delegated zone, and a world that asks both; SDK clients are mocked, DNS is real, time is virtual. */
export async function aRegistrar() {
	vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-01T00:00:00Z") });
	const faults: Faults = {
		...{ refusedEntries: 0, apexZones: [apexZone], readOnly: undefined, pendingLooks: 1, seen: {}, lame: undefined },
		...{ staleAnswers: 10_000, throttledCalls: 0, caa: {} },
		signing: { status: "NOT_SIGNING", keys: [] },
	};
	const sets = new Map<string, ResourceRecordSet>();
	const changes: string[] = [];
	const asked: string[] = [];
	const keyOf = (zone: string | undefined, of: string | undefined, type: string | undefined) =>
		`${zone} ${of?.replace(/\.$/, "")} ${type}`;
	const put = (zone: string, type: "NS" | "DS" | "SOA", TTL: number, values: readonly string[]) =>
		sets.set(keyOf(zone, name, type), {
			...{ Name: `${name}.`, Type: type, TTL },
			ResourceRecords: values.map((Value) => ({ Value })),
		});
	put("ZOWN", "SOA", 900, ["ns-1.x. a.x. 1 7200 900 1209600 86400"]);
	/** `TTL values` of what stands for the delegated name in the apex zone. */
	const standing = (type: "NS" | "DS") => {
		const set = sets.get(keyOf(apexZone, name, type));
		return set && `${set.TTL} ${(set.ResourceRecords ?? []).map(({ Value }) => Value).join(",")}`;
	};

	const route53 = mockClient(Route53Client);
	const sts = mockClient(STSClient);
	const unlessThrottled = <T>(answer: () => T): T => {
		if (faults.throttledCalls-- <= 0) return answer();
		throw Object.assign(new Error("Rate exceeded"), { name: "Throttling", $metadata: { httpStatusCode: 400 } });
	};
	sts.on(AssumeRoleCommand).callsFake(({ RoleArn }: { RoleArn: string }) => {
		asked.push(`assume ${RoleArn}`);
		if (faults.refusedEntries-- > 0) {
			const denied = { name: "AccessDenied", message: "not authorized", $fault: "client", $metadata: {} } as const;
			throw new STSServiceException(denied);
		}
		return { Credentials: { AccessKeyId: "ASIA1", SecretAccessKey: "s", SessionToken: "t", Expiration: new Date(0) } };
	});
	route53.on(ListHostedZonesByNameCommand).callsFake(({ DNSName }: { DNSName: string }) => ({
		HostedZones: faults.apexZones.map((id) => ({
			...{ Id: `/hostedzone/${id}`, Name: `${DNSName}.`, CallerReference: id, Config: { PrivateZone: false } },
		})),
	}));
	route53
		.on(ListResourceRecordSetsCommand)
		.callsFake(({ HostedZoneId, StartRecordName, StartRecordType }: Record<string, string>) =>
			unlessThrottled(() => {
				const found = sets.get(keyOf(HostedZoneId, StartRecordName, StartRecordType));
				return { ResourceRecordSets: found ? [found] : [] };
			}),
		);
	route53
		.on(ChangeResourceRecordSetsCommand)
		.callsFake(({ HostedZoneId, ChangeBatch }: ChangeResourceRecordSetsCommandInput) =>
			unlessThrottled(() => {
				const { Action, ResourceRecordSet: set } = ChangeBatch?.Changes?.[0] ?? {};
				const key = keyOf(HostedZoneId, set?.Name, set?.Type);
				changes.push(`${Action} ${key} ${set?.TTL}`);
				if (HostedZoneId === faults.readOnly) throw new InvalidChangeBatch({ $metadata: {}, message: "not allowed" });
				if (Action === "DELETE") sets.delete(key);
				else if (set) sets.set(key, { ...set, Name: `${set.Name}.` });
				return { ChangeInfo: { Id: `/change/C${changes.length}`, Status: "PENDING", SubmittedAt: new Date(0) } };
			}),
		);
	route53.on(GetDNSSECCommand).callsFake(() => {
		if (!faults.signing) throw new InvalidInput({ $metadata: {}, message: "not allowed" });
		const { status, keys } = faults.signing;
		return {
			Status: { ServeSignature: status },
			KeySigningKeys: keys.map((DSRecord) => ({ Status: "ACTIVE", DSRecord })),
		};
	});
	let looks = 0;
	route53.on(GetChangeCommand).callsFake(() => {
		asked.push("in sync?");
		return {
			ChangeInfo: { Id: "C", Status: looks++ < faults.pendingLooks ? "PENDING" : "INSYNC", SubmittedAt: new Date(0) },
		};
	});

	const resolver =
		(host: string) =>
		({ name: of, type }: Question): Said => {
			if (type === "NS") {
				asked.push(`${host}: NS?`);
				const standing = (sets.get(keyOf(apexZone, of, "NS"))?.ResourceRecords ?? []).map(({ Value = "" }) => Value);
				const remembered = faults.staleAnswers > 0 ? faults.seen[host] : undefined;
				if (remembered) faults.staleAnswers--;
				return { answers: nsOf(of, remembered ?? standing) };
			}
			if (type === "A") return { answers: addressOf(of, addresses[of] ?? "127.0.0.99") };
			if (of in faults.caa && faults.caa[of] === undefined) return { rcode: "SERVFAIL" };
			const value = faults.caa[of];
			return { answers: value === undefined ? [] : caaOf(of, value) };
		};
	const first = await aNameServer(resolver("127.0.0.1"), { host: "127.0.0.1" });
	const { port } = first;
	const running = [first, await aNameServer(resolver("127.0.0.2"), { host: "127.0.0.2", port })];
	for (const [server, host] of Object.entries(addresses)) {
		const says = (): Said =>
			faults.lame === server ? { rcode: "REFUSED" } : { authoritative: true, answers: soaOf(name) };
		running.push(await aNameServer(says, { host, port }));
	}
	setEnvironment({ RESOLVERS: `127.0.0.1:${port},127.0.0.2:${port}`, NAME_SERVER_PORT: String(port) });
	const url = await anAnswerUrl();
	let requests = 0;

	return {
		...{ faults, changes, asked, put, delegation: () => standing("NS"), ds: () => standing("DS") },
		soa: () => sets.get(keyOf("ZOWN", name, "SOA"))?.ResourceRecords?.[0]?.Value,
		/** Seconds since the world began. */
		elapsedSeconds: () => (Date.now() - Date.parse("2026-11-01T00:00:00Z")) / 1_000,
		/** An event as CloudFormation sends it, and a look at what it is answered. */
		async ask(
			handler: (event: unknown) => Promise<void>,
			RequestType: "Create" | "Update" | "Delete",
			more: { PhysicalResourceId?: string; ResourceProperties?: Record<string, unknown> } = {},
		) {
			requests++;
			await handler({
				...{ RequestType, ResponseURL: url.url, StackId: "arn:stack", RequestId: `r-${requests}` },
				...{ ResourceType: "Custom::Delegation", LogicalResourceId: "Delegation" },
				...(more.PhysicalResourceId !== undefined && { PhysicalResourceId: more.PhysicalResourceId }),
				ResourceProperties: {
					...{ ServiceToken: "arn:function", Name: name, Apex: "example.com", ZoneId: "ZOWN" },
					...{ NameServers: servers, Role: role },
					...more.ResourceProperties,
				},
			});
			const answer = url.answers.at(-1);
			if (url.answers.length !== requests || !answer) throw new Error("There was no answer.");
			const { Status, Reason, PhysicalResourceId } = answer;
			return { status: Status, reason: Reason, id: PhysicalResourceId };
		},
		async close() {
			vi.useRealTimers();
			route53.restore();
			sts.restore();
			await Promise.all([url.close(), ...running.map((server) => server.close())]);
		},
	};
}
export type Registrar = Awaited<ReturnType<typeof aRegistrar>>;
