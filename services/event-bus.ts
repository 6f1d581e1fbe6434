import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { HostmasterError } from "../domain/errors.ts";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";
import { setting } from "./settings.ts";

const client = new EventBridgeClient(clientDefaults);

/** The source of every event that Hostmaster emits. */
export const eventSource = "hostmaster";

/** Puts up to ten events on the platform's bus; all arrive, or it throws Throttled or ServiceUnavailable and some may have. */
export async function putEvents(
	events: readonly { detailType: string; detail: Record<string, unknown> }[],
): Promise<void> {
	const { FailedEntryCount, Entries } = await calling("EventBridge", () =>
		client.send(
			new PutEventsCommand({
				Entries: events.map(({ detailType, detail }) => ({
					EventBusName: setting("EVENT_BUS_NAME"),
					Source: eventSource,
					DetailType: detailType,
					Detail: JSON.stringify(detail),
				})),
			}),
		),
	);
	// PutEvents answers 200 even when it took none (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html).
	if (FailedEntryCount) {
		const codes = Entries?.map(({ ErrorCode }) => ErrorCode).filter(Boolean);
		throw new HostmasterError(
			"ServiceUnavailable",
			`EventBridge did not take ${FailedEntryCount} events: ${codes?.join(", ")}.`,
		);
	}
}
