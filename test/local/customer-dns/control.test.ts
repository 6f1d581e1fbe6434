import { beforeEach, describe, expect, it, vi } from "vitest";
import { realClock } from "../../../local/clock.ts";
import { customerDnsControl } from "../../../local/customer-dns/control.ts";
import { type CustomerDns, openCustomerDns } from "../../../local/customer-dns/provider.ts";
import { openStore } from "../../../local/store.ts";

const path = "/_local/customer-dns";
let customers: CustomerDns;
let control: ReturnType<typeof customerDnsControl>;
const flush = vi.fn();
beforeEach(() => {
	customers = openCustomerDns(openStore(":memory:"), realClock);
	control = customerDnsControl({ customers, flush });
});

const order = (body: unknown) => {
	const answer = control({ method: "POST", path, body: JSON.stringify(body) });
	return { status: answer?.status, ...JSON.parse(answer?.body ?? "null") };
};
const post = (fields: Record<string, string>) =>
	control({ method: "POST", path, body: new URLSearchParams(fields).toString() });
const target = "k7.edge.app.hostmaster.test";

describe("orders to the customers' DNS provider", () => {
	it("are carried out, and listed", () => {
		expect(order({ do: "set", name: "shop.acme.com", type: "CNAME", values: [target] })).toMatchObject({
			status: 200,
			result: { zone: "acme.com", name: "shop.acme.com", ttlSeconds: 60 },
		});
		order({ do: "zone", name: "acme.com", negativeTtlSeconds: 300 });
		order({ do: "fault", name: "acme.com", fault: "slow:9", on: true });
		const list = control({ method: "GET", path: `${path}/zones`, body: "" });
		expect(JSON.parse(list?.body ?? "")).toMatchObject({
			result: {
				zones: [{ name: "acme.com", negativeTtlSeconds: 300, records: [{ name: "shop.acme.com" }] }],
				faults: [{ name: "acme.com", fault: "slow:9" }],
			},
		});
		expect(order({ do: "flush" }).status).toBe(200);
		expect(flush).toHaveBeenCalledOnce();
		expect(order({ do: "remove", name: "shop.acme.com" }).result).toEqual({ name: "shop.acme.com", types: ["CNAME"] });
		expect(order({ do: "remove-zone", name: "acme.com" }).status).toBe(200);
	});

	it("that cannot be are refused with the reason", () => {
		expect(order({ do: "set", name: "co.uk", type: "A", values: ["192.0.2.1"] })).toMatchObject({
			status: 400,
			error: expect.stringContaining("public suffix"),
		});
		expect(order({ do: "remove", name: "acme.com" })).toMatchObject({ status: 404, error: "acme.com has no records." });
		expect(order({ do: "dance" })).toMatchObject({ status: 400, error: expect.stringContaining("'do'") });
		expect(order({ do: "set", name: "acme.com", type: "A" })).toMatchObject({
			error: expect.stringContaining("'values'"),
		});
		expect(control({ method: "POST", path, body: "{" })?.status).toBe(400);
		expect(control({ method: "PUT", path, body: "" })?.status).toBe(404);
	});

	it("are all that is answered: other paths are not the provider's", () => {
		expect(control({ method: "GET", path: "/_local/counts", body: "" })).toBeUndefined();
		expect(control({ method: "GET", path: `${path}-more`, body: "" })).toBeUndefined();
	});
});

describe("the page of the customers' DNS provider", () => {
	it("sets records, one value a line, and says what was done", () => {
		const answer = post({ do: "set", name: "acme.com", type: "A", values: "192.0.2.1\r\n192.0.2.2\r\n", ttl: "30" });
		expect(answer).toMatchObject({ status: 200, contentType: "text/html; charset=utf-8" });
		expect(answer?.body).toContain('<p role="status">acme.com A is set.');
		expect(customers.zones()).toMatchObject([{ records: [{ ttlSeconds: 30, values: ["192.0.2.1", "192.0.2.2"] }] }]);
		post({ do: "fault", name: "acme.com", fault: "split" });
		expect(control({ method: "GET", path, body: "" })?.body).toContain("split for acme.com");
		post({ do: "fault", name: "acme.com", fault: "split", on: "off" });
		expect(customers.faults()).toEqual([]);
		expect(post({ do: "remove", name: "acme.com", type: "A" })?.body).toContain("acme.com A is removed.");
	});

	it("says in words why something was not done, and keeps what was typed", () => {
		post({ do: "set", name: "acme.com", type: "TXT", values: "x" });
		const answer = post({ do: "set", name: "acme.com", type: "CNAME", values: target, ttl: "77" });
		expect(answer?.status).toBe(409);
		expect(answer?.body).toContain('<p role="alert"><strong>Not done.</strong> acme.com is the apex');
		expect(answer?.body).toContain(`required>${target}</textarea>`);
		expect(answer?.body).toContain('value="77"');
		const forced = post({ do: "set", name: "acme.com", type: "CNAME", values: target, force: "on" });
		expect(forced?.status).toBe(200);
	});

	it("shows whatever stands in a record as text", () => {
		post({ do: "set", name: "acme.com", type: "TXT", values: `<script>alert('&')</script>` });
		const body = control({ method: "GET", path, body: "" })?.body ?? "";
		expect(body).not.toContain("<script");
		expect(body).toContain("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;");
	});
});
