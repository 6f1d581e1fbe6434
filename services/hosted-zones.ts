import { Route53Client } from "@aws-sdk/client-route-53";
import { unanswered, type ZoneAnswer } from "../domain/registration.ts";
import { route53Patience } from "./aws-client.ts";
import { reasonOf } from "./aws-errors.ts";
import { dnssecOf, zoneOf } from "./zone-state.ts";

const own = new Route53Client(route53Patience);

/** The account's zone of a name: its name servers, its signing, and what the zone above says of that. Never rejects for what comes from outside. */
export async function hostedZone(name: string, client: Route53Client = own): Promise<ZoneAnswer> {
	try {
		const zone = await zoneOf(client, name);
		if (!zone) return { outcome: "missing" };
		const { isSigning, keyTags, dsAtParent } = await dnssecOf(client, name, zone.zoneId);
		return { outcome: "hosted", nameServers: zone.nameServers, isSigning, keyTags, dsAtParent };
	} catch (error) {
		return unanswered(`its zone: ${reasonOf(error)}`);
	}
}
