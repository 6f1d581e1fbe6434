import {
	ChangeResourceRecordSetsCommand,
	type ChangeResourceRecordSetsCommandInput,
	InvalidChangeBatch,
	ListResourceRecordSetsCommand,
	type ListResourceRecordSetsCommandInput,
} from "@aws-sdk/client-route-53";
import type { Intent } from "../../../domain/conditions.ts";
import { virtualClock } from "../../../local/clock.ts";
import { cloudFrontZoneId } from "../../../local/route53/batch.ts";
import { normalizedName, printedName, sortKey } from "../../../local/route53/names.ts";
import { type Change, type RecordSet, recordSetSchema } from "../../../local/route53/record-set.ts";
import { createRoute53 } from "../../../local/route53/route53.ts";
import { openStore } from "../../../local/store.ts";
import { aClaim, platformDomain } from "../../builders/entities.ts";
import { nameOf, type Zone } from "./a-zone.ts";

/** An alias as ours are, to our distribution unless told otherwise. */
export function anAlias(name: string, type: RecordSet["type"], target = "d1.cloudfront.net"): RecordSet {
	const alias = { dnsName: normalizedName(target), hostedZoneId: cloudFrontZoneId, evaluateTargetHealth: false };
	return { name, type, alias };
}

/** Lets Z1 be a zone of the embedded Route 53, which refuses, deletes and lists; one record a page, so that every list has pages. */
export function withRecords(zone: Zone) {
	const store = openStore(":memory:");
	const caller = { accountId: "222222222222", region: "us-east-1" };
	const route53 = createRoute53({ store, clock: virtualClock(Date.now()), caller });
	const { id } = route53.createZone(platformDomain);
	const { cloud } = zone;
	/** `DELETE A t000`, in the order of the batch, for each batch that Route 53 was asked for. */
	const batches: string[][] = [];
	/** Lets answers of Route 53 get lost after it has done what it was asked for. */
	const lost = { answers: 0 };
	cloud.route53.on(ChangeResourceRecordSetsCommand).callsFake(async (input: ChangeResourceRecordSetsCommandInput) => {
		const changes = (input.ChangeBatch?.Changes ?? []).map((change): Change => {
			const { Name = "", Type, AliasTarget: target } = change.ResourceRecordSet ?? {};
			const alias = anAlias(normalizedName(Name), "A", target?.DNSName);
			return { action: change.Action ?? "UPSERT", set: recordSetSchema.parse({ ...alias, type: Type }) };
		});
		batches.push(changes.map(({ action, set }) => `${action} ${set.type} ${set.name.split(".")[0]}`));
		await zone.meanwhile();
		const change = accepted(() => route53.change(id, changes));
		if (lost.answers-- > 0) throw Object.assign(new Error("lost"), { $fault: "server" });
		return { ChangeInfo: { Id: `/change/${change}` } };
	});
	cloud.route53.on(ListResourceRecordSetsCommand).callsFake((input: ListResourceRecordSetsCommandInput) => {
		const order = (name: string, type: string) => `${sortKey(normalizedName(name))} ${type}`;
		const from = order(input.StartRecordName ?? platformDomain, input.StartRecordType ?? "");
		const [first, next] = route53.records(id).filter(({ name, type }) => order(name, type) >= from);
		return {
			ResourceRecordSets: first ? [printed(first)] : [],
			IsTruncated: next !== undefined,
			...(next && { NextRecordName: printedName(next.name), NextRecordType: next.type }),
		};
	});
	/** A hostname with a claim and both of its records. */
	async function stands(at: number, intent: Intent = "remove"): Promise<void> {
		await cloud.hold({ claim: aClaim({ hostname: nameOf(at), intent }) });
		for (const type of ["A", "AAAA"] as const) route53.setRecord(anAlias(nameOf(at), type));
	}
	/** Hostnames that leave, each with a delete that waits. */
	async function leaving(count: number): Promise<void> {
		for (let at = 0; at < count; at++) {
			await stands(at);
			await zone.ask(at, { action: "delete" });
		}
	}
	/** Everything below the zone's apex: `A t000`. */
	const left = () => {
		const below = route53.records(id).filter(({ name }) => name !== `${platformDomain}.`);
		return below.map(({ name, type }) => `${type} ${name.split(".")[0]}`);
	};
	return { route53, batches, lost, stands, leaving, left, close: () => store.close() };
}

function accepted(change: () => string): string {
	try {
		return change();
	} catch (error) {
		throw new InvalidChangeBatch({ $metadata: {}, message: error instanceof Error ? error.message : "" });
	}
}

function printed(set: RecordSet) {
	const head = { Name: printedName(set.name), Type: set.type };
	if ("alias" in set) return { ...head, AliasTarget: { DNSName: set.alias.dnsName } };
	return { ...head, TTL: set.ttlSeconds, ResourceRecords: set.values.map((Value) => ({ Value })) };
}
