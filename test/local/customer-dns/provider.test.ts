import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realClock } from "../../../local/clock.ts";
import { openCustomerDns } from "../../../local/customer-dns/provider.ts";
import { openStore } from "../../../local/store.ts";

const open = (path = ":memory:") => openCustomerDns(openStore(path), realClock);
const cname = { name: "shop.acme.com", type: "CNAME", values: ["a.example.net"] };

describe("the customers' DNS provider", () => {
	it("makes a zone of the registered domain with the first record, and keeps all of it in the store", () => {
		const directory = mkdtempSync(join(tmpdir(), "hostmaster-customers-"));
		try {
			const file = join(directory, "cloud.sqlite");
			const before = open(file);
			before.set({ name: "Shop.Acme.co.uk.", type: "cname", values: ["a.example.net"], ttlSeconds: 30 });
			before.set({ name: "*.acme.co.uk", type: "TXT", values: ["x"] });
			before.setFault("acme.co.uk", "slow:5", true);
			// As after kill -9: nobody closed the file.
			const after = open(file);
			expect(after.zones()).toEqual(before.zones());
			expect(after.zones()).toMatchObject([
				{
					name: "acme.co.uk",
					records: [
						{ name: "*.acme.co.uk", type: "TXT", ttlSeconds: 60, values: ['"x"'] },
						{ name: "shop.acme.co.uk", type: "CNAME", ttlSeconds: 30, values: ["a.example.net."] },
					],
				},
			]);
			expect(after.faults()).toEqual([{ name: "acme.co.uk", fault: "slow:5" }]);
		} finally {
			rmSync(directory, { recursive: true, force: true });
		}
	});

	it.each([
		[
			"a CNAME beside other data",
			{ name: "shop.acme.com", type: "TXT", values: ["x"] },
			cname,
			"shop.acme.com has TXT",
		],
		["other data beside a CNAME", cname, { ...cname, type: "A", values: ["192.0.2.1"] }, "which stands alone"],
		["a CNAME at the apex", cname, { ...cname, name: "acme.com" }, "Set an ALIAS"],
		["a CNAME to itself", { ...cname, name: "x.acme.com" }, { ...cname, values: ["shop.acme.com"] }, "leads nowhere"],
		[
			"an A beside an ALIAS",
			{ ...cname, type: "ALIAS" },
			{ ...cname, type: "A", values: ["192.0.2.1"] },
			"ALIAS takes the place",
		],
	])("refuses %s, and sets it when it is forced", (_, first, second, because) => {
		const customers = open();
		customers.set(first);
		expect(() => customers.set(second)).toThrow(because);
		customers.set({ ...second, force: true });
		const types = customers.zones("acme.com").flatMap(({ records }) => records.map(({ type }) => type));
		expect(types).toContain(second.type);
		expect(types).toHaveLength(2);
	});

	it.each([
		["co.uk", "A", "192.0.2.1", "public suffix"],
		["app.hostmaster.test", "A", "192.0.2.1", "no customer's domain"],
		["x.cloudfront.net", "A", "192.0.2.1", "no customer's domain"],
		["acme", "A", "192.0.2.1", "no full name"],
		["sh op.acme.com", "A", "192.0.2.1", "is no name"],
		["shop.*.acme.com", "A", "192.0.2.1", "only at the front"],
		[`${"a".repeat(64)}.acme.com`, "A", "192.0.2.1", "1 to 63"],
		["acme.com", "SRV", "1 1 1 a.b", "no type of record"],
		["acme.com", "A", "192.0.2.256", "no IPv4 address"],
		["acme.com", "AAAA", "192.0.2.1", "no IPv6 address"],
		["shop.acme.com", "CNAME", "192.0.2.1", "take A or AAAA"],
		["shop.acme.com", "CNAME", "target", "no full name"],
		["acme.com", "MX", "mail.acme.com", "10 mail.acme.com"],
		["acme.com", "CAA", "letsencrypt.org", "flags, tag and value"],
		["acme.com", "TXT", '"open', "begins with a quote"],
		["acme.com", "TXT", " ", "needs a value"],
	])("refuses %s %s %s, and says why", (name, type, value, because) => {
		expect(() => open().set({ name, type, values: [value] })).toThrow(because);
	});

	it("keeps a record in the zone that it is meant for, and a name to one CNAME", () => {
		expect(() => open().set({ ...cname, zone: "other.com" })).toThrow("shop.acme.com is not in the zone other.com");
		expect(() => open().set({ ...cname, values: ["a.example.net", "b.example.net"] })).toThrow("one CNAME, not 2");
		expect(() => open().set({ ...cname, ttlSeconds: -1 })).toThrow("whole seconds");
	});

	it("takes a text as it is, cut where it is long, and strings in quotes as they are", () => {
		const customers = open();
		const stored = (value: string) => customers.set({ name: "acme.com", type: "TXT", values: [value] }).values;
		expect(stored('say "hi" \\ ü')).toEqual(['"say \\"hi\\" \\\\ \\303\\274"']);
		expect(stored('"one" "two"')).toEqual(['"one" "two"']);
		expect(stored("x".repeat(300))).toEqual([`"${"x".repeat(255)}" "${"x".repeat(45)}"`]);
	});

	it("removes one type or all of a name, and says what there is when that is not there", () => {
		const customers = open();
		customers.set({ name: "acme.com", type: "TXT", values: ["x"] });
		customers.set({ name: "acme.com", type: "A", values: ["192.0.2.1"] });
		expect(() => customers.remove("acme.com", "MX")).toThrow("acme.com has no MX; it has A and TXT.");
		expect(customers.remove("acme.com", "a")).toEqual({ name: "acme.com", types: ["A"] });
		expect(customers.remove("acme.com")).toEqual({ name: "acme.com", types: ["TXT"] });
		expect(customers.zones()).toMatchObject([{ name: "acme.com", records: [] }]);
		customers.removeZone("acme.com");
		expect(customers.zones()).toEqual([]);
		expect(() => customers.zones("acme.com")).toThrow("the first record in it makes it");
	});
});
