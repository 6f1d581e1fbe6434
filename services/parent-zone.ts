import {
	ChangeResourceRecordSetsCommand,
	GetChangeCommand,
	GetDNSSECCommand,
	InvalidChangeBatch,
	ListHostedZonesByNameCommand,
	ListResourceRecordSetsCommand,
	Route53Client,
} from "@aws-sdk/client-route-53";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { ZoneSigning } from "../domain/chain-of-trust.ts";
import { type DelegationChange, type StandingSet, withNegativeTtl } from "../domain/delegation.ts";
import { HostmasterError } from "../domain/errors.ts";
import { limits } from "../domain/limits.ts";
import { clientDefaults, route53Patience } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";

const sts = new STSClient(clientDefaults);
const own = new Route53Client(route53Patience);

/** What a service says no to, in its own words; the call may be right another day, when somebody has changed something. */
export interface Refusal {
	outcome: "refused";
	because: string;
}

// The least that STS gives: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const sessionSeconds = 900;

/** Route 53 as a role of the registrar's account sees it, for 15 minutes. Throws Throttled, ServiceUnavailable. */
export async function asDelegator(
	roleArn: string,
	session: string,
): Promise<{ outcome: "open"; client: Route53Client } | Refusal> {
	const asked = { RoleArn: roleArn, RoleSessionName: session, DurationSeconds: sessionSeconds };
	const answer = await unlessRefused("STS", () => sts.send(new AssumeRoleCommand(asked)));
	if (answer.outcome === "refused") return answer;
	const { AccessKeyId, SecretAccessKey, SessionToken } = answer.value.Credentials ?? {};
	if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error("STS answered without credentials.");
	const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
	return { outcome: "open", client: new Route53Client({ ...route53Patience, credentials }) };
}

/** Ids of the public zones of this very name; two would mean that nobody can say which one the world asks. Throws Throttled, ServiceUnavailable. */
export async function publicZonesOf(client: Route53Client, name: string): Promise<string[]> {
	const { HostedZones = [] } = await calling("Route 53", () =>
		client.send(new ListHostedZonesByNameCommand({ DNSName: name, MaxItems: 10 })),
	);
	return HostedZones.filter((zone) => zone.Name === `${name}.` && !zone.Config?.PrivateZone).map((zone) =>
		String(zone.Id).replace("/hostedzone/", ""),
	);
}

/** The record set of exactly this name and type; undefined when there is none. Throws Throttled, ServiceUnavailable. */
export async function recordSetOf(
	client: Route53Client,
	zoneId: string,
	{ name, type }: { name: string; type: "NS" | "DS" | "SOA" },
): Promise<StandingSet | undefined> {
	// The list begins at the first set at or after the one that is asked for.
	const start = { StartRecordName: name, StartRecordType: type, MaxItems: 1 };
	const { ResourceRecordSets = [] } = await calling("Route 53", () =>
		client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...start })),
	);
	const found = ResourceRecordSets.find((set) => set.Name === `${name}.` && set.Type === type);
	const values = (found?.ResourceRecords ?? []).map(({ Value = "" }) => Value);
	return found && { ttlSeconds: found.TTL ?? 0, values };
}

/**
 * Writes one record set of a delegation; answers the change's id. An UPSERT is safe to repeat, a DELETE takes away exactly what it
 * names. Throws Throttled, ServiceUnavailable.
 */
export async function changeDelegation(
	client: Route53Client,
	zoneId: string,
	change: DelegationChange,
): Promise<{ outcome: "accepted"; changeId: string } | Refusal> {
	return await changeRecordSet(client, zoneId, change);
}

/** Whether all of Route 53's servers have the change. Throws Throttled, ServiceUnavailable. */
export async function isChangeInSync(client: Route53Client, changeId: string): Promise<boolean> {
	const { ChangeInfo } = await calling("Route 53", () => client.send(new GetChangeCommand({ Id: changeId })));
	return ChangeInfo?.Status === "INSYNC";
}

/**
 * Lets resolvers forget soon that a name of our own zone was missing. Safe to repeat. Answers why it could not be done; throws
 * Throttled, ServiceUnavailable.
 */
export async function lowerNegativeTtl(zoneId: string, name: string): Promise<Refusal | undefined> {
	const soa = await recordSetOf(own, zoneId, { name, type: "SOA" });
	const lowered = soa && withNegativeTtl(soa, limits.negativeAnswerTtl.value);
	if (!soa || lowered === undefined) return undefined;
	const change = { action: "UPSERT", name, type: "SOA", ttlSeconds: soa.ttlSeconds, values: [lowered] } as const;
	const changed = await changeRecordSet(own, zoneId, change);
	return changed.outcome === "refused" ? changed : undefined;
}

/** How a zone of our own is signed. Throws Throttled, ServiceUnavailable. */
export async function signingOf(zoneId: string): Promise<{ outcome: "answered"; value: ZoneSigning } | Refusal> {
	const answer = await unlessRefused("Route 53", () => own.send(new GetDNSSECCommand({ HostedZoneId: zoneId })));
	if (answer.outcome === "refused") return answer;
	const { Status: { ServeSignature, StatusMessage } = {}, KeySigningKeys = [] } = answer.value;
	const keys = KeySigningKeys.map(({ Status = "", DSRecord = "" }) => ({ status: Status, dsRecord: DSRecord }));
	return { outcome: "answered", value: { status: ServeSignature ?? "unknown", detail: StatusMessage, keys } };
}

async function changeRecordSet(
	client: Route53Client,
	zoneId: string,
	{ action, name, type, ttlSeconds, values }: Omit<DelegationChange, "type"> & { type: "NS" | "DS" | "SOA" },
): Promise<{ outcome: "accepted"; changeId: string } | Refusal> {
	const set = { Name: name, Type: type, TTL: ttlSeconds, ResourceRecords: values.map((Value) => ({ Value })) };
	const batch = { Changes: [{ Action: action, ResourceRecordSet: set }] };
	const answer = await unlessRefused("Route 53", () =>
		client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: batch })),
	);
	if (answer.outcome === "refused") return answer;
	const { Id } = answer.value.ChangeInfo ?? {};
	if (!Id) throw new Error("Route 53 answered without a change id.");
	return { outcome: "accepted", changeId: Id.replace("/change/", "") };
}

/** Tells a service's no from what may work later, and from what is a defect of ours. */
async function unlessRefused<T>(
	what: string,
	call: () => Promise<T>,
): Promise<{ outcome: "answered"; value: T } | Refusal> {
	try {
		return { outcome: "answered", value: await calling(what, call) };
	} catch (error) {
		if (error instanceof HostmasterError || !isClientFault(error)) throw error;
		const listed = error instanceof InvalidChangeBatch ? error.messages?.join("; ") : undefined;
		return { outcome: "refused", because: `${error.name}: ${listed || error.message}` };
	}
}

function isClientFault(error: unknown): error is Error {
	return error instanceof Error && "$fault" in error && error.$fault === "client";
}
