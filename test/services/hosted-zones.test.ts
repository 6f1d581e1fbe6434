import {
	GetDNSSECCommand,
	GetHostedZoneCommand,
	ListHostedZonesByNameCommand,
	Route53Client,
} from "@aws-sdk/client-route-53";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hostedZone } from "../../services/hosted-zones.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { aNameServer } from "../builders/a-name-server.ts";

const route53 = mockClient(Route53Client);
const name = "example.com";
const HostedZone = { Id: "/hostedzone/Z1", Name: `${name}.`, CallerReference: "1" };
const running: { close(): Promise<unknown> }[] = [];
beforeEach(async () => {
	route53.reset();
	const data = { keyTag: 7, algorithm: 13, digestType: 2, digest: Buffer.from("00ff", "hex") };
	const resolver = await aNameServer(() => ({ answers: [{ type: "DS", name, ttl: 60, data }] }));
	running.push(resolver);
	setEnvironment({ RESOLVERS: `127.0.0.1:${resolver.port}` });
});
afterEach(async () => {
	await Promise.all(running.splice(0).map((server) => server.close()));
});
const listed = (...HostedZones: (typeof HostedZone)[]) =>
	route53.on(ListHostedZonesByNameCommand).resolves({ HostedZones, IsTruncated: false, MaxItems: 10 });

describe("the zone of a domain", () => {
	it("is told with its name servers, its signing, and what vouches for it", async () => {
		listed(HostedZone);
		route53.on(GetHostedZoneCommand).resolves({ HostedZone, DelegationSet: { NameServers: ["ns-1.awsdns-00.com"] } });
		route53.on(GetDNSSECCommand).resolves({ Status: { ServeSignature: "SIGNING" }, KeySigningKeys: [{ KeyTag: 7 }] });
		expect(await hostedZone(name)).toEqual({
			...{ outcome: "hosted", nameServers: ["ns-1.awsdns-00.com"], isSigning: true, keyTags: [7], dsAtParent: [7] },
		});
	});

	it("may be missing", async () => {
		listed();
		expect(await hostedZone(name)).toEqual({ outcome: "missing" });
	});

	it("could not be asked when Route 53 throttles, or when there are two and nobody can say which", async () => {
		route53.on(ListHostedZonesByNameCommand).rejects(Object.assign(new Error("Rate exceeded"), { name: "Throttling" }));
		expect(await hostedZone(name)).toEqual({ outcome: "unanswered", because: "its zone: Route 53 is throttled." });
		listed(HostedZone, { ...HostedZone, Id: "/hostedzone/Z2" });
		expect(await hostedZone(name)).toEqual({
			outcome: "unanswered",
			because: expect.stringContaining("its zone: Error: There are two public zones"),
		});
	});
});
