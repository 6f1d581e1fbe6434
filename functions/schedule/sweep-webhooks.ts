import { isoNow } from "../../services/clock.ts";
import { dueDeliveries } from "../../services/webhook-deliveries.ts";
import { sendDelivery } from "../../services/webhooks-queue.ts";
import { settleAll } from "../settle-all.ts";

/** As many as the SDK has connections. */
const sentAtOnce = 50;

/** Once a minute: asks again for the attempts that are due, whose message was lost or lay further ahead than SQS can delay. */
export async function handler(): Promise<void> {
	await settleAll(await dueDeliveries(isoNow()), sentAtOnce, (delivery) => sendDelivery(delivery, 0));
}
