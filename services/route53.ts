import {
	ChangeResourceRecordSetsCommand,
	GetChangeCommand,
	InvalidChangeBatch,
	ListResourceRecordSetsCommand,
	type ResourceRecordSet,
	Route53Client,
	Route53ServiceException,
	type RRType,
} from "@aws-sdk/client-route-53";
import { canonicalRecordName, type StandingRecord } from "../domain/standing-records.ts";
import type { ZoneChange } from "../domain/zone-plan.ts";
import { route53Patience } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";

const client = new Route53Client(route53Patience);

/** The hosted zone of every CloudFront distribution, for alias records (https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html). */
const cloudFrontZoneId = "Z2FDTNDATAQYW2";

const routeActions = { upsert: "UPSERT", delete: "DELETE" } as const;

export type ZoneChangeOutcome =
	| { outcome: "accepted"; changeId: string }
	/** Nothing of the batch was done. `culprit`: one of its changes, so that halving finds it; or the whole zone. */
	| { outcome: "refused"; culprit: "change" | "zone"; because: string };

/**
 * Writes all records of the changes in one atomic batch. An UPSERT is safe to repeat. A DELETE is not: Route 53 refuses one whose record
 * is gone or differs in anything (https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html), so that it
 * can never take away what somebody else has put there. Throws Throttled, ServiceUnavailable.
 */
export async function writeRecords(zoneId: string, changes: readonly ZoneChange[]): Promise<ZoneChangeOutcome> {
	try {
		const { ChangeInfo } = await calling("Route 53", () =>
			client.send(
				new ChangeResourceRecordSetsCommand({
					HostedZoneId: zoneId,
					ChangeBatch: {
						Changes: changes.flatMap(({ action, records }) =>
							records.map(({ name, type, aliasTarget }) => ({
								Action: routeActions[action],
								ResourceRecordSet: {
									Name: name,
									Type: type,
									AliasTarget: {
										DNSName: aliasTarget,
										HostedZoneId: cloudFrontZoneId,
										// A distribution's health cannot be evaluated; CloudFront aliases must say false.
										EvaluateTargetHealth: false,
									},
								},
							})),
						),
					},
				}),
			),
		);
		if (!ChangeInfo?.Id) throw new Error("Route 53 answered without a change id.");
		return { outcome: "accepted", changeId: ChangeInfo.Id.replace("/change/", "") };
	} catch (error) {
		const refusal = refusalIn(error);
		if (!refusal) throw error;
		return { outcome: "refused", ...refusal };
	}
}

// What Route 53 says of records. AccessDenied: IAM looks at their names, so it may be about one of them. Whatever else it says (of
// credentials, of clocks) is about the call, and the changes go on waiting.
const culprits: Partial<Record<string, "change" | "zone">> = {
	InvalidChangeBatch: "change",
	InvalidInput: "change",
	AccessDenied: "change",
	AccessDeniedException: "change",
	NoSuchHostedZone: "zone",
	LimitsExceeded: "zone",
};

function refusalIn(error: unknown): { culprit: "change" | "zone"; because: string } | undefined {
	const culprit = error instanceof Route53ServiceException ? culprits[error.name] : undefined;
	if (!culprit || !(error instanceof Error)) return undefined;
	// Some answers list their messages, others put the list into the one message (https://github.com/aws/aws-sdk-js-v3/issues/1824).
	const listed = error instanceof InvalidChangeBatch ? error.messages?.join("; ") : undefined;
	return { culprit, because: `${error.name}: ${listed || error.message}` };
}

/** Where a page of records begins: a name and type in Route 53's spelling and order, or the first at or after them. */
export interface RecordPosition {
	name: string;
	type?: RRType | undefined;
	/** Of one of several sets of that name and type. */
	identifier?: string | undefined;
}

/** Some of a zone's records, in Route 53's order (by reversed labels, then type); without `next` they are the last. */
export interface RecordPage {
	records: StandingRecord[];
	next: RecordPosition | undefined;
}

/**
 * Up to 300 records as they stand by now, also those that are not on all name servers yet. One request; the caller paces them by `spend`.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html Throws Throttled, ServiceUnavailable.
 */
export async function listRecords(zoneId: string, from?: RecordPosition): Promise<RecordPage> {
	const page = await calling("Route 53", () =>
		client.send(
			new ListResourceRecordSetsCommand({
				HostedZoneId: zoneId,
				StartRecordName: from?.name,
				StartRecordType: from?.type,
				StartRecordIdentifier: from?.identifier,
			}),
		),
	);
	const { IsTruncated, NextRecordName: name, NextRecordType: type, NextRecordIdentifier: identifier } = page;
	// An end that is none would make the rest of the zone look gone.
	if (IsTruncated && !name) throw new Error("Route 53 has more records and does not say where they begin.");
	return {
		records: (page.ResourceRecordSets ?? []).map(standingRecord),
		next: IsTruncated && name ? { name, type, identifier } : undefined,
	};
}

function standingRecord({ Name, Type, TTL, AliasTarget, ResourceRecords, SetIdentifier }: ResourceRecordSet) {
	return {
		name: canonicalRecordName(Name ?? ""),
		type: Type ?? "",
		aliasTarget: AliasTarget && canonicalRecordName(AliasTarget.DNSName ?? ""),
		values: (ResourceRecords ?? []).map(({ Value = "" }) => Value),
		ttl: TTL,
		setIdentifier: SetIdentifier,
	};
}

/** True once the change is on all of Route 53's name servers. */
export async function isInSync(changeId: string): Promise<boolean> {
	const { ChangeInfo } = await calling("Route 53", () => client.send(new GetChangeCommand({ Id: changeId })));
	return ChangeInfo?.Status === "INSYNC";
}
