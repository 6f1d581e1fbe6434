import type { Caller } from "../aws/service.ts";
import type { PhysicalResource, Resolver } from "../template/resolver.ts";
import { createResolver } from "../template/resolver.ts";
import type { Template } from "../template/template.ts";
import type { Create } from "./create.ts";

export interface DeployOptions {
	template: Template;
	parameters: Record<string, string>;
	caller: Caller;
	/** Makes a resource of a type; a type without one needs nothing here and gets made-up names. */
	create: Readonly<Record<string, Create>>;
}

/** Creates what the template holds, each resource after those that it names. Safe to repeat: nothing is made twice. */
export async function deployStack({ template, parameters, caller, create }: DeployOptions): Promise<Resolver> {
	const stackName = "hostmaster-nonprod";
	const made = new Map<string, PhysicalResource>();
	const resolver = createResolver({
		template,
		parameters,
		...caller,
		stackName,
		attributes: (logicalId) => made.get(logicalId),
	});
	for (const logicalId of resolver.creationOrder()) {
		const type = template.Resources[logicalId]?.Type ?? "";
		const physical = await create[type]?.(logicalId, resolver);
		made.set(logicalId, physical ?? placeholder(stackName, logicalId, caller));
	}
	return resolver;
}

/** Names for what has no meaning on a laptop: roles, log groups, alarms, buckets. */
function placeholder(stackName: string, logicalId: string, { accountId, region }: Caller): PhysicalResource {
	const ref = `${stackName}-${logicalId}`.toLowerCase();
	return {
		ref,
		attributes: {
			Arn: `arn:aws:local:${region}:${accountId}:${ref}`,
			RegionalDomainName: `${ref}.s3.${region}.amazonaws.com`,
			TopicName: ref,
		},
	};
}
