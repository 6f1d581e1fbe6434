import { dueDeliveries } from "../../services/webhook-deliveries.ts";
import { sendDelivery } from "../../services/webhooks-queue.ts";
import { settleAll } from "../settle-all.ts";

/** A round begins no page after so long; the next round sends the rest. */
export const workMs = 15_000;
const pageSize = 100;
/** As many as the SDK has connections. */
const sentAtOnce = 50;
/** An attempt with a message of its own has been made or taken by then, so that it is not sent for once more. */
const graceMs = 60_000;

/** Once a minute: asks for the attempts that are overdue, because their message was lost or they lay too far ahead for one. */
export async function handler(): Promise<void> {
	const startedAt = Date.now();
	const before = new Date(startedAt - graceMs).toISOString();
	const failures: unknown[] = [];
	let after: Record<string, unknown> | undefined;
	do {
		const page = await dueDeliveries(before, { after, limit: pageSize });
		const sending = settleAll(page.items, sentAtOnce, (delivery) => sendDelivery(delivery, 0));
		await sending.catch((error) => failures.push(error));
		after = page.next;
	} while (after && Date.now() - startedAt < workMs);
	if (failures.length > 0) throw new AggregateError(failures, "Some attempts could not be asked for.");
}
