import type { ControlAnswer } from "../aws/front.ts";
import { type CustomerDnsDesk, type CustomerDnsOrder, carryOut, readOrder } from "./orders.ts";
import { customerDnsPage, type Told } from "./page.ts";
import { Refused } from "./refused.ts";

/** Where the provider is reached, on the port of the AWS endpoint. */
export const customerDnsPath = "/_local/customer-dns";

/**
 * Answers what is asked of the customers' DNS provider, undefined for every other path: `GET /_local/customer-dns` is a page whose forms
 * post to it, `GET …/zones` is JSON, and `POST` with JSON an order.
 */
export function customerDnsControl(desk: CustomerDnsDesk) {
	return ({ method, path, body }: { method: string; path: string; body: string }): ControlAnswer | undefined => {
		const [at] = path.split("?");
		if (at === `${customerDnsPath}/zones`)
			return method === "GET" ? attempt(() => carryOut(desk, { do: "list" })) : wrongMethod();
		if (at !== customerDnsPath) return undefined;
		if (method === "GET") return page(200, desk);
		if (method !== "POST") return wrongMethod();
		if (body.trimStart().startsWith("{")) return attempt(() => carryOut(desk, readOrder(body)));
		return posted(desk, new URLSearchParams(body));
	};
}

function posted(desk: CustomerDnsDesk, form: URLSearchParams): ControlAnswer {
	const typed = Object.fromEntries(form);
	try {
		const order = orderIn(form);
		carryOut(desk, order);
		return page(200, desk, { done: doneBy(order) });
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		return page(error.status, desk, { refused: error.message, typed });
	}
}

/** A form has one value a line, and what is left empty is not told. */
function orderIn(form: URLSearchParams): CustomerDnsOrder {
	const text = (field: string) => form.get(field)?.trim() || undefined;
	const ttl = text("ttl");
	return readOrder(
		JSON.stringify({
			...{ do: text("do"), name: text("name"), type: text("type"), fault: text("fault") },
			values: (form.get("values") ?? "").split(/\r?\n/).filter((line) => line.trim() !== ""),
			...(ttl !== undefined && { ttlSeconds: Number(ttl) }),
			...{ force: form.has("force"), on: text("on") !== "off" },
		}),
	);
}

function doneBy(order: CustomerDnsOrder): string {
	switch (order.do) {
		case "set":
			return `${order.name} ${order.type} is set. Resolvers that asked before may remember the old answer for its TTL.`;
		case "remove":
			return `${order.name}${order.type === undefined ? "" : ` ${order.type}`} is removed.`;
		case "remove-zone":
			return `The zone ${order.name} is gone.`;
		case "fault":
			return `${order.fault} is ${order.on ? "on" : "off"} for ${order.name} and all below it.`;
		case "flush":
			return "All resolvers have forgotten what they knew.";
		default:
			return "Done.";
	}
}

function page(status: number, { customers }: CustomerDnsDesk, told: Told = {}): ControlAnswer {
	const body = customerDnsPage({ zones: customers.zones(), faults: customers.faults() }, told);
	return { status, contentType: "text/html; charset=utf-8", body };
}

function attempt(act: () => unknown): ControlAnswer {
	try {
		return json(200, { done: "customer-dns", result: act() });
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		return json(error.status, { error: error.message });
	}
}

function wrongMethod(): ControlAnswer {
	return json(404, {
		error: `Customers' DNS takes GET ${customerDnsPath}, GET ${customerDnsPath}/zones and POST ${customerDnsPath}.`,
	});
}

function json(status: number, value: unknown): ControlAnswer {
	return { status, contentType: "application/json", body: `${JSON.stringify(value)}\n` };
}
