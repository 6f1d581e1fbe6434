import { ChangeResourceRecordSetsCommand, InvalidChangeBatch } from "@aws-sdk/client-route-53";
import { recordsOf, type ZoneAction } from "../../../domain/zone-plan.ts";
import { handler } from "../../../functions/queue/write-zone-changes.ts";
import { readCheck } from "../../../services/waits.ts";
import { requestChange } from "../../../services/zone-changes.ts";
import { aCloud } from "../../builders/a-cloud.ts";
import { aClaim, aWait } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

export const down = Object.assign(new Error("down"), { $fault: "server" });
export const ring = () => handler(sqsEvent({ version: 1, zoneId: "Z1" }));
export const nameOf = (at: number) => `t${String(at).padStart(3, "0")}.app.example.com`;
export const tokenOf = (at: number) => `token-${at}`;
export const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;

interface Asked {
	generation: number;
	/** Epoch ms. */
	since: number;
	action: ZoneAction;
	/** Whose records it is about. */
	names: string[];
}

/** A cloud with the zone Z1, whose Route 53 takes every batch but those with a bad name in them. */
export async function aZone() {
	const cloud = await aCloud();
	const zone = {
		cloud,
		/** Hostnames of each batch that Route 53 was asked for. */
		batches: [] as string[][], // empty here, so that its type has to be said
		bad: new Set<string>(),
		/** What Route 53 says of a batch with a bad name in it. */
		refusalOf: (name: string | undefined): Error =>
			new InvalidChangeBatch({ $metadata: {}, message: "no", messages: [`${name}?`] }),
		/** What happens while Route 53 answers. */
		meanwhile: (): unknown => undefined,
	};
	const { refusalOf } = zone;

	async function reset(): Promise<void> {
		await cloud.reset();
		Object.assign(zone, { batches: [], bad: new Set(), refusalOf, meanwhile: () => undefined });
		cloud.route53.on(ChangeResourceRecordSetsCommand).callsFake(async (input) => {
			const names: string[] = input.ChangeBatch.Changes.map(
				(change: { ResourceRecordSet: { Name: string } }) => change.ResourceRecordSet.Name,
			);
			zone.batches.push([...new Set(names)]);
			await zone.meanwhile();
			const refused = names.filter((name) => zone.bad.has(name));
			if (refused.length > 0) throw zone.refusalOf(refused[0]);
			return { ChangeInfo: { Id: `/change/C${zone.batches.length}` } };
		});
	}

	async function ask(
		at: number,
		{ generation = 7, since = minutesAgo(1), action = "upsert", names = [nameOf(at)] }: Partial<Asked> = {},
	): Promise<void> {
		const hostname = nameOf(at);
		const requestedAt = new Date(since + at).toISOString();
		const wait = aWait({ taskToken: tokenOf(at), execution: `e-${at}`, hostname, generation });
		const records = names.flatMap((name) => recordsOf(name, "d1.cloudfront.net"));
		await requestChange("Z1", { hostname, generation, action, records, wait, requestedAt });
	}

	/** `count` hostnames, each with its claim and a change that waits. */
	async function holds(count: number): Promise<number[]> {
		const all = Array.from({ length: count }, (_, at) => at);
		for (const at of all) {
			await cloud.hold({ claim: aClaim({ hostname: nameOf(at) }) });
			await ask(at);
		}
		return all;
	}

	/** Tokens of the tasks that are parked on a change. */
	const parkedOn = async (changeId: string) =>
		(await readCheck({ kind: "route53-change", subject: changeId }))?.waits.map(({ taskToken }) => taskToken).sort();

	return Object.assign(zone, { reset, ask, holds, parkedOn });
}
export type Zone = Awaited<ReturnType<typeof aZone>>;
