import { platformDomain } from "../laptop.ts";
import { type Client, eventually } from "./client.ts";
import type { Viewer } from "./viewer.ts";

/** HTTP statuses that a viewer saw at the edge, with SNI, after each chapter of a tenant's life. */
export interface Life {
	suspended: number;
	resumed: number;
	/** Of the former name. */
	renamed: number;
	released: number;
}

/** What each chapter must look like: forbidden, served, moved for good, gone. */
export const lifeAsItMustBe: Life = { suspended: 403, resumed: 200, renamed: 308, released: 410 };

/** Leads an active tenant through the rest of its life; the edge is given the time that it promises. */
export async function liveThrough(
	{ tenantId, slug }: { tenantId: string; slug: string },
	client: Client,
	viewer: Viewer,
	say: (line: string) => void,
	deadlineMs: number,
): Promise<Life> {
	const follow = async (title: string, { operation }: { operation: { operationId: string } }) => {
		say(`\n${title}: operation ${operation.operationId}`);
		const ended = await client.follow(operation.operationId, deadlineMs, (step) =>
			say(`  ${slug.padEnd(8)} ${step} done`),
		);
		if (ended.status !== "succeeded") throw new Error(`${title} should have succeeded and is ${ended.status}.`);
	};
	/** The status once it is as it must be, else the last one seen: the edge may know for ten seconds what was before. */
	const seen = async (name: string, expected: number) => {
		let status = 0;
		const ask = async () => {
			({ status } = await viewer.open(`${name}.${platformDomain}`));
			return status === expected ? status : undefined;
		};
		await eventually(`${expected} of ${name}`, deadlineMs, ask).catch(() => undefined);
		say(`  ${name.padEnd(8)} HTTPS ${status}`);
		return status;
	};
	const path = `/v1/tenants/${tenantId}`;
	const key = (what: string) => `demo-${slug}-${what}`;
	await follow(
		`POST ${path}/suspend`,
		await client.change(tenantId, "suspend", { reason: "Invoice 7 is overdue" }, key("s")),
	);
	const suspended = await seen(slug, lifeAsItMustBe.suspended);
	await follow(
		`POST ${path}/resume`,
		await client.change(tenantId, "resume", { reason: "Invoice 7 is paid" }, key("r")),
	);
	const resumed = await seen(slug, lifeAsItMustBe.resumed);
	const next = `${slug}-inc`;
	await follow(`POST ${path}/rename`, await client.change(tenantId, "rename", { slug: next }, key("n")));
	const renamed = await seen(slug, lifeAsItMustBe.renamed);
	await follow(`DELETE ${path}`, await client.remove(tenantId));
	const released = await seen(next, lifeAsItMustBe.released);
	return { suspended, resumed, renamed, released };
}
