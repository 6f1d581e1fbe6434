import { ChangeResourceRecordSetsCommand, type Change as SdkChange } from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloudFrontZoneId } from "../../../local/route53/batch.ts";
import { aWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
	world = await aWorld();
	await send(alias("CREATE", "alias"), address("CREATE", "www", "192.0.2.1"));
});
afterEach(() => world.close());

type Action = "CREATE" | "DELETE" | "UPSERT";
const alias = (Action: Action, slug: string, DNSName = "d111.cloudfront.net"): SdkChange => {
	const AliasTarget = { DNSName, HostedZoneId: cloudFrontZoneId, EvaluateTargetHealth: false };
	return { Action, ResourceRecordSet: { Name: `${slug}.app.example.com`, Type: "A", AliasTarget } };
};
const address = (Action: Action, slug: string, Value: string): SdkChange => ({
	Action,
	ResourceRecordSet: { Name: `${slug}.app.example.com`, Type: "A", TTL: 60, ResourceRecords: [{ Value }] },
});
const send = (...Changes: SdkChange[]) =>
	world.client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: world.zoneId, ChangeBatch: { Changes } }));
const names = () => world.route53.records(world.zoneId).map((set) => `${set.type} ${set.name}`);

describe("a DELETE", () => {
	const label = (slug: string) => `Tried to delete resource record set [name='${slug}.app.example.com.', type='A'] but`;

	it.each<[string, SdkChange[], string]>([
		["what is not there", [alias("DELETE", "no")], `[${label("no")} it was not found]`],
		[
			"an alias with another target",
			[alias("DELETE", "alias", "d222.cloudfront.net")],
			`[${label("alias")} the values provided do not match the current values]`,
		],
		[
			"an alias as if it were an address",
			[address("DELETE", "alias", "192.0.2.1")],
			`[${label("alias")} the values provided do not match the current values]`,
		],
		[
			"an address as if it were an alias",
			[alias("DELETE", "www")],
			`[${label("www")} the values provided do not match the current values]`,
		],
		[
			"the same twice",
			[alias("DELETE", "alias"), alias("DELETE", "alias")],
			"[The request contains an invalid set of changes for a resource record set 'A alias.app.example.com.']",
		],
	])("of %s is refused, and nothing of its batch is done", async (_, batch, message) => {
		const before = names();
		await expect(send(alias("UPSERT", "good"), ...batch)).rejects.toMatchObject({
			name: "InvalidChangeBatch",
			message,
		});
		expect(names()).toEqual(before);
	});

	it("takes an alias away, however its names are spelt, beside what the batch writes", async () => {
		await send(alias("DELETE", "ALIAS", "D111.CloudFront.net."), alias("UPSERT", "new"));
		expect(names().slice(2)).toEqual(["A new.app.example.com.", "A www.app.example.com."]);
	});

	it("costs half of what an UPSERT does, of the elements and of the changes bucket", async () => {
		const many = Array.from({ length: 500 }, (_, at) => `n${at}`);
		await world.clock.advance(60_000);
		await send(...many.map((slug) => alias("UPSERT", slug)));
		await send(...many.map((slug) => alias("DELETE", slug)));
		await expect(send(alias("UPSERT", "one"))).rejects.toMatchObject({ name: "Throttling" });
		await world.clock.advance(20);
		await send(alias("UPSERT", "one"));
	});
});
