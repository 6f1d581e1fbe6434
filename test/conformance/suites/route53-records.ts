import {
	type Change,
	type ChangeAction,
	ChangeResourceRecordSetsCommand,
	CreateHostedZoneCommand,
	DeleteHostedZoneCommand,
	ListResourceRecordSetsCommand,
	type ResourceRecordSet,
	type RRType,
} from "@aws-sdk/client-route-53";
import { type Stage, there } from "../check.ts";

/** A hosted zone of a check's own, and how to write and read it. */
export interface ZoneInHand {
	id: string;
	/** Apex, without a dot at its end. */
	name: string;
	nameServers: string[];
	change(...changes: Change[]): Promise<string>;
	list(from?: { name: string; type?: RRType; max?: number }): Promise<ResourceRecordSet[]>;
	/** The sets of a name, given as Route 53 prints it. */
	at(printed: string): Promise<ResourceRecordSet[]>;
}

/** Makes a zone under the run's own; it goes with all that is in it. */
export async function aZone(stage: Stage): Promise<ZoneInHand> {
	const { route53 } = stage.clients;
	const name = stage.hostname();
	const made = await route53.send(new CreateHostedZoneCommand({ Name: name, CallerReference: stage.unique("zone") }));
	const id = there(made.HostedZone?.Id, "the zone's id");
	const change: ZoneInHand["change"] = async (...Changes) => {
		const asked = new ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch: { Changes } });
		return there((await route53.send(asked)).ChangeInfo?.Id, "the change's id");
	};
	const list: ZoneInHand["list"] = async (from) => {
		const StartRecord = from && { StartRecordName: from.name, StartRecordType: from.type, MaxItems: from.max };
		const { ResourceRecordSets } = await route53.send(
			new ListResourceRecordSetsCommand({ HostedZoneId: id, ...StartRecord }),
		);
		return ResourceRecordSets ?? [];
	};
	stage.defer(async () => {
		const beyond = (await list()).filter(({ Type }) => Type !== "NS" && Type !== "SOA");
		if (beyond.length > 0) await change(...beyond.map((set): Change => ({ Action: "DELETE", ResourceRecordSet: set })));
		await route53.send(new DeleteHostedZoneCommand({ Id: id }));
	});
	return {
		...{ id, name, nameServers: made.DelegationSet?.NameServers ?? [] },
		...{ change, list },
		at: async (printed) => (await list()).filter(({ Name }) => Name === printed),
	};
}

/** A change of a plain record set with a TTL of 60 s. */
export function records(Action: ChangeAction, Name: string, Type: RRType, ...values: string[]): Change {
	return {
		Action,
		ResourceRecordSet: { Name, Type, TTL: 60, ResourceRecords: values.map((Value) => ({ Value })) },
	};
}
