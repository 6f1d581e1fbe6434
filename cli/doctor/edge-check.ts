import { type Diagnosis, fault, note } from "../../domain/diagnosis.ts";
import { edgeVersionFlaws } from "../../domain/edge-version.ts";
import { ofTypes } from "../../domain/template.ts";
import { driftOf } from "../../services/stack-drift.ts";
import { stackOf } from "../environments/onboard.ts";
import { lookAtAll } from "./check.ts";
import { probeAnyHostname } from "./probe.ts";
import type { Standing } from "./standing.ts";

/**
 * Whether the edge is ours, seen from outside, and runs the version of its stack. `isHere`: the embedded edge runs what the stack's
 * template names, and nothing else can be set there.
 */
export function lookAtEdge(standing: Standing, isHere: boolean): Promise<Diagnosis[]> {
	return lookAtAll(
		() => lookFromOutside(standing),
		() => lookAtVersion(standing),
		...(isHere ? [] : [() => lookForDrift(standing)]),
	);
}

/** A name that no tenant has must be answered by our own edge, and by it alone. */
async function lookFromOutside({ environment, dns, output }: Standing): Promise<Diagnosis[]> {
	const distribution = await output("DistributionDomainName");
	const { PlatformDomain = "", EdgePort = "443", EdgeAuthority = "" } = environment.parameters;
	const at = { port: Number(EdgePort), authority: EdgeAuthority, resolvers: dns.resolvers };
	const seen = await probeAnyHostname(distribution, PlatformDomain, at);
	if (seen.isOurs) return [];
	const fix = "See the log of routeTenant, and the distribution's state in CloudFront.";
	return [fault(`The edge at ${distribution}: ${seen.because}.`, fix)];
}

/** By what was deployed: a version's own name is the digest of its code and settings. */
async function lookAtVersion({ environment, template, output }: Standing): Promise<Diagnosis[]> {
	const flaws = edgeVersionFlaws((await template()).template);
	const fix = `Deploy a whole release: hostmaster environments onboard ${environment.stage}.`;
	if (flaws.length > 0) return flaws.map((flaw) => fault(`${flaw}.`, fix));
	return [note(`It runs ${await output("RouteTenantVersionArn")}.`)];
}

/** CloudFront itself may have been told otherwise by hand. */
async function lookForDrift({ environment, template }: Standing): Promise<Diagnosis[]> {
	const distributions = ofTypes((await template()).template, "AWS::CloudFront::Distribution");
	const drifts = await Promise.all(
		distributions.map(async ([id]) => (await driftOf(stackOf(environment), id)).map((drift) => `${id}: ${drift}`)),
	);
	const fix = "Set it back in CloudFront: a deployment that changes nothing there does not.";
	return drifts.flat().map((drift) => fault(`${drift}, and the stack has it otherwise.`, fix));
}
