import { z } from "zod";
import type { CustomerDnsOrder } from "./orders.ts";

/** What to do when nothing can be asked. */
export const howToStart = "Start it in another terminal: npm start.";

const recordSchema = z.object({
	...{ name: z.string(), type: z.string() },
	...{ ttlSeconds: z.number(), values: z.array(z.string()) },
});
const listSchema = z.object({
	zones: z.array(
		z.object({
			...{ name: z.string(), delegatedTo: z.array(z.string()), negativeTtlSeconds: z.number() },
			records: z.array(recordSchema),
		}),
	),
	faults: z.array(z.object({ name: z.string(), fault: z.string() })),
});
const removedSchema = z.object({ name: z.string(), types: z.array(z.string()) });

/** What came of an order, for people. */
export function textOf(order: CustomerDnsOrder, result: unknown): string {
	switch (order.do) {
		case "set":
			return recordText(recordSchema.parse(result));
		case "remove": {
			const { name, types } = removedSchema.parse(result);
			return `${name} has no ${types.join(" and ")} any more.`;
		}
		case "remove-zone":
			return `The zone of ${order.name} is gone.`;
		case "fault":
			return `${order.fault} is ${order.on ? "on" : "off"} for ${order.name} and all below it.`;
		case "flush":
			return "All resolvers have forgotten what they knew.";
		case "zone":
			return zoneText(listSchema.shape.zones.element.parse(result));
		case "list": {
			const { zones, faults } = listSchema.parse(result);
			const ordered = faults.map(({ name, fault }) => `fault on order: ${fault} for ${name}`);
			return (
				[...zones.map(zoneText), ...ordered].join("\n\n") || "There are no zones yet: set a record, and there is one."
			);
		}
	}
}

function zoneText({
	name,
	delegatedTo,
	negativeTtlSeconds,
	records,
}: z.infer<typeof listSchema>["zones"][number]): string {
	const head = `${name} (delegated to ${delegatedTo.join(", ")}; negative TTL ${negativeTtlSeconds} s)`;
	return [head, ...records.map((record) => `  ${recordText(record)}`)].join("\n");
}

/** As a zone file has it. */
function recordText({ name, type, ttlSeconds, values }: z.infer<typeof recordSchema>): string {
	return values.map((value) => `${name} ${ttlSeconds} ${type} ${value}`).join("\n  ");
}
