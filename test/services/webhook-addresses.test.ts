import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { addressIn, reachability } from "../../services/webhook-addresses.ts";
import { setEnvironment } from "../builders/a-cloud.ts";

beforeEach(() => setEnvironment({ WEBHOOK_NETWORKS: "" }));

describe("an address that may be told of events", () => {
	it.each(["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e"])("is %s", (address) => {
		expect(reachability()(address)).toBe(true);
	});

	it.each([
		["loopback", "127.0.0.1"],
		["loopback, where the runtime of Lambda has its API", "127.255.255.254"],
		["this host", "0.0.0.0"],
		["private", "10.0.0.1"],
		["private", "172.16.0.1"],
		["private", "192.168.0.1"],
		["link-local, where credentials are given out", "169.254.169.254"],
		["shared by carriers", "100.64.0.1"],
		["multicast", "224.0.0.1"],
		["broadcast", "255.255.255.255"],
		["reserved", "240.0.0.1"],
		["documentation", "192.0.2.1"],
		["benchmarks", "198.18.0.1"],
		["loopback", "::1"],
		["unspecified", "::"],
		["mapped", "::ffff:127.0.0.1"],
		["mapped", "::ffff:169.254.169.254"],
		["compatible with IPv4, and given up", "::7f00:1"],
		["translated", "64:ff9b::7f00:1"],
		["6to4", "2002:7f00:1::"],
		["Teredo", "2001::1"],
		["documentation", "2001:db8::1"],
		["unique local", "fd00:ec2::254"],
		["link-local", "fe80::1"],
		["site-local, and given up", "fec0::1"],
		["multicast", "ff02::1"],
		["not given out", "4000::1"],
	])("is none that is %s: %s", (_, address) => {
		expect(reachability()(address)).toBe(false);
	});

	it("is one of the networks that the environment allows, and no other", () => {
		setEnvironment({ WEBHOOK_NETWORKS: " 127.0.0.0/8,,fd00::/8 " });
		const isReachable = reachability();
		expect(["127.1.2.3", "::ffff:127.0.0.1", "fd12::1"].map(isReachable)).toEqual([true, true, true]);
		expect(["10.0.0.1", "169.254.169.254", "::1"].map(isReachable)).toEqual([false, false, false]);
	});

	it("is never one of a private network, however the URL spells it", () => {
		const isReachable = reachability();
		const octets = fc.tuple(fc.constant(10), ...Array.from({ length: 3 }, () => fc.nat(255)));
		const spellings = octets.chain(([a, b = 0, c = 0, d = 0]) => {
			const number = ((a * 256 + b) * 256 + c) * 256 + d;
			return fc.constantFrom(
				`${a}.${b}.${c}.${d}`,
				String(number),
				`0x${number.toString(16)}`,
				`${a}.${number % 2 ** 24}`,
			);
		});
		fc.assert(
			fc.property(spellings, (host) => {
				const address = addressIn(`https://${host}/`);
				expect(address).toMatch(/^10\./);
				expect(isReachable(address ?? "")).toBe(false);
			}),
		);
	});
});

describe("a URL", () => {
	it("names an address, or a host that is to be looked up", () => {
		expect(addressIn("https://[::ffff:127.0.0.1]:8443/a")).toBe("::ffff:7f00:1");
		expect(addressIn("https://127.1/")).toBe("127.0.0.1");
		expect(addressIn("https://billing.example.com/")).toBeUndefined();
		expect(addressIn("https://localhost./")).toBeUndefined();
	});
});
