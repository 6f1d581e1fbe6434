import {
	ChangeResourceRecordSetsCommand,
	GetChangeCommand,
	InvalidChangeBatch,
	Route53Client,
	Route53ServiceException,
} from "@aws-sdk/client-route-53";
import type { ZoneChange } from "../domain/zone-plan.ts";
import { route53Patience } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";

const client = new Route53Client(route53Patience);

/** The hosted zone of every CloudFront distribution, for alias records (https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html). */
const cloudFrontZoneId = "Z2FDTNDATAQYW2";

export type ZoneChangeOutcome =
	| { outcome: "accepted"; changeId: string }
	/** Nothing of the batch was done. `culprit`: one of its changes, so that halving finds it; or the whole zone. */
	| { outcome: "refused"; culprit: "change" | "zone"; because: string };

/** Writes all records of the changes in one atomic batch of UPSERTs. Safe to repeat. Throws Throttled, ServiceUnavailable. */
export async function upsertRecords(zoneId: string, changes: readonly ZoneChange[]): Promise<ZoneChangeOutcome> {
	try {
		const { ChangeInfo } = await calling("Route 53", () =>
			client.send(
				new ChangeResourceRecordSetsCommand({
					HostedZoneId: zoneId,
					ChangeBatch: {
						Changes: changes.flatMap(({ records }) =>
							records.map(({ name, type, aliasTarget }) => ({
								Action: "UPSERT" as const,
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

/** True once the change is on all of Route 53's name servers. */
export async function isInSync(changeId: string): Promise<boolean> {
	const { ChangeInfo } = await calling("Route 53", () => client.send(new GetChangeCommand({ Id: changeId })));
	return ChangeInfo?.Status === "INSYNC";
}
