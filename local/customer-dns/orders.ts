import { z } from "zod";
import type { CustomerDns } from "./provider.ts";
import { Refused } from "./refused.ts";

/** What the provider can be told, as JSON by `POST /_local/customer-dns`. */
export const orderSchema = z.discriminatedUnion("do", [
	z.object({
		do: z.literal("set"),
		name: z.string(),
		type: z.string(),
		values: z.array(z.string()).min(1),
		ttlSeconds: z.number().optional(),
		force: z.boolean().optional(),
		zone: z.string().optional(),
	}),
	z.object({ do: z.literal("remove"), name: z.string(), type: z.string().optional() }),
	z.object({ do: z.literal("remove-zone"), name: z.string() }),
	z.object({
		do: z.literal("zone"),
		name: z.string(),
		negativeTtlSeconds: z.number().optional(),
		delegatedTo: z.array(z.string()).optional(),
	}),
	z.object({ do: z.literal("fault"), name: z.string(), fault: z.string(), on: z.boolean() }),
	z.object({ do: z.literal("list"), zone: z.string().optional() }),
	z.object({ do: z.literal("flush") }),
]);

export type CustomerDnsOrder = z.infer<typeof orderSchema>;

/** What is told and shown: the provider, and the resolvers that remember what it said. */
export interface CustomerDnsDesk {
	customers: CustomerDns;
	flush: () => void;
}

/** Does what an order says; answers what came of it, as JSON. Throws Refused. */
export function carryOut({ customers, flush }: CustomerDnsDesk, order: CustomerDnsOrder): unknown {
	switch (order.do) {
		case "set":
			return customers.set(order);
		case "remove":
			return customers.remove(order.name, order.type);
		case "remove-zone":
			return customers.removeZone(order.name);
		case "zone":
			return customers.setZone(order.name, order);
		case "fault":
			return customers.setFault(order.name, order.fault, order.on);
		case "list":
			return { zones: customers.zones(order.zone), faults: customers.faults() };
		case "flush":
			flush();
			return {};
	}
}

/** Reads an order from JSON. Throws Refused. */
export function readOrder(text: string): CustomerDnsOrder {
	const order = orderSchema.safeParse(parsed(text));
	if (order.success) return order.data;
	const [issue] = order.error.issues;
	const where = issue?.path.join(".");
	throw new Refused(
		`The order is not right${where ? ` at '${where}'` : ""}: ${issue?.message ?? "it is no JSON"}. ` +
			'Write such as {"do":"set","name":"shop.acme.com","type":"CNAME","values":["…"]}.',
	);
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
